//! The orders of a list of editions, and the places of pages in them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::model::Edition;
use super::search::Rank;
use crate::db::Statement;
use crate::values::negotiation::Negotiation;

/// The order of a list of editions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    /// Newest first.
    Newest,
    /// Oldest first.
    Oldest,
    /// Last published first.
    Updated,
    /// By headline.
    Title,
    /// Most comments first.
    Comments,
    /// What matches a search best, first.
    Relevance,
}

impl Sort {
    /// SQL of the sort key. Across languages it is an expression, as in the indexes for that.
    pub(super) fn key(self, place: Place) -> String {
        match (self, place) {
            (Sort::Newest | Sort::Oldest | Sort::Relevance, Place::Languages) => {
                "(e.published_at at time zone 'UTC')".into()
            }
            // Matches are found newest first, and then ranked.
            (Sort::Newest | Sort::Oldest | Sort::Relevance, _) => {
                format!("{}.published_at", place.alias())
            }
            (Sort::Updated, Place::Languages) => "(e.updated_at at time zone 'UTC')".into(),
            (Sort::Updated, _) => "e.updated_at".into(),
            (Sort::Title, Place::Languages) => "(e.title || '') collate \"und-x-icu\"".into(),
            (Sort::Title, _) => "e.title collate \"und-x-icu\"".into(),
            (Sort::Comments, _) => "c.approved".into(),
        }
    }

    pub(super) fn descending(self) -> bool {
        !matches!(self, Sort::Oldest | Sort::Title)
    }

    pub(super) fn order(self, place: Place) -> String {
        let direction = if self.descending() { " desc" } else { "" };
        format!(
            " order by {}{direction}, {}.article_id{direction} limit ",
            self.key(place),
            place.alias()
        )
    }
}

/// Which rows are walked: the editions in one language or in all, or a listing of them, whose own
/// columns then have to be named for its index to serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Language,
    Languages,
    Listing,
}

impl Place {
    /// Where a list in these languages is looked for, if not in a listing.
    pub(super) fn of(negotiation: &Negotiation) -> Self {
        match negotiation.strict() {
            Some(_) => Place::Language,
            None => Place::Languages,
        }
    }

    pub(super) fn alias(self) -> &'static str {
        match self {
            Place::Language | Place::Languages => "e",
            Place::Listing => "f",
        }
    }
}

/// The sort key and id of the last edition of a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct After {
    /// The order it was in.
    pub sort: Sort,
    key: Key,
    id: Uuid,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Key {
    Time(DateTime<Utc>),
    Title(String),
    Comments(i64),
    Rank(Rank),
}

impl After {
    /// The place of an edition in a list of this order.
    pub fn of(edition: &Edition, sort: Sort) -> Self {
        let key = match sort {
            Sort::Newest | Sort::Oldest | Sort::Relevance => Key::Time(edition.published_at),
            Sort::Updated => Key::Time(edition.updated_at),
            Sort::Title => Key::Title(edition.title.clone()),
            Sort::Comments => Key::Comments(edition.parts.approved_comments),
        };
        After {
            sort,
            key,
            id: edition.article_id,
        }
    }

    /// A place in the order of relevance.
    pub(super) fn ranked(rank: Rank, id: Uuid) -> Self {
        After {
            sort: Sort::Relevance,
            key: Key::Rank(rank),
            id,
        }
    }

    /// The same as it was made.
    pub(super) fn rank(&self) -> Option<(Rank, Uuid)> {
        match self.key {
            Key::Rank(rank) => Some((rank, self.id)),
            _ => None,
        }
    }

    pub(super) fn condition(&self, place: Place) -> Statement<()> {
        self.behind(&self.sort.key(place), place.alias(), place)
    }

    /// The same of any table with `published_at` and `article_id`, in the order of time.
    pub(super) fn condition_on(&self, alias: &str) -> Statement<()> {
        self.behind(&format!("{alias}.published_at"), alias, Place::Listing)
    }

    /// The same by an SQL expression of the sort key.
    pub(super) fn behind(&self, key: &str, alias: &str, place: Place) -> Statement<()> {
        let compare = if self.sort.descending() { "<" } else { ">" };
        let condition = Statement::new(format!(" and ({key}, {alias}.article_id) {compare} ("));
        let condition = match &self.key {
            Key::Time(time) if place == Place::Languages => {
                condition.bind(*time).sql(" at time zone 'UTC'")
            }
            Key::Time(time) => condition.bind(*time),
            Key::Title(title) => condition.bind(title.as_str()),
            Key::Comments(number) => condition.bind(*number),
            // The window that it is in has bounds of its own.
            Key::Rank(_) => return Statement::new(""),
        };
        condition.sql(", ").bind(self.id).sql(")")
    }
}
