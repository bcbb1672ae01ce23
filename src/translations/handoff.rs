//! Handing a translation to translators' tools and taking it back, in the database.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};
use uuid::Uuid;

use super::reading::{View, id_sql};
use super::revision::{COLUMNS, Revision, RevisionSql};
use super::workflow::Status;
use super::xliff::{Handoff, Taken, Words, export, import};
use super::{NewTranslation, Translation};
use crate::articles::ArticleRef;
use crate::db::{Reader, Statement};
use crate::error::{Error, Result};
use crate::schema::revisions;
use crate::values::fields::{self, Fault};
use crate::values::locale::Locale;
use crate::values::merge_patch::members;
use crate::values::xliff::{Document, State};

/// How many revisions of the source a file is tried on that does not say which it was made of.
const TRIES: i32 = 50;

/// What a file for translators is made of.
#[derive(Debug)]
pub struct Material {
    /// The article.
    pub article: Uuid,
    /// The language translated from.
    pub source_locale: Locale,
    /// The version of the translation, if there is one.
    pub version: Option<i64>,
    status: Option<Status>,
    source: Revision,
    based_on: Option<Revision>,
    target: Option<Revision>,
}

/// One of the revisions that it takes, and what is the same for all of them.
#[derive(Queryable)]
struct Found {
    article: Uuid,
    source_locale: String,
    source_revision: i32,
    version: Option<i64>,
    status: Option<Status>,
    based_on_revision: Option<i32>,
    locale: String,
    revision: Revision,
}

type FoundSql = (
    sql::Uuid,
    sql::Text,
    sql::Integer,
    sql::Nullable<sql::BigInt>,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Integer>,
    sql::Text,
    RevisionSql,
);

impl Material {
    /// What there is of an article for a translation into this language.
    ///
    /// # Errors
    /// 404 for an article or a language that there is not, and for the language that it was written in.
    pub async fn find(reader: &Reader, article: &ArticleRef, locale: &Locale) -> Result<Material> {
        let find: Statement<FoundSql> = Statement::new(format!(
            "select a.id, a.source_locale, s.revision, t.version, t.status, t.based_on_revision, r.locale, {COLUMNS} \
            from articles a join locales l on l.code = "
        ))
        .bind(locale.as_str())
        .sql(
            " join translations s on (s.article_id, s.locale) = (a.id, a.source_locale) \
            left join translations t on (t.article_id, t.locale) = (a.id, l.code) \
            cross join lateral (\
                select * from revisions where (article_id, locale, number) = (a.id, a.source_locale, s.revision) \
                union all \
                select * from revisions where (article_id, locale, number) = (a.id, a.source_locale, t.based_on_revision) \
                union all \
                select * from revisions where (article_id, locale, number) = (a.id, t.locale, t.revision)) as r \
            where a.deleted_at is null and a.id = ",
        )
        .append(id_sql(article, Some(locale.as_str()), View::Working));
        Material::of(&reader.load(find).await?, locale)
    }

    fn of(found: &[Found], locale: &Locale) -> Result<Material> {
        let missing = || Error::not_found("article, or no such language,");
        let [first, ..] = found else {
            return Err(missing());
        };
        if first.source_locale == locale.as_str() {
            return Err(Error::not_found("translation of the source into itself"));
        }
        let revision = |spoken: &str, number: Option<i32>| {
            let mut spoken = found.iter().filter(|found| found.locale == spoken);
            let found = spoken.find(|found| number.is_none_or(|n| n == found.revision.number));
            found.map(|found| found.revision.clone())
        };
        let source = |number| revision(&first.source_locale, Some(number));
        Ok(Material {
            article: first.article,
            source_locale: first.source_locale.parse().map_err(|_| missing())?,
            version: first.version,
            status: first.status,
            source: source(first.source_revision).ok_or_else(missing)?,
            based_on: first.based_on_revision.and_then(source),
            target: revision(locale.as_str(), None),
        })
    }

    /// The file for translators into this language.
    pub fn export(&self, target_locale: &Locale) -> Document {
        let based_on = self.based_on.as_ref().map(Words::from);
        let target = self.target.as_ref().map(Words::from);
        let states = self.target.as_ref().map(kept_states).unwrap_or_default();
        export(&Handoff {
            article: self.article,
            source_locale: &self.source_locale,
            target_locale,
            source_revision: self.source.number,
            source: &Words::from(&self.source),
            based_on: based_on.as_ref(),
            target: target.as_ref(),
            state: match self.status {
                Some(Status::Published | Status::Scheduled) => State::Final,
                _ => State::Translated,
            },
            states: &states,
        })
    }
}

/// A translation as a file has it.
#[derive(Debug)]
pub struct Return {
    /// The words, with the revision of the source that they follow.
    pub words: NewTranslation,
    /// How far each unit is.
    pub states: Value,
    /// The source that the file was made of.
    pub source: Revision,
}

/// Puts what a file says into the place of what the current translation says. `revision` is the one of the
/// source that the file says it was made of; without one the newest is taken that fits.
///
/// # Errors
/// 422 for a file that does not fit the source, and for words that a translation cannot have.
pub async fn take(
    conn: &mut AsyncPgConnection,
    document: &Document,
    source: &Translation,
    current: Option<&Translation>,
    revision: Option<i32>,
) -> Result<Return> {
    let target = match current {
        Some(current) => Some(current.revision(conn, current.revision).await?),
        None => None,
    };
    let follows = match current.and_then(|current| current.based_on_revision) {
        Some(number) => Some(source.revision(conn, number).await?),
        None => None,
    };
    let based_on = follows.as_ref().map(Words::from);
    let words = target.as_ref().map(Words::from);
    let mut refused = None;
    for number in candidates(revision, source.revision) {
        let original = source.revision(conn, number).await?;
        match import(
            document,
            &Words::from(&original),
            based_on.as_ref(),
            words.as_ref(),
        ) {
            Ok(taken) => return returned(taken, original, target.as_ref()),
            Err(faults) => refused = refused.or(Some(faults)),
        }
    }
    Err(Error::invalid(refused.unwrap_or_else(|| {
        let detail = format!("the source has {} revisions", source.revision);
        vec![Fault::new("", "unknown_revision", detail)]
    })))
}

/// The revisions to try the file on, newest first.
fn candidates(named: Option<i32>, newest: i32) -> Vec<i32> {
    match named {
        Some(number) => (1..=newest).filter(|known| *known == number).collect(),
        None => ((newest - TRIES).max(0) + 1..=newest).rev().collect(),
    }
}

fn returned(taken: Taken, source: Revision, target: Option<&Revision>) -> Result<Return> {
    let Taken { words, states } = taken;
    let mut text = target.map(Revision::writable).unwrap_or_default();
    text.extend(members(json!({
        "title": words.title, "subtitle": words.subtitle, "dateline": words.dateline, "summary": words.summary,
        "body": words.body, "seo": {"title": words.seo_title, "description": words.seo_description},
        "lead_image_alt": words.lead_image_alt, "lead_image_caption": words.lead_image_caption,
        "based_on_revision": source.number,
    })));
    let states = states
        .into_iter()
        .map(|(unit, state)| (unit, Value::from(state.as_str())));
    Ok(Return {
        words: fields::decode(Value::Object(text)).map_err(Error::invalid)?,
        states: Value::Object(states.collect()),
        source,
    })
}

impl Translation {
    /// Keeps how far each unit is with its newest revision.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keep_states(&self, conn: &mut AsyncPgConnection, states: &Value) -> Result<()> {
        diesel::update(revisions::table.find((self.article_id, &self.locale, self.revision)))
            .set(revisions::segment_states.eq(Some(states)))
            .execute(conn)
            .await?;
        Ok(())
    }
}

impl From<&Revision> for Words {
    fn from(revision: &Revision) -> Self {
        Words {
            title: revision.title.clone(),
            subtitle: revision.subtitle.clone(),
            dateline: revision.dateline.clone(),
            summary: revision.summary.clone(),
            body: revision.body.clone(),
            seo_title: revision.seo_title.clone(),
            seo_description: revision.seo_description.clone(),
            lead_image_alt: revision.lead_image_alt.clone(),
            lead_image_caption: revision.lead_image_caption.clone(),
        }
    }
}

fn kept_states(revision: &Revision) -> BTreeMap<String, State> {
    let kept = revision
        .segment_states
        .as_ref()
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    kept.filter_map(|(unit, state)| Some((unit.clone(), State::named(state.as_str()?)?)))
        .collect()
}
