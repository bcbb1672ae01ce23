//! Tags on their way in.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use super::{Outcome, Verdict, attempt};
use crate::db::{OnConstraint, Statement};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::projection;
use crate::schema::{tag_handles, tag_translations};
use crate::tags::model::{NewTag, NewTagTranslation};
use crate::tags::{Tag, TagRef};
use crate::transfer::line::TagLine;
use crate::values::locale::Locale;
use crate::values::slug::Slug;

/// Takes a tag in.
pub(super) async fn take_in(
    conn: &mut AsyncPgConnection,
    line: &TagLine,
    actor: Option<&str>,
) -> Result<Outcome> {
    attempt(conn, async |conn| write(conn, line, actor).await).await
}

async fn write(
    conn: &mut AsyncPgConnection,
    line: &TagLine,
    actor: Option<&str>,
) -> Result<Outcome> {
    let Some(before) = find(conn, line).await? else {
        let tag = Tag::create_as(conn, line.id.unwrap_or_else(Uuid::now_v7), &line.tag).await?;
        name(conn, &tag, line, &[]).await?;
        lead_from(conn, &tag, &line.former_slugs).await?;
        date(conn, &tag, line).await?;
        tell(conn, "tag.created", &tag, actor).await?;
        return Ok(Outcome::of(Verdict::Created, tag.id));
    };
    let names = names(conn, &before).await?;
    let is_so = says_the_same(conn, &before, line).await? && named_so(&names, line);
    if is_so && leads_already(conn, &before, &line.former_slugs).await? {
        return Ok(Outcome::of(Verdict::Unchanged, before.id));
    }
    let tag = if says_the_same(conn, &before, line).await? {
        before
    } else {
        before.update(conn, &line.tag).await?
    };
    name(conn, &tag, line, &names).await?;
    lead_from(conn, &tag, &line.former_slugs).await?;
    date(conn, &tag, line).await?;
    tell(conn, "tag.updated", &tag, actor).await?;
    Ok(Outcome::of(Verdict::Updated, tag.id))
}

/// The tag that the line is about, if it is there: by its id, else by its slug.
async fn find(conn: &mut AsyncPgConnection, line: &TagLine) -> Result<Option<Tag>> {
    let slug = line.slug().map(|slug| TagRef::Handle(slug.into()));
    for reference in line.id.map(TagRef::Id).into_iter().chain(slug) {
        match Tag::lock(conn, &reference).await {
            Ok(tag) => return Ok(Some(tag)),
            Err(Error::Problem(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Whether the tag says in its own language what the line does.
async fn says_the_same(conn: &mut AsyncPgConnection, tag: &Tag, line: &TagLine) -> Result<bool> {
    let NewTag {
        name,
        slug: _,
        description,
        locale,
        parent,
        synonyms,
    } = &line.tag;
    let references = parent.as_slice();
    let parents = Tag::resolve(conn, references, "").await;
    let unknown = |_| Error::fault("/parent", "unknown_tag", "there is no such tag");
    let parent = parents.map_err(unknown)?.into_iter().next();
    Ok(*name == tag.name
        && line.slug().is_none_or(|slug| slug.as_str() == tag.slug)
        && *description == tag.description
        && locale
            .as_ref()
            .is_none_or(|locale| locale.as_str() == tag.locale)
        && parent == tag.parent_id
        && *synonyms == tag.synonyms)
}

type Name = (String, String, String, Option<String>);

/// What it is called in other languages: locale, name, slug, description.
async fn names(conn: &mut AsyncPgConnection, tag: &Tag) -> Result<Vec<Name>> {
    use tag_translations::{description, locale, name, slug, tag_id};
    let names = tag_translations::table.filter(tag_id.eq(tag.id));
    let columns = (locale, name, slug, description);
    Ok(names.select(columns).order(locale).load(conn).await?)
}

fn is_named(names: &[Name], locale: &Locale, new: &NewTagTranslation) -> bool {
    names.iter().any(|(code, name, slug, description)| {
        code == locale.as_str()
            && *name == new.name
            && new.slug.as_ref().is_none_or(|new| new.as_str() == slug)
            && *description == new.description
    })
}

fn named_so(names: &[Name], line: &TagLine) -> bool {
    names.len() == line.translations.len()
        && line
            .translations
            .iter()
            .all(|(locale, new)| is_named(names, locale, new))
}

/// Gives it the names of the line, and no others.
async fn name(
    conn: &mut AsyncPgConnection,
    tag: &Tag,
    line: &TagLine,
    names: &[Name],
) -> Result<()> {
    let kept: BTreeSet<&str> = line
        .translations
        .iter()
        .map(|(code, _)| code.as_str())
        .collect();
    for (code, ..) in names
        .iter()
        .filter(|(code, ..)| !kept.contains(code.as_str()))
    {
        if let Ok(locale) = code.parse() {
            tag.untranslate(conn, &locale).await?;
        }
    }
    for (locale, new) in &line.translations {
        if !is_named(names, locale, new) {
            let translated = tag.translate(conn, locale, new).await;
            translated.map_err(|error| error.under(&format!("/translations/{locale}")))?;
        }
    }
    Ok(())
}

async fn leads_already(conn: &mut AsyncPgConnection, tag: &Tag, former: &[Slug]) -> Result<bool> {
    let slugs: Vec<String> = former.iter().cloned().map(String::from).collect();
    let missing: Statement<sql::Bool> = Statement::new("select exists (select from unnest(")
        .bind(slugs)
        .sql(") as f(slug) where not exists (select from tag_handles h where h.handle = f.slug and h.tag_id = ")
        .bind(tag.id)
        .sql("))");
    Ok(!missing.get_result::<bool>(conn).await?)
}

/// Lets these words lead to it, too.
async fn lead_from(conn: &mut AsyncPgConnection, tag: &Tag, former: &[Slug]) -> Result<()> {
    for slug in former {
        diesel::insert_into(tag_handles::table)
            .values((
                tag_handles::handle.eq(slug.as_str()),
                tag_handles::tag_id.eq(tag.id),
                tag_handles::kind.eq("former"),
            ))
            .on_conflict((tag_handles::handle, tag_handles::tag_id, tag_handles::kind))
            .do_nothing()
            .execute(conn)
            .await
            .on_constraint("tag_handles_address_key", || {
                let detail = format!("the former slug `{slug}` leads to another tag");
                Error::fault("/former_slugs", "taken", detail)
            })?;
    }
    Ok(())
}

async fn date(conn: &mut AsyncPgConnection, tag: &Tag, line: &TagLine) -> Result<()> {
    let date: Statement<()> = Statement::new("update tags set created_at = coalesce(")
        .bind(line.created_at)
        .sql(", created_at), updated_at = coalesce(")
        .bind(line.updated_at)
        .sql(", updated_at) where id = ")
        .bind(tag.id);
    date.execute(conn).await?;
    Ok(())
}

async fn tell(
    conn: &mut AsyncPgConnection,
    kind: &'static str,
    tag: &Tag,
    actor: Option<&str>,
) -> Result<()> {
    let keys = projection::lists_bearing(conn, tag.id).await?;
    Event::new(kind, actor)
        .data(json!({"id": tag.id, "slug": tag.slug}))
        .keys([format!("tag-{}", tag.id), "tags".into()])
        .keys(keys)
        .write(conn)
        .await
}
