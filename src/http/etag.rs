//! Entity tags and preconditions (RFC 9110 sections 8.8.3 and 13).
//!
//! A tag reads `<version>-<digest>`, either part alone, or with the content coding behind a dot:
//! `t7-9f86d081884c7d65.gzip`. The version is what a write is compared with, the whole what a cached
//! answer is compared with; so a count inside an answer may change its tag without spoiling an edit.

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest, web};
use std::fmt;
use std::future::{Ready, ready};
use xxhash_rust::xxh3::xxh3_64;

use crate::app::State;
use crate::error::{Code, Error, Result};

/// A strong entity tag without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of a representation that only its bytes tell apart.
    pub fn of(bytes: &[u8]) -> Self {
        ETag(digest(bytes))
    }

    /// The tag of a resource at a version; `kind` is one letter, so that no tag fits another
    /// resource.
    pub fn version(kind: char, version: i64) -> Self {
        ETag(format!("{kind}{version}"))
    }

    /// The same for one of several representations of it.
    #[must_use]
    pub fn representation(self, bytes: &[u8]) -> Self {
        ETag(format!("{}-{}", self.0, digest(bytes)))
    }

    /// As it stands in a header: in quotes.
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.0)
    }

    /// The tag of the same state in a content coding.
    pub(super) fn in_coding(&self, coding: &str) -> ETag {
        ETag(format!("{}.{coding}", self.0))
    }

    /// What a write is compared with.
    fn version_part(tag: &str) -> &str {
        tag.split(['-', '.']).next().unwrap_or(tag)
    }

    /// The tag without the coding that the answer travelled in.
    fn without_coding(tag: &str) -> &str {
        tag.split('.').next().unwrap_or(tag)
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.quoted())
    }
}

/// XXH3 of the bytes, 64 bits in hexadecimal: enough to tell the states of one resource apart. Whoever could
/// make two states of one digest has to be who writes both; what they would gain is that a cache shows
/// one of their texts for the other. So a digest that reads a list of 70 KB in no time is the better one.
fn digest(bytes: &[u8]) -> String {
    format!("{:016x}", xxh3_64(bytes))
}

/// The entity tags that a client names.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    Any,
    /// Each with whether it is weak.
    Tags(Vec<(String, bool)>),
}

impl Named {
    /// RFC 9110 section 8.8.3: `*`, or a list of quoted tags with an optional `W/`.
    fn parse(header: &str) -> Option<Named> {
        if header.trim() == "*" {
            return Some(Named::Any);
        }
        let mut tags = Vec::new();
        let mut rest = header.trim_start();
        while !rest.is_empty() {
            let (weak, opened) = match rest.strip_prefix("W/") {
                Some(opened) => (true, opened),
                None => (false, rest),
            };
            let (tag, behind) = opened.strip_prefix('"')?.split_once('"')?;
            tags.push((tag.to_owned(), weak));
            rest = behind.trim_start();
            rest = match rest.strip_prefix(',') {
                Some(more) => more.trim_start(),
                None if rest.is_empty() => rest,
                None => return None,
            };
        }
        (!tags.is_empty()).then_some(Named::Tags(tags))
    }
}

/// The preconditions of a write, read from its headers.
///
/// Taking this parameter is what makes a handler honour them; with
/// `DATELINE_REQUIRE_PRECONDITIONS` a request without any is refused before the handler runs.
#[derive(Debug)]
pub struct Preconditions {
    if_match: Option<Named>,
    create_only: bool,
}

impl Preconditions {
    /// The same for a part that bears the tag of the whole: `If-Match` is held against the whole, and
    /// `If-None-Match: *` asks whether the part is there.
    ///
    /// # Errors
    /// As [`Preconditions::check`].
    pub fn check_part(&self, whole: &ETag, part_exists: bool) -> Result<()> {
        if self.create_only {
            return self.check(part_exists.then_some(whole));
        }
        self.check(Some(whole))
    }

    /// Holds what the client demands against what is there; `None`: nothing is there yet.
    ///
    /// # Errors
    /// 412 when `If-Match` names another state, or `If-None-Match: *` meets something.
    pub fn check(&self, current: Option<&ETag>) -> Result<()> {
        if self.create_only && current.is_some() {
            return Err(Error::problem(
                Code::PreconditionFailed,
                "it exists already",
            ));
        }
        let holds = match (&self.if_match, current) {
            (None, _) | (Some(Named::Any), Some(_)) => true,
            (Some(_), None) => false,
            (Some(Named::Tags(tags)), Some(current)) => {
                let version = ETag::version_part(&current.0);
                tags.iter()
                    .any(|(tag, weak)| !weak && ETag::version_part(tag) == version)
            }
        };
        if holds {
            Ok(())
        } else {
            Err(Error::problem(
                Code::PreconditionFailed,
                "it has changed since the state that If-Match names",
            ))
        }
    }
}

impl FromRequest for Preconditions {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read_preconditions(request))
    }
}

fn read_preconditions(request: &HttpRequest) -> Result<Preconditions> {
    let if_match = named(request.headers(), IF_MATCH)?;
    let create_only = named(request.headers(), IF_NONE_MATCH)? == Some(Named::Any);
    let required = request
        .app_data::<web::Data<State>>()
        .is_some_and(|state| state.config.require_preconditions);
    if required && if_match.is_none() && !create_only {
        return Err(Error::problem(
            Code::PreconditionRequired,
            "send If-Match with the ETag that you edit, or If-None-Match: * to create",
        ));
    }
    Ok(Preconditions {
        if_match,
        create_only,
    })
}

fn named(headers: &HeaderMap, header: HeaderName) -> Result<Option<Named>> {
    if !headers.contains_key(&header) {
        return Ok(None);
    }
    let values: Vec<&str> = headers
        .get_all(&header)
        .map(|value| value.to_str().unwrap_or("\u{fffd}"))
        .collect();
    Named::parse(&values.join(", ")).map(Some).ok_or_else(|| {
        Error::problem(
            Code::InvalidParameter,
            format!("{header}: takes * or a list of quoted entity tags"),
        )
    })
}

/// The tag in a GET's `If-None-Match` that names this state (weak comparison, in any coding): then the
/// answer is 304 with that tag. A header that cannot be read names nothing.
pub fn unmodified(method: &Method, headers: &HeaderMap, current: &ETag) -> Option<ETag> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    match named(headers, IF_NONE_MATCH) {
        Ok(Some(Named::Any)) => Some(current.clone()),
        Ok(Some(Named::Tags(tags))) => tags
            .into_iter()
            .map(|(tag, _)| ETag(tag))
            .find(|tag| ETag::without_coding(&tag.0) == current.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn preconditions(if_match: &str) -> Preconditions {
        Preconditions {
            if_match: Named::parse(if_match),
            create_only: false,
        }
    }

    #[test]
    fn a_write_is_held_against_the_version_alone() {
        let current = ETag::version('t', 7).representation(b"seven");
        assert!(preconditions("\"t7\"").check(Some(&current)).is_ok());
        assert!(
            preconditions("\"x\", \"t7-00.gzip\"")
                .check(Some(&current))
                .is_ok()
        );
        assert!(preconditions("*").check(Some(&current)).is_ok());
        assert!(preconditions("\"t8\"").check(Some(&current)).is_err());
        assert!(preconditions("W/\"t7\"").check(Some(&current)).is_err());
        assert!(preconditions("\"t7\"").check(None).is_err());
        assert!(preconditions("*").check(None).is_err());
    }

    #[test]
    fn a_list_of_tags_may_hold_commas_in_quotes() {
        let Some(Named::Tags(tags)) = Named::parse("\"a,b\" , W/\"c\"") else {
            panic!("no list")
        };
        assert_eq!(tags, [("a,b".to_owned(), false), ("c".to_owned(), true)]);
        assert_eq!(Named::parse("a"), None);
        assert_eq!(Named::parse("\"a\" \"b\""), None);
    }
}
