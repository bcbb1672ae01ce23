//! The states of a comment.

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The states of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = CommentStatus)]
pub enum Status {
    /// Waits for a moderator.
    Pending,
    /// Is to be seen.
    Approved,
    /// Is not.
    Rejected,
    /// Is not, and was an advertisement.
    Spam,
    /// Has lost its words.
    Deleted,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 5] = [
        Status::Pending,
        Status::Approved,
        Status::Rejected,
        Status::Spam,
        Status::Deleted,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Approved => "approved",
            Status::Rejected => "rejected",
            Status::Spam => "spam",
            Status::Deleted => "deleted",
        }
    }
}

impl FromStr for Status {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Status::ALL.into_iter().find(|status| status.name() == name);
        known.ok_or("takes pending, approved, rejected, spam or deleted")
    }
}
