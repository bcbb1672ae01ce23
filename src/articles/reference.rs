//! How a path names an article.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::values::slug::Slug;

/// An article as a path names it: by its id, or by a slug of one of its editions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArticleRef {
    /// Its id.
    Id(Uuid),
    /// A slug, in canonical form.
    Slug(Slug),
}

impl ArticleRef {
    /// The cache key of what a slug may mean: another article may come to bear it in another language. An id
    /// means one article for ever.
    pub fn key(&self) -> Option<String> {
        let ArticleRef::Slug(slug) = self else {
            return None;
        };
        let digest = Sha256::digest(slug.as_str());
        let digest: String = digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Some(format!("slug-{digest}"))
    }

    /// What the path segment names.
    ///
    /// # Errors
    /// 404 for what can be neither.
    pub fn parse(text: &str) -> Result<Self> {
        match text.parse() {
            Ok(id) => Ok(ArticleRef::Id(id)),
            Err(_) => text
                .parse()
                .map(ArticleRef::Slug)
                .map_err(|_| Error::not_found("article")),
        }
    }
}
