//! What lines about articles name, looked up for all of them at once.

use std::collections::{HashMap, HashSet};

use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{At, Ready, fault};
use crate::db::Statement;
use crate::error::Result;
use crate::tags::TagRef;
use crate::transfer::export::article_sql;
use crate::transfer::import::id_at;
use crate::transfer::line::{self, ArticleLine, Line};
use crate::values::fields::Fault;

/// What is there of what lines name. All of it is kept as it is until the transaction ends.
#[derive(Debug, Default)]
pub(super) struct Known {
    locales: HashSet<String>,
    tags: HashMap<String, Uuid>,
    tag_ids: HashSet<Uuid>,
    /// By id: the name in the system that it came from.
    articles: HashMap<Uuid, Option<String>>,
    by_external_id: HashMap<String, Uuid>,
}

impl Known {
    /// Looks up what these lines name: locales, tags, articles, in the order in which everybody locks them.
    pub(super) async fn find(
        conn: &mut AsyncPgConnection,
        lines: &[At<'_, ArticleLine>],
    ) -> Result<Known> {
        let mut known = Known::default();
        let locales: Statement<sql::Text> =
            Statement::new("select code from locales order by code for key share");
        known.locales = locales.load(conn).await?.into_iter().collect();
        known.find_tags(conn, lines).await?;
        known.find_articles(conn, lines).await?;
        Ok(known)
    }

    async fn find_tags(
        &mut self,
        conn: &mut AsyncPgConnection,
        lines: &[At<'_, ArticleLine>],
    ) -> Result<()> {
        let (mut ids, mut handles) = (vec![], HashSet::new());
        for reference in lines.iter().flat_map(|(_, line)| tags(line)) {
            match reference {
                TagRef::Id(id) => ids.push(*id),
                TagRef::Handle(handle) => drop(handles.insert(handle.clone())),
            }
        }
        let led: Statement<(sql::Text, sql::Uuid)> = Statement::new(
            "select distinct on (handle) handle, tag_id from tag_handles where handle = any(",
        )
        .bind(handles.into_iter().collect::<Vec<_>>())
        .sql(") order by handle, kind <> 'slug', kind <> 'translation'");
        self.tags = led
            .load::<(String, Uuid)>(conn)
            .await?
            .into_iter()
            .collect();
        ids.extend(self.tags.values());
        let lock: Statement<sql::Uuid> = Statement::new("select id from tags where id = any(")
            .bind(ids)
            .sql(") order by id for share");
        self.tag_ids = lock.load(conn).await?.into_iter().collect();
        Ok(())
    }

    async fn find_articles(
        &mut self,
        conn: &mut AsyncPgConnection,
        lines: &[At<'_, ArticleLine>],
    ) -> Result<()> {
        let ids: Vec<Uuid> = lines.iter().filter_map(|(_, line)| line.id).collect();
        let names: Vec<String> = lines
            .iter()
            .filter_map(|(_, line)| line.article.external_id.clone())
            .collect();
        let lock: Statement<(sql::Uuid, sql::Nullable<sql::Text>)> =
            Statement::new("select id, external_id from articles where id = any(")
                .bind(ids)
                .sql(") or external_id = any(")
                .bind(names)
                .sql(") order by id for no key update");
        for (id, name) in lock.load::<(Uuid, Option<String>)>(conn).await? {
            self.by_external_id
                .extend(name.clone().map(|name| (name, id)));
            self.articles.insert(id, name);
        }
        Ok(())
    }

    /// Whether the article is there.
    pub(super) fn is_there(&self, id: Uuid) -> bool {
        self.articles.contains_key(&id)
    }

    /// The line with what it names, or what it names in vain.
    pub(super) fn ready<'l>(
        &self,
        at: usize,
        line: &'l ArticleLine,
    ) -> Result<Ready<'l>, Vec<Fault>> {
        let mut faults = vec![];
        let locales = line.translations.iter().map(|one| one.locale.as_str());
        for (index, locale) in locales.enumerate() {
            if !self.locales.contains(locale) {
                let pointer = format!("/translations/{index}/locale");
                faults.extend(fault(
                    pointer,
                    "unknown_locale",
                    "there is no such locale here",
                ));
            }
        }
        for (index, reference) in tags(line).iter().enumerate() {
            if self.tag(reference).is_none() {
                let pointer = format!("/tags/{index}");
                faults.extend(fault(pointer, "unknown_tag", "there is no such tag"));
            }
        }
        let id = self.id_of(line).map_err(|taken| faults.extend(taken));
        match id {
            Ok(id) if faults.is_empty() => Ok(Ready {
                at,
                line,
                id,
                tags: self.tags_of(line),
            }),
            _ => Err(faults),
        }
    }

    fn id_of(&self, line: &ArticleLine) -> Result<Uuid, Vec<Fault>> {
        let named = line.article.external_id.as_ref();
        let named = named
            .and_then(|name| self.by_external_id.get(name))
            .copied();
        match (line.id, named) {
            (Some(id), Some(named)) if id != named => Err(fault(
                "/external_id",
                "taken",
                "the external_id is that of another article",
            )),
            (Some(id), _) | (None, Some(id)) => Ok(id),
            (None, None) => Ok(id_at(line.created_at)),
        }
    }

    /// The line's tags, in their order and each once.
    pub(super) fn tags_of(&self, line: &ArticleLine) -> Vec<Uuid> {
        let mut ids = vec![];
        for id in tags(line)
            .iter()
            .filter_map(|reference| self.tag(reference))
        {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    fn tag(&self, reference: &TagRef) -> Option<Uuid> {
        let id = match reference {
            TagRef::Id(id) => Some(*id),
            TagRef::Handle(handle) => self.tags.get(handle).copied(),
        };
        id.filter(|id| self.tag_ids.contains(id))
    }
}

fn tags(line: &ArticleLine) -> &[TagRef] {
    line.article.tags.as_deref().unwrap_or_default()
}

/// Articles that are there, as an export would have them; what is wrong with one that would not be taken today.
pub(super) async fn as_lines(
    conn: &mut AsyncPgConnection,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Result<ArticleLine, Vec<Fault>>>> {
    let mut all = HashMap::new();
    if ids.is_empty() {
        return Ok(all);
    }
    let sql = article_sql();
    let find: Statement<(sql::Uuid, sql::Text)> = Statement::new(format!(
        "select a.id, {sql} from articles a where a.id = any("
    ))
    .bind(ids.to_vec())
    .sql(")");
    for (id, text) in find.load::<(Uuid, String)>(conn).await? {
        let line = line::parse(text.as_bytes()).and_then(line::decode);
        let line = line.and_then(|line| match line {
            Line::Article(line) => Ok(*line),
            _ => Err(fault("/type", "invalid", "is no article")),
        });
        all.insert(id, line);
    }
    Ok(all)
}
