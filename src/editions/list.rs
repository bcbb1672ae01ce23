//! Lists of editions: one query whose cost is that of a page, whatever the filters.

use diesel::sql_types as sql;

use super::model::{Edition, EditionSql, JOINS, columns};
use super::order::{After, Place, Sort};
use crate::articles::Filters;
use crate::db::{Reader, Statement};
use crate::error::Result;
use crate::locales::preference::{preference, rank_sql};
use crate::values::negotiation::Negotiation;

/// A table of editions by key, its key's column, and SQL of the keys looked for.
pub(super) type Listing = (&'static str, &'static str, Statement<()>);

/// Which editions a list has.
#[derive(Debug)]
pub struct EditionList {
    /// What they are to be.
    pub filters: Filters,
    /// In this order.
    pub sort: Sort,
    /// Behind this one.
    pub after: Option<After>,
    /// At most so many.
    pub limit: i64,
}

impl EditionList {
    /// A page of editions, each article once, in its best language.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(&self, reader: &Reader, negotiation: &Negotiation) -> Result<Vec<Edition>> {
        let columns = columns("null::text", "null::text, 0::bigint");
        let page: Statement<EditionSql> =
            preference(negotiation).sql(format!(" select {columns} from "));
        let page = match self.listing() {
            Some(listing) => page
                .append(self.listed(listing, negotiation))
                .sql(format!(" {JOINS}")),
            None => page
                .sql(format!(
                    "editions e {JOINS} cross join preference where true"
                ))
                .append(self.conditions(Place::of(negotiation), negotiation)),
        };
        let page = page
            .sql(self.sort.order(self.place(negotiation)))
            .bind(self.limit);
        reader.load(self.cached(page)).await
    }

    /// The page's statement, kept prepared if it is one of few shapes.
    pub(super) fn cached<Row>(&self, page: Statement<Row>) -> Statement<Row> {
        match self.is_common() {
            true => page,
            false => page.uncached(),
        }
    }

    /// How many the list has altogether.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(&self, reader: &Reader, negotiation: &Negotiation) -> Result<i64> {
        let count = preference::<sql::BigInt>(negotiation)
            .sql(format!(
                " select count(*) from editions e {JOINS} cross join preference where true"
            ))
            .append(self.filtered(Place::of(negotiation), negotiation))
            .append(self.in_listing());
        Ok(reader.first(count.uncached()).await?.unwrap_or_default())
    }

    /// The page as a listing by tag or author has it: each pair of key and language gives at most a
    /// page, so a rare tag among many articles costs no more than a common one.
    fn listed(&self, (table, column, keys): Listing, negotiation: &Negotiation) -> Statement<()> {
        let locales = match negotiation.strict() {
            Some(locale) => Statement::<()>::new("array[")
                .bind(locale.as_str())
                .sql("]"),
            None => Statement::new("array(select code from locales where enabled)"),
        };
        Statement::new("(select distinct found.article_id, found.locale from unnest(")
            .append(keys)
            .sql(") as listed(key) cross join unnest(")
            .append(locales)
            .sql(format!(
                ") as spoken(code) cross join lateral (select f.article_id, f.locale from {table} f"
            ))
            .append(self.listed_where(column, negotiation))
            .sql(self.sort.order(Place::Listing))
            .bind(self.limit)
            .sql(
                ") as found) as listing \
                join editions e on e.article_id = listing.article_id and e.locale = listing.locale",
            )
    }

    /// Which of a listing's rows are on the page. Its own columns may tell; else each edition is looked at.
    fn listed_where(&self, column: &str, negotiation: &Negotiation) -> Statement<()> {
        let keyed = format!(" where f.{column} = listed.key and f.locale = spoken.code");
        if negotiation.strict().is_some() && self.filters.is_one_listing() {
            let rows = format!(" join locales l on l.code = f.locale and l.enabled{keyed}");
            return Statement::new(rows).append(self.behind(Place::Listing));
        }
        Statement::new(format!(
            " join editions e on e.article_id = f.article_id and e.locale = f.locale {JOINS} \
            cross join preference{keyed}"
        ))
        .append(self.conditions(Place::Listing, negotiation))
    }

    /// What the page is ordered by at last: a listing's page is small, and in any order by then.
    fn place(&self, negotiation: &Negotiation) -> Place {
        match self.listing() {
            Some(_) => Place::Language,
            None => Place::of(negotiation),
        }
    }

    /// The listing that the page is taken from: its table, its key's column, and SQL of the keys.
    pub(super) fn listing(&self) -> Option<Listing> {
        if !matches!(self.sort, Sort::Newest | Sort::Oldest | Sort::Relevance) {
            return None;
        }
        if let Some(author) = &self.filters.author {
            let keys = Statement::new("array[").bind(author.as_str()).sql("]");
            return Some(("edition_authors", "author", keys));
        }
        let group = self.filters.tag_groups().into_iter().next()?;
        Some(("edition_tags", "tag_id", group))
    }

    /// What the first tag or the author, which [`EditionList::listed`] sees to, means for a count.
    pub(super) fn in_listing(&self) -> Statement<()> {
        match self.listing() {
            None => Statement::new(""),
            Some((table, column, keys)) => Statement::new(format!(
                " and exists (select from {table} f where f.article_id = e.article_id and f.locale = e.locale \
                    and f.{column} = any("
            ))
            .append(keys)
            .sql("))"),
        }
    }

    /// Whether the statement is one of few shapes, to be kept prepared.
    fn is_common(&self) -> bool {
        let filters = &self.filters;
        filters.tags.len() <= 1
            && filters.any_tag.is_empty()
            && !filters.descendants
            && filters.published_after.is_none()
            && filters.published_before.is_none()
            && filters.updated_after.is_none()
            && filters.source_locale.is_none()
            && filters.missing_locale.is_none()
    }

    /// Whether it names the articles that it is of.
    pub(super) fn names_articles(&self) -> bool {
        self.filters.ids.is_some() || self.filters.external_id.is_some()
    }

    /// Whether all there is to know of an edition is its language and when it was published.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.sort, Sort::Newest | Sort::Oldest | Sort::Relevance)
            && self.filters == Filters::default()
    }

    /// The conditions on an edition of this page, but for what its listing says.
    fn conditions(&self, place: Place, negotiation: &Negotiation) -> Statement<()> {
        self.filtered(place, negotiation).append(self.behind(place))
    }

    /// Behind the place where the page begins.
    fn behind(&self, place: Place) -> Statement<()> {
        match &self.after {
            Some(after) => Statement::new("").append(after.condition(place)),
            None => Statement::new(""),
        }
    }

    /// The same on whatever page it stands.
    fn filtered(&self, place: Place, negotiation: &Negotiation) -> Statement<()> {
        in_language(negotiation).append(self.wanted(place))
    }

    /// What is wanted of an edition besides its language.
    pub(super) fn wanted(&self, place: Place) -> Statement<()> {
        let filters = &self.filters;
        let mut all = Statement::new("");
        let by_listing = self.listing().is_some();
        if let Some(author) = filters.author.as_ref().filter(|_| !by_listing) {
            all = all
                .sql(" and ")
                .bind(author.as_str())
                .sql(" = any(e.authors)");
        }
        let seen_to = usize::from(by_listing && filters.author.is_none());
        for group in filters.tag_groups::<()>().into_iter().skip(seen_to) {
            all = all
                .sql(
                    " and exists (select from edition_tags x where x.article_id = e.article_id \
                        and x.locale = e.locale and x.tag_id = any(",
                )
                .append(group)
                .sql("))");
        }
        let alias = place.alias();
        if let Some(time) = filters.published_after {
            all = all.sql(format!(" and {alias}.published_at > ")).bind(time);
        }
        if let Some(time) = filters.published_before {
            all = all.sql(format!(" and {alias}.published_at < ")).bind(time);
        }
        if let Some(time) = filters.updated_after {
            all = all.sql(" and e.updated_at > ").bind(time);
        }
        if let Some(external_id) = &filters.external_id {
            all = all
                .sql(" and e.article_id = ")
                .append(Filters::external_id_sql(external_id));
        }
        if let Some(ids) = &filters.ids {
            all = all
                .sql(" and e.article_id = any(")
                .bind(ids.clone())
                .sql(")");
        }
        if let Some(locale) = &filters.source_locale {
            all = all.sql(" and e.source_locale = ").bind(locale.as_str());
        }
        if let Some(locale) = &filters.missing_locale {
            all = all
                .sql(
                    " and not exists (select from editions m join locales ml on ml.code = m.locale and ml.enabled \
                        where m.article_id = e.article_id and m.locale = ",
                )
                .bind(locale.as_str())
                .sql(")");
        }
        all
    }
}

/// In the one language that will do; or in any that will, where the article is in no better one.
fn in_language(negotiation: &Negotiation) -> Statement<()> {
    if let Some(locale) = negotiation.strict() {
        return Statement::new(" and e.locale = ").bind(locale.as_str());
    }
    let (own, other) = (
        rank_sql("e", "e.source_locale"),
        rank_sql("b", "b.source_locale"),
    );
    Statement::new(format!(
        " and {own} is not null and not exists (select from editions b \
            join locales bl on bl.code = b.locale and bl.enabled \
            where b.article_id = e.article_id and b.locale <> e.locale and {other} < {own})"
    ))
}
