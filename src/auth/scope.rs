//! Scopes as types, for the signatures of handlers.

use crate::values::scope::Scope;

/// A type that stands for a scope in a handler's signature.
pub trait IsScope: 'static {
    /// The scope.
    const SCOPE: Scope;
}

macro_rules! markers {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        $($(#[$doc])* #[derive(Debug, Clone, Copy)] pub struct $name;
        impl IsScope for $name {
            const SCOPE: Scope = Scope::$name;
        })+
    };
}
markers! {
    /// `content:read`
    ContentRead,
    /// `content:write`
    ContentWrite,
    /// `content:publish`
    ContentPublish,
    /// `tags:write`
    TagsWrite,
    /// `comments:moderate`
    CommentsModerate,
    /// `tokens:manage`
    TokensManage,
    /// `admin`
    Admin,
}
