//! The states of a working copy and the moves between them.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The state of a working copy. Whether readers have an edition is another matter: a published text that
/// is changed is a draft, and readers keep what they have.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, AsExpression, FromSqlRow,
)]
#[serde(rename_all = "snake_case")]
#[diesel(sql_type = Text)]
pub enum Status {
    /// Being written.
    Draft,
    /// With its editor.
    InReview,
    /// To come to readers at a time.
    Scheduled,
    /// What readers have.
    Published,
    /// Put away.
    Archived,
}

impl Status {
    /// Every state.
    pub const ALL: [Status; 5] = [
        Status::Draft,
        Status::InReview,
        Status::Scheduled,
        Status::Published,
        Status::Archived,
    ];

    /// Its name in the API and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Status::Draft => "draft",
            Status::InReview => "in_review",
            Status::Scheduled => "scheduled",
            Status::Published => "published",
            Status::Archived => "archived",
        }
    }

    /// Whether a working copy in this state may make a move; `is_published`: readers have an edition.
    pub fn allows(self, action: Action, is_published: bool) -> bool {
        match action {
            Action::Submit => self == Status::Draft,
            Action::Reject => self == Status::InReview,
            Action::Publish | Action::Archive => self != Status::Archived,
            Action::Unpublish => is_published,
            Action::Reopen => matches!(self, Status::Archived | Status::Scheduled),
        }
    }

    /// The names of all moves that it may make.
    pub fn legal_actions(self, is_published: bool) -> Vec<&'static str> {
        Action::ALL
            .into_iter()
            .filter(|action| self.allows(*action, is_published))
            .map(Action::name)
            .collect()
    }

    /// The state with other words in it. What readers have already is published; anything else in its
    /// place is a draft. Who reviews, schedules or has put away a text may change it as it stands.
    #[must_use]
    pub fn with_words(self, are_the_published: bool) -> Status {
        match self {
            Status::Draft | Status::Published if are_the_published => Status::Published,
            Status::Published => Status::Draft,
            other => other,
        }
    }
}

/// A move from one state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// From a draft into review.
    Submit,
    /// From review back to a draft.
    Reject,
    /// To readers, now or at a time.
    Publish,
    /// From readers; it is a draft then.
    Unpublish,
    /// From readers, and out of the way.
    Archive,
    /// Back to work.
    Reopen,
}

impl Action {
    /// Every move, in the order of a text's life.
    pub const ALL: [Action; 6] = [
        Action::Submit,
        Action::Reject,
        Action::Publish,
        Action::Unpublish,
        Action::Archive,
        Action::Reopen,
    ];

    /// The last segment of its path.
    pub fn name(self) -> &'static str {
        match self {
            Action::Submit => "submit",
            Action::Reject => "reject",
            Action::Publish => "publish",
            Action::Unpublish => "unpublish",
            Action::Archive => "archive",
            Action::Reopen => "reopen",
        }
    }
}

impl FromSql<Text, Pg> for Status {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let name = <String as FromSql<Text, Pg>>::from_sql(bytes)?;
        let known = Status::ALL.into_iter().find(|status| status.name() == name);
        known.ok_or_else(|| format!("there is no status `{name}`").into())
    }
}

impl ToSql<Text, Pg> for Status {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <str as ToSql<Text, Pg>>::to_sql(self.name(), out)
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Status};

    #[test]
    fn each_state_has_its_moves() {
        let legal = |status: Status, is_published| status.legal_actions(is_published).join(" ");
        assert_eq!(legal(Status::Draft, false), "submit publish archive");
        assert_eq!(
            legal(Status::Draft, true),
            "submit publish unpublish archive"
        );
        assert_eq!(legal(Status::InReview, false), "reject publish archive");
        assert_eq!(legal(Status::Scheduled, false), "publish archive reopen");
        assert_eq!(legal(Status::Published, true), "publish unpublish archive");
        assert_eq!(legal(Status::Archived, false), "reopen");
    }

    #[test]
    fn changed_words_make_a_published_text_a_draft_and_nothing_else() {
        assert_eq!(Status::Published.with_words(false), Status::Draft);
        assert_eq!(Status::Draft.with_words(true), Status::Published);
        for status in [Status::InReview, Status::Scheduled, Status::Archived] {
            assert_eq!(status.with_words(true), status);
            assert_eq!(status.with_words(false), status);
        }
    }

    #[test]
    fn names_are_those_of_the_paths() {
        assert_eq!(Action::ALL.map(Action::name).len(), 6);
        assert_eq!(Status::InReview.name(), "in_review");
    }
}
