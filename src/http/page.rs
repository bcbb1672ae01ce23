//! Collections: limits, sealed cursors, and the links to the next page.

use actix_web::HttpRequest;
use actix_web::http::header;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::reply::Reply;
use crate::error::{Code, Error, Result};
use crate::values::seal::Seal;

/// How many items a page has: 1 to 100, 20 when not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = u8, minimum = 1, maximum = 100, default = 20, example = 20)]
pub struct Limit(u8);

impl Default for Limit {
    fn default() -> Self {
        Limit(20)
    }
}

impl Limit {
    /// The number of items.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }

    /// One more, which tells whether there is a next page.
    pub fn and_one(self) -> i64 {
        i64::from(self.0) + 1
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.parse() {
            Ok(limit @ 1..=100) => Ok(Limit(limit)),
            _ => Err(serde::de::Error::custom(
                "takes a whole number from 1 to 100",
            )),
        }
    }
}

/// The only value of `total`: the exact number of matches.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Total {
    /// Counts every match, which costs what their number costs.
    Exact,
}

/// Where a page stands in its collection.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page {
    /// The most items that the page may have.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    pub limit: usize,
    /// Whether there is a next page.
    pub has_more: bool,
    /// What `cursor` takes to get it.
    #[schema(max_length = 2000, example = "WyIyMDI2LTExLTI0VDA4OjMwOjAwWiJd")]
    pub next_cursor: Option<String>,
    /// The exact number of matches, where `total=exact` asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, minimum = 0)]
    pub total: Option<i64>,
}

/// A page of a collection.
#[derive(Debug, Serialize, ToSchema)]
pub struct Collection<T> {
    /// The items.
    #[schema(max_items = 500)]
    pub data: Vec<T>,
    /// Where they stand.
    pub page: Page,
    /// As in `page`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, minimum = 0)]
    pub total: Option<i64>,
}

impl<T> Collection<T> {
    /// The first `limit` of the items, of which one more was fetched; `next` makes a cursor of the
    /// last one shown.
    pub fn new(mut items: Vec<T>, limit: Limit, next: impl FnOnce(&T) -> String) -> Self {
        let has_more = items.len() > limit.get();
        items.truncate(limit.get());
        let next_cursor = items.last().filter(|_| has_more).map(next);
        Collection {
            data: items,
            page: Page {
                limit: limit.get(),
                has_more,
                next_cursor,
                total: None,
            },
            total: None,
        }
    }

    /// The whole of a collection that has no pages.
    pub fn whole(items: Vec<T>) -> Self {
        let page = Page::whole(items.len());
        Collection {
            data: items,
            page,
            total: None,
        }
    }

    /// The same with the number of all matches.
    #[must_use]
    pub fn with_total(mut self, total: Option<i64>) -> Self {
        self.page.total = total;
        self.total = total;
        self
    }

    /// Where it stands, with the number of all matches.
    pub fn place(&self, total: Option<i64>) -> Page {
        Page {
            total,
            ..self.page.clone()
        }
    }

    /// The same with other items.
    ///
    /// # Errors
    /// The first that `change` meets.
    pub fn try_map<U>(self, change: impl FnMut(T) -> Result<U>) -> Result<Collection<U>> {
        let data = self.data.into_iter().map(change).collect::<Result<_>>()?;
        Ok(Collection {
            data,
            page: self.page,
            total: self.total,
        })
    }
}

impl<T: Serialize> Collection<T> {
    /// The answer, with its `Link` header (RFC 8288).
    ///
    /// # Errors
    /// When an item cannot be written as JSON.
    pub fn reply(&self, request: &HttpRequest) -> Result<Reply> {
        Ok(Reply::json(self)?.with_header(header::LINK, &self.page.links(request)))
    }
}

impl Page {
    /// The only page of a collection that has no others.
    pub fn whole(limit: usize) -> Self {
        Page {
            limit,
            has_more: false,
            next_cursor: None,
            total: None,
        }
    }

    /// The answer with items that are JSON already, with its `Link` header.
    ///
    /// # Errors
    /// The first that an item is not there for.
    pub fn reply(
        &self,
        items: impl Iterator<Item = Result<Vec<u8>>>,
        request: &HttpRequest,
    ) -> Result<Reply> {
        let mut body = b"{\"data\":[".to_vec();
        for (at, item) in items.enumerate() {
            let item = item?;
            if at == 0 {
                body.reserve(item.len() * (self.limit + 1));
            } else {
                body.push(b',');
            }
            body.extend_from_slice(&item);
        }
        body.extend_from_slice(b"],\"page\":");
        let written = serde_json::to_writer(&mut body, self);
        written.map_err(|error| Error::Internal(error.to_string()))?;
        if let Some(total) = self.total {
            body.extend_from_slice(format!(",\"total\":{total}").as_bytes());
        }
        body.push(b'}');
        Ok(Reply::bytes(body).with_header(header::LINK, &self.links(request)))
    }

    /// `rel="first"`, and `rel="next"` while there is more.
    pub fn links(&self, request: &HttpRequest) -> String {
        let first = format!("<{}>; rel=\"first\"", address(request, None));
        match &self.next_cursor {
            Some(cursor) => format!(
                "<{}>; rel=\"next\", {first}",
                address(request, Some(cursor))
            ),
            None => first,
        }
    }
}

/// The request's own target with another cursor.
fn address(request: &HttpRequest, cursor: Option<&str>) -> String {
    let kept = request
        .query_string()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let cursor = cursor.map(|cursor| format!("cursor={cursor}"));
    let query: Vec<&str> = kept.chain(cursor.as_deref()).collect();
    if query.is_empty() {
        request.uri().path().to_owned()
    } else {
        format!("{}?{}", request.uri().path(), query.join("&"))
    }
}

/// What seals cursors, so that nobody can make one up. All nodes share the key.
#[derive(Debug, Clone)]
pub struct Cursors(Seal);

impl Cursors {
    /// Sealed with this key.
    pub fn new(key: &[u8]) -> Self {
        Cursors(Seal::new(key))
    }

    /// A cursor behind these sort keys of a list. `list` names the list and its filters: under any
    /// other the cursor is not taken.
    pub fn seal<T: Serialize>(&self, list: &str, keys: &T) -> String {
        let payload = serde_json::to_vec(keys).unwrap_or_default();
        self.0.seal(&format!("cursor {list}"), &payload)
    }

    /// The sort keys in a cursor.
    ///
    /// # Errors
    /// 400 `invalid-cursor` when it is damaged, forged, or of another list.
    pub fn open<T: DeserializeOwned>(&self, list: &str, cursor: &str) -> Result<T> {
        let payload = self.0.open(&format!("cursor {list}"), cursor);
        payload
            .and_then(|payload| serde_json::from_slice(&payload).ok())
            .ok_or_else(|| {
                Error::problem(Code::InvalidCursor, "the cursor is not one of this list")
            })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_opens_as_it_was_sealed(list in ".{0,20}", keys in any::<(String, u64)>()) {
            let cursors = Cursors::new(b"key");
            let cursor = cursors.seal(&list, &keys);
            prop_assert_eq!(cursors.open::<(String, u64)>(&list, &cursor).unwrap(), keys);
        }

        #[test]
        fn a_changed_cursor_never_opens(at in 0usize..40, to in "[A-Za-z0-9_-]") {
            let cursors = Cursors::new(b"key");
            let cursor = cursors.seal("list", &("2026", 7));
            let mut changed = cursor.clone();
            let at = at % cursor.len();
            changed.replace_range(at..=at, &to);
            prop_assume!(changed != cursor);
            prop_assert!(cursors.open::<(String, u64)>("list", &changed).is_err());
        }

        #[test]
        fn anything_else_is_no_cursor(text in ".{0,60}") {
            prop_assert!(Cursors::new(b"key").open::<(String, u64)>("list", &text).is_err());
        }
    }

    #[test]
    fn a_cursor_of_another_list_is_not_taken() {
        let cursors = Cursors::new(b"key");
        let cursor = cursors.seal("articles?tag=a", &("2026", 7));
        assert!(
            cursors
                .open::<(String, u64)>("articles?tag=b", &cursor)
                .is_err()
        );
        assert!(
            Cursors::new(b"other")
                .open::<(String, u64)>("articles?tag=a", &cursor)
                .is_err()
        );
    }
}
