//! What lines about comments name, looked up for all of them at once.

use std::collections::{HashMap, HashSet};

use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{At, Ready, fault, id_of};
use crate::comments::model::{COLUMNS, Comment, CommentSql};
use crate::comments::subject::DEEPEST;
use crate::db::Statement;
use crate::error::Result;
use crate::transfer::line::CommentLine;
use crate::transfer::line::comment::Named;
use crate::values::fields::Fault;
use crate::values::locale::Locale;

/// What is there of what lines name.
#[derive(Debug, Default)]
pub(super) struct Known {
    locales: HashSet<String>,
    /// By id: the language that it was written in.
    articles: HashMap<Uuid, String>,
    article_ids: HashMap<String, Uuid>,
    comments: HashMap<Uuid, Stored>,
    comment_ids: HashMap<String, Uuid>,
}

/// A comment that is there.
#[derive(Debug)]
pub(super) struct Stored(pub(super) Comment);

impl Known {
    pub(super) async fn find(
        conn: &mut AsyncPgConnection,
        lines: &[At<'_, CommentLine>],
    ) -> Result<Known> {
        let mut known = Known::default();
        let locales: Statement<sql::Text> =
            Statement::new("select code from locales order by code for key share");
        known.locales = locales.load(conn).await?.into_iter().collect();
        known.find_articles(conn, lines).await?;
        known.find_comments(conn, lines).await?;
        Ok(known)
    }

    /// Articles stay until the transaction ends.
    async fn find_articles(
        &mut self,
        conn: &mut AsyncPgConnection,
        lines: &[At<'_, CommentLine>],
    ) -> Result<()> {
        let (ids, names) = names(lines.iter().map(|(_, line)| &line.article));
        let find: Statement<(sql::Uuid, sql::Nullable<sql::Text>, sql::Text)> =
            Statement::new("select id, external_id, source_locale from articles where id = any(")
                .bind(ids)
                .sql(") or external_id = any(")
                .bind(names)
                .sql(") order by id for key share");
        for (id, name, locale) in find.load::<(Uuid, Option<String>, String)>(conn).await? {
            self.articles.insert(id, locale);
            self.article_ids.extend(name.map(|name| (name, id)));
        }
        Ok(())
    }

    async fn find_comments(
        &mut self,
        conn: &mut AsyncPgConnection,
        lines: &[At<'_, CommentLine>],
    ) -> Result<()> {
        let own = lines.iter().map(|(_, line)| Named {
            id: line.id,
            external_id: line.external_id.clone(),
        });
        let own: Vec<Named> = own.collect();
        let parents = lines.iter().map(|(_, line)| &line.parent);
        let (ids, names) = names(own.iter().chain(parents));
        let find: Statement<(CommentSql, sql::Nullable<sql::Text>)> = Statement::new(format!(
            "select {COLUMNS}, c.external_id from comments c where c.id = any("
        ))
        .bind(ids)
        .sql(") or c.external_id = any(")
        .bind(names)
        .sql(")");
        for (comment, name) in find.load::<(Comment, Option<String>)>(conn).await? {
            self.comment_ids.extend(name.map(|name| (name, comment.id)));
            self.comments.insert(comment.id, Stored(comment));
        }
        Ok(())
    }

    /// The comment that is there under this id.
    pub(super) fn stored(&self, id: Uuid) -> Option<&Stored> {
        self.comments.get(&id)
    }

    /// The line with what it names, or what it names in vain.
    pub(super) fn ready<'l>(
        &self,
        at: usize,
        line: &'l CommentLine,
    ) -> Result<Ready<'l>, Vec<Fault>> {
        let article = self.article(&line.article)?;
        let id = self.id(line)?;
        let elsewhere = self
            .stored(id)
            .is_some_and(|stored| stored.0.article_id != article);
        if elsewhere {
            return Err(fault(
                "/article_id",
                "immutable",
                "it is a comment on another article",
            ));
        }
        Ok(Ready {
            at,
            line,
            id,
            article,
            locale: self.locale(line, article)?,
            ancestors: self.ancestors(&line.parent, article)?,
        })
    }

    fn article(&self, named: &Named) -> Result<Uuid, Vec<Fault>> {
        let by_name = named
            .external_id
            .as_ref()
            .and_then(|name| self.article_ids.get(name));
        let id = named.id.or(by_name.copied());
        id.filter(|id| self.articles.contains_key(id))
            .ok_or_else(|| {
                let pointer = match named.id {
                    Some(_) => "/article_id",
                    None => "/article_external_id",
                };
                fault(pointer, "unknown_article", "there is no such article")
            })
    }

    fn id(&self, line: &CommentLine) -> Result<Uuid, Vec<Fault>> {
        let by_name = line
            .external_id
            .as_ref()
            .and_then(|name| self.comment_ids.get(name));
        match (line.id, by_name.copied()) {
            (Some(id), Some(named)) if id != named => Err(fault(
                "/external_id",
                "taken",
                "the external_id is that of another comment",
            )),
            (None, Some(named)) => Ok(named),
            _ => Ok(id_of(line)),
        }
    }

    fn locale(&self, line: &CommentLine, article: Uuid) -> Result<String, Vec<Fault>> {
        let Some(said) = &line.locale else {
            return Ok(self.articles.get(&article).cloned().unwrap_or_default());
        };
        let known = said
            .lookup()
            .map(Locale::into_string)
            .find(|tag| self.locales.contains(tag));
        known.ok_or_else(|| fault("/locale", "unknown_locale", "there is no such locale here"))
    }

    fn ancestors(&self, parent: &Named, article: Uuid) -> Result<Vec<Uuid>, Vec<Fault>> {
        if parent.is_none() {
            return Ok(vec![]);
        }
        let by_name = parent
            .external_id
            .as_ref()
            .and_then(|name| self.comment_ids.get(name));
        let found = parent
            .id
            .or(by_name.copied())
            .and_then(|id| self.stored(id));
        let Some(Stored(parent)) = found.filter(|found| found.0.article_id == article) else {
            let detail = "there is no such comment under this article";
            return Err(fault("/parent_id", "unknown_comment", detail));
        };
        let mut ancestors = parent.ancestors.clone();
        if ancestors.len() < DEEPEST {
            ancestors.push(parent.id);
        }
        Ok(ancestors)
    }
}

fn names<'n>(all: impl Iterator<Item = &'n Named>) -> (Vec<Uuid>, Vec<String>) {
    let (mut ids, mut names) = (vec![], vec![]);
    for named in all {
        ids.extend(named.id);
        names.extend(named.external_id.clone());
    }
    (ids, names)
}

impl Stored {
    /// Whether the comment is what the line says. What the line does not tell of its writer and its moderation is
    /// as it is; a tombstone stays one.
    pub(super) fn agrees(&self, ready: &Ready<'_>) -> bool {
        let (line, is) = (ready.line, &self.0);
        let kept = |line: &Option<String>, is: &Option<String>| line.is_none() || line == is;
        is.is_deleted()
            || ready.ancestors == is.ancestors
                && ready.locale == is.locale
                && line.author_name == is.author_name
                && kept(&line.author_email, &is.author_email)
                && line.author_url == is.author_url
                && line.body == is.body
                && line.status.name() == is.status
                && kept(&line.moderation_reason, &is.moderation_reason)
                && kept(&line.reply_notice, &is.reply_notice)
                && line.reactions == [is.likes, is.dislikes]
                && line.created_at.is_none_or(|time| time == is.created_at)
                && (line.edited_at.is_none() || line.edited_at == is.edited_at)
    }
}
