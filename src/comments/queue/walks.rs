//! SQL of a moderator's list: newest first, each way by an index that has the comments in this order.
//!
//! A way that PostgreSQL may take for cheaper than it is, as it does not know which language or article is
//! meant, is closed by the form of the conditions.

use uuid::Uuid;

use super::{Author, Queue};
use crate::articles::{Article, ArticleRef};
use crate::comments::status::Status;
use crate::db::Statement;

/// The key of the index that has the comments of a language in each status.
const IN_LOCALE: &str = "(c.locale || ' ' || c.status)";

impl Queue {
    /// The newest behind the last page, at most so many, in brackets.
    pub(super) fn newest(&self, most: i64) -> Statement<()> {
        let walks = self.walks(most);
        let ways = walks.len();
        let all = walks.into_iter();
        let all = all.reduce(|all, one| all.sql(" union all ").append(one));
        let all = all.unwrap_or_else(|| Statement::new(""));
        if ways == 1 {
            return all;
        }
        Statement::new("(select * from (")
            .append(all)
            .sql(") c")
            .append(first(most))
            .sql(")")
    }

    /// The ways to them that are gone.
    fn walks(&self, most: i64) -> Vec<Statement<()>> {
        let statuses = match self.status {
            Some(status) => vec![status],
            None => Status::ALL.to_vec(),
        };
        let statuses = statuses.into_iter();
        match (&self.article, &self.locale) {
            _ if self.is_short() => self.walks_in(self.status, most),
            (Some(_), _) => statuses
                .flat_map(|status| self.walks_in(Some(status), most))
                .collect(),
            (None, Some(locale)) => statuses
                .map(|status| self.walk_in_locale(locale, status, most))
                .collect(),
            (None, None) => self.walks_in(self.status, most),
        }
    }

    /// Whether so few are meant that no other filter makes a better way.
    fn is_short(&self) -> bool {
        let by_email = matches!(self.author, Some(Author::Email(_) | Author::Of(_)));
        by_email || self.reported == Some(true)
    }

    fn walks_in(&self, status: Option<Status>, most: i64) -> Vec<Statement<()>> {
        let places = self.places(status).into_iter();
        let walks = places.map(|place| {
            Statement::new("(select * from comments c where ")
                .append(place)
                .append(self.behind())
                .append(first(most))
                .sql(")")
        });
        walks.collect()
    }

    fn walk_in_locale(&self, locale: &str, status: Status, most: i64) -> Statement<()> {
        let key = format!("{locale} {}", status.name());
        let walk = Statement::new(format!("(select * from comments c where {IN_LOCALE} >= "))
            .bind(key.as_str())
            .sql(format!(" and {IN_LOCALE} <= "))
            .bind(key.as_str())
            .append(self.reported());
        let walk = match self.after {
            None => walk,
            Some((created_at, id)) => walk
                .sql(format!(" and ({IN_LOCALE}, c.created_at, c.id) < ("))
                .bind(key.as_str())
                .sql(", ")
                .bind(created_at)
                .sql(", ")
                .bind(id)
                .sql(")"),
        };
        walk.sql(format!(
            " order by {IN_LOCALE} desc, c.created_at desc, c.id desc limit "
        ))
        .bind(most)
        .sql(")")
    }

    /// Every condition but those on words.
    pub(super) fn wanted(&self) -> Statement<()> {
        let places = self.places(self.status).into_iter();
        let places = places.map(|place| Statement::new("(").append(place).sql(")"));
        let any = places.reduce(|any: Statement<()>, one| any.sql(" or ").append(one));
        Statement::new("(")
            .append(any.unwrap_or_else(|| Statement::new("true")))
            .sql(")")
    }

    /// The same in parts that have no comment in common and an index each, in this status.
    fn places(&self, status: Option<Status>) -> Vec<Statement<()>> {
        let whose = match &self.author {
            Some(Author::Email(email)) => vec![
                Statement::new("c.author_email is not null and lower(c.author_email) = lower(")
                    .bind(email.as_str())
                    .sql(")"),
            ],
            Some(Author::Of(comment)) => vec![of_email(*comment), of_address(*comment)],
            Some(Author::Name(_)) | None => vec![Statement::new("true")],
        };
        let whose = whose.into_iter();
        whose
            .map(|whose| whose.append(self.filter(status)))
            .collect()
    }

    fn filter(&self, status: Option<Status>) -> Statement<()> {
        let mut filter = self.reported();
        if let Some(status) = status {
            filter = filter.sql(" and c.status = ").bind(status.name());
        }
        if let Some(locale) = &self.locale {
            filter = filter.sql(" and c.locale = ").bind(locale.as_str());
        }
        let Some(article) = &self.article else {
            return filter;
        };
        filter = filter.sql(" and (c.article_id = ");
        filter = match article {
            ArticleRef::Id(id) => filter.bind(*id),
            ArticleRef::Slug(slug) => filter
                .sql("(")
                .append(Article::id_by_slug(slug, None))
                .sql(")"),
        };
        match self.is_short() {
            // No index answers it in this form.
            true => filter.sql(") is true"),
            false => filter.sql(")"),
        }
    }

    fn reported(&self) -> Statement<()> {
        Statement::new(match self.reported {
            Some(true) => " and c.report_count > 0",
            Some(false) => " and c.report_count = 0",
            None => "",
        })
    }

    pub(super) fn behind(&self) -> Statement<()> {
        match self.after {
            None => Statement::new(""),
            Some((created_at, id)) => Statement::new(" and (c.created_at, c.id) < (")
                .bind(created_at)
                .sql(", ")
                .bind(id)
                .sql(")"),
        }
    }
}

/// The end of a query for at most so many.
pub(super) fn first(most: i64) -> Statement<()> {
    Statement::new(" order by c.created_at desc, c.id desc limit ").bind(most)
}

/// Those of the e-mail address that a comment is of.
fn of_email(comment: Uuid) -> Statement<()> {
    Statement::new(
        "c.author_email is not null and lower(c.author_email) = \
            (select lower(x.author_email) from comments x where x.id = ",
    )
    .bind(comment)
    .sql(")")
}

/// Those from the address that a comment is from, as far as its e-mail address does not tell them.
fn of_address(comment: Uuid) -> Statement<()> {
    Statement::new(
        "c.address_hash is not null and c.address_hash = (select x.address_hash from comments x where x.id = ",
    )
    .bind(comment)
    .sql(
        ") and coalesce(lower(c.author_email) <> (select lower(x.author_email) from comments x where x.id = ",
    )
    .bind(comment)
    .sql("), true)")
}
