//! What tokens may do, and the roles that stand for several scopes.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// A right that a token has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// Drafts, revisions, worklists.
    #[serde(rename = "content:read")]
    ContentRead,
    /// Create and edit articles and translations; submit for review.
    #[serde(rename = "content:write")]
    ContentWrite,
    /// Publish, unpublish, archive.
    #[serde(rename = "content:publish")]
    ContentPublish,
    /// Tags.
    #[serde(rename = "tags:write")]
    TagsWrite,
    /// See and change comments that are not public, see their authors' e-mail.
    #[serde(rename = "comments:moderate")]
    CommentsModerate,
    /// Webhooks.
    #[serde(rename = "webhooks:manage")]
    WebhooksManage,
    /// Tokens.
    #[serde(rename = "tokens:manage")]
    TokensManage,
    /// Everything.
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 8] = [
        Scope::ContentRead,
        Scope::ContentWrite,
        Scope::ContentPublish,
        Scope::TagsWrite,
        Scope::CommentsModerate,
        Scope::WebhooksManage,
        Scope::TokensManage,
        Scope::Admin,
    ];

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Scope::ContentRead => "content:read",
            Scope::ContentWrite => "content:write",
            Scope::ContentPublish => "content:publish",
            Scope::TagsWrite => "tags:write",
            Scope::CommentsModerate => "comments:moderate",
            Scope::WebhooksManage => "webhooks:manage",
            Scope::TokensManage => "tokens:manage",
            Scope::Admin => "admin",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Scope::ALL
            .into_iter()
            .find(|scope| scope.name() == text)
            .ok_or_else(|| {
                let known: Vec<&str> = Scope::ALL.iter().map(|scope| scope.name()).collect();
                format!("there is no scope `{text}`; there are {}", known.join(", "))
            })
    }
}

/// A preset of scopes, named for who works with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// Reads drafts.
    Reader,
    /// Writes articles.
    Author,
    /// Writes translations; give it locales.
    Translator,
    /// Publishes, and keeps tags and comments.
    Editor,
    /// Keeps comments.
    Moderator,
    /// Does everything.
    Admin,
}

impl Role {
    /// The scopes that it stands for.
    pub fn scopes(self) -> Vec<Scope> {
        use Scope as S;
        match self {
            Role::Reader => vec![S::ContentRead],
            Role::Author | Role::Translator => vec![S::ContentRead, S::ContentWrite],
            Role::Editor => {
                vec![
                    S::ContentRead,
                    S::ContentWrite,
                    S::ContentPublish,
                    S::TagsWrite,
                    S::CommentsModerate,
                ]
            }
            Role::Moderator => vec![S::CommentsModerate],
            Role::Admin => vec![S::Admin],
        }
    }
}
