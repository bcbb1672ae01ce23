//! Reading a JSON object member by member, so that one look finds every fault of a body.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use utoipa::ToSchema;

/// One fault of a request body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// Where it is: a JSON pointer (RFC 6901).
    #[schema(max_length = 1000, example = "/title")]
    pub pointer: String,
    /// What kind of fault it is, for programs.
    #[schema(value_type = String, max_length = 40, example = "too_long")]
    pub code: &'static str,
    /// What is wrong, for people.
    #[schema(max_length = 1000, example = "takes at most 300 characters, has 412")]
    pub detail: String,
}

impl Fault {
    /// A fault at a JSON pointer.
    pub fn new(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Self {
        Fault { pointer: pointer.into(), code, detail: detail.into() }
    }
}

/// What can be read from a JSON object.
///
/// `decode` goes on after a fault with a stand-in value, so that it meets the others too; a value
/// read with faults never leaves [`decode`].
pub trait Decode: Sized {
    /// Reads the members; each fault is noted in `fields`.
    fn decode(fields: &mut Fields<'_>) -> Self;
}

/// Reads a whole body.
///
/// # Errors
/// Every fault there is: wrong types, limits passed, members missing or unknown.
pub fn decode<T: Decode>(value: Value) -> Result<T, Vec<Fault>> {
    let mut faults = Vec::new();
    let Value::Object(members) = value else {
        return Err(vec![Fault::new("", "wrong_type", "the body is to be a JSON object")]);
    };
    let mut fields = Fields { members, pointer: String::new(), faults: &mut faults };
    let decoded = T::decode(&mut fields);
    fields.finish();
    if faults.is_empty() { Ok(decoded) } else { Err(faults) }
}

/// The members of one object that nobody has read yet.
#[derive(Debug)]
pub struct Fields<'f> {
    members: Map<String, Value>,
    pointer: String,
    faults: &'f mut Vec<Fault>,
}

impl Fields<'_> {
    /// Whether the member is there, `null` included.
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// The member as it is; `null` is as if absent.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name).filter(|value| !value.is_null())
    }

    /// Notes a fault of the member.
    pub fn fault(&mut self, name: &str, code: &'static str, detail: impl Into<String>) {
        let pointer = format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"));
        self.faults.push(Fault::new(pointer, code, detail));
    }

    /// One line of text without the space around it; blank is as if absent.
    pub fn line(&mut self, name: &str, max: usize) -> Option<String> {
        let text = self.string(name)?;
        let line = text.trim();
        self.check_line(name, line, max);
        (!line.is_empty()).then(|| line.to_owned())
    }

    /// One line of text that must be there.
    pub fn required_line(&mut self, name: &str, max: usize) -> String {
        if !self.members.contains_key(name) {
            self.fault(name, "required", "is required");
            return String::new();
        }
        let before = self.faults.len();
        let line = self.line(name, max);
        if line.is_none() && self.faults.len() == before {
            self.fault(name, "blank", "may not be blank");
        }
        line.unwrap_or_default()
    }

    /// Text of many lines, kept as it is but for its line ends, which become `\n`.
    pub fn text(&mut self, name: &str, max: usize, unit: Unit) -> Option<String> {
        let text = self.string(name)?.replace("\r\n", "\n");
        let length = unit.measure(&text);
        if length > max {
            self.fault(name, "too_long", format!("takes at most {max} {unit}, has {length}"));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
            self.fault(name, "control_character", "may not contain control characters");
        }
        Some(text)
    }

    /// `true` or `false`.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        match self.take(name)? {
            Value::Bool(flag) => Some(flag),
            _ => self.wrong_type(name, "true or false"),
        }
    }

    /// A whole number within the range.
    pub fn integer(&mut self, name: &str, range: RangeInclusive<i32>) -> Option<i32> {
        let value = self.take(name)?;
        let number = value.as_i64().and_then(|n| i32::try_from(n).ok());
        match number.filter(|n| range.contains(n)) {
            Some(number) => Some(number),
            None => self.wrong_type(
                name,
                &format!("a whole number from {} to {}", range.start(), range.end()),
            ),
        }
    }

    /// A moment: RFC 3339 with any offset.
    pub fn time(&mut self, name: &str) -> Option<DateTime<Utc>> {
        let text = self.string(name)?;
        match DateTime::parse_from_rfc3339(&text) {
            Ok(time) => Some(time.to_utc()),
            Err(_) => {
                self.fault(name, "invalid_time", "takes a time as RFC 3339 has it, like 2026-11-24T08:30:00Z");
                None
            }
        }
    }

    /// A value that reads itself from text.
    pub fn parsed<T>(&mut self, name: &str, code: &'static str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        let text = self.string(name)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault(name, code, error.to_string());
                None
            }
        }
    }

    /// The same for a list of them.
    pub fn parsed_list<T>(&mut self, name: &str, max_items: usize, code: &'static str) -> Option<Vec<T>>
    where
        T: FromStr,
        T::Err: Display,
    {
        let texts = self.lines(name, max_items, 1000)?;
        let mut values = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            match text.parse::<T>() {
                Ok(value) => values.push(value),
                Err(error) => self.fault_at(name, index, code, error.to_string()),
            }
        }
        Some(values)
    }

    /// A list of lines, none of them blank.
    pub fn lines(&mut self, name: &str, max_items: usize, max: usize) -> Option<Vec<String>> {
        let Value::Array(items) = self.take(name)? else {
            return self.wrong_type(name, "a list of texts");
        };
        if items.len() > max_items {
            let detail = format!("takes at most {max_items} items, has {}", items.len());
            self.fault(name, "too_many", detail);
            return None;
        }
        let mut lines = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let Value::String(text) = item else {
                self.fault_at(name, index, "wrong_type", "takes a text");
                continue;
            };
            let line = text.trim();
            if line.is_empty() {
                self.fault_at(name, index, "blank", "may not be blank");
            }
            self.check_line(&format!("{name}/{index}"), line, max);
            lines.push(line.to_owned());
        }
        Some(lines)
    }

    /// An object with members of its own.
    pub fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Fields<'_>) -> T) -> Option<T> {
        let Value::Object(members) = self.take(name)? else {
            return self.wrong_type(name, "an object");
        };
        let pointer = format!("{}/{name}", self.pointer);
        let mut inner = Fields { members, pointer, faults: self.faults };
        let read = read(&mut inner);
        inner.finish();
        Some(read)
    }

    /// An object with any members, up to so many bytes of JSON.
    pub fn free_object(&mut self, name: &str, max_bytes: usize) -> Option<Map<String, Value>> {
        let Value::Object(members) = self.take(name)? else {
            return self.wrong_type(name, "an object");
        };
        let bytes = serde_json::to_vec(&members).map_or(usize::MAX, |json| json.len());
        if bytes > max_bytes {
            self.fault(name, "too_long", format!("takes at most {max_bytes} bytes of JSON, has {bytes}"));
        }
        if has_nul(&members) {
            self.fault(name, "control_character", "may not contain U+0000");
        }
        Some(members)
    }

    /// A web address: absolute, `http` or `https`.
    pub fn web_address(&mut self, name: &str) -> Option<String> {
        let text = self.line(name, 2048)?;
        let known = url::Url::parse(&text)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !known {
            self.fault(name, "invalid_url", "takes an absolute http or https address");
        }
        Some(text)
    }

    fn string(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            _ => self.wrong_type(name, "a text"),
        }
    }

    fn wrong_type<T>(&mut self, name: &str, takes: &str) -> Option<T> {
        self.fault(name, "wrong_type", format!("takes {takes}"));
        None
    }

    fn fault_at(&mut self, name: &str, index: usize, code: &'static str, detail: impl Into<String>) {
        let pointer = format!("{}/{name}/{index}", self.pointer);
        self.faults.push(Fault::new(pointer, code, detail));
    }

    fn check_line(&mut self, path: &str, line: &str, max: usize) {
        let pointer = format!("{}/{path}", self.pointer);
        let length = line.chars().count();
        if length > max {
            let detail = format!("takes at most {max} characters, has {length}");
            self.faults.push(Fault::new(&pointer, "too_long", detail));
        }
        if line.chars().any(char::is_control) {
            let detail = "may not contain control characters or line ends";
            self.faults.push(Fault::new(&pointer, "control_character", detail));
        }
    }

    fn finish(self) {
        for name in self.members.keys() {
            let pointer =
                format!("{}/{}", self.pointer, name.replace('~', "~0").replace('/', "~1"));
            let detail = format!("there is no member `{name}` here");
            self.faults.push(Fault::new(pointer, "unknown_field", detail));
        }
    }
}

/// What the length of a long text is counted in.
#[derive(Debug, Clone, Copy)]
pub enum Unit {
    /// Unicode scalar values, as JSON Schema counts.
    Characters,
    /// Bytes of UTF-8.
    Bytes,
}

impl Unit {
    fn measure(self, text: &str) -> usize {
        match self {
            Unit::Characters => text.chars().count(),
            Unit::Bytes => text.len(),
        }
    }
}

impl Display for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Unit::Characters => "characters",
            Unit::Bytes => "bytes",
        })
    }
}

/// Whether U+0000 stands anywhere in it: PostgreSQL's `jsonb` cannot hold it.
fn has_nul(members: &Map<String, Value>) -> bool {
    fn inside(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(items) => items.iter().any(inside),
            Value::Object(members) => has_nul(members),
            _ => false,
        }
    }
    members.iter().any(|(name, value)| name.contains('\0') || inside(value))
}

/// Applies a merge patch (RFC 7396) to an object.
///
/// A `null` at the top stays as `null`, which [`Fields::take`] reads as absent: so an unknown member
/// that is patched away is still found to be unknown.
pub fn merge_patch(target: &mut Map<String, Value>, patch: Map<String, Value>) {
    for (name, value) in patch {
        match value {
            Value::Object(inner) => {
                let slot = target.entry(name).or_insert(Value::Null);
                merge_inside(slot, Value::Object(inner));
            }
            other => {
                target.insert(name, other);
            }
        }
    }
}

fn merge_inside(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(&name);
        } else {
            merge_inside(members.entry(name).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[derive(Debug)]
    struct Note {
        title: String,
        open: Option<bool>,
        size: Option<i32>,
    }

    impl Decode for Note {
        fn decode(fields: &mut Fields<'_>) -> Self {
            Note {
                title: fields.required_line("title", 5),
                open: fields.flag("open"),
                size: fields.object("box", |inner| inner.integer("size", 1..=9)).flatten(),
            }
        }
    }

    #[test]
    fn every_fault_is_found_at_once() {
        let body = json!({"title": "too long", "open": 1, "box": {"size": 10, "x": 1}, "a/b": 2});
        let faults = decode::<Note>(body).unwrap_err();
        let found: Vec<_> = faults.iter().map(|f| (f.pointer.as_str(), f.code)).collect();
        assert_eq!(
            found,
            [
                ("/title", "too_long"),
                ("/open", "wrong_type"),
                ("/box/size", "wrong_type"),
                ("/box/x", "unknown_field"),
                ("/a~1b", "unknown_field"),
            ]
        );
    }

    #[test]
    fn a_valid_body_is_read() {
        let note: Note =
            decode(json!({"title": " hi ", "open": null, "box": {"size": 3}})).unwrap();
        assert_eq!((note.title.as_str(), note.open, note.size), ("hi", None, Some(3)));
    }

    #[test]
    fn missing_and_blank_are_told_apart() {
        assert_eq!(decode::<Note>(json!({})).unwrap_err()[0].code, "required");
        assert_eq!(decode::<Note>(json!({"title": " "})).unwrap_err()[0].code, "blank");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            "[a-c]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-d]", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    /// RFC 7396 section 2, word for word, as the yardstick.
    fn by_the_rfc(target: &Value, patch: &Value) -> Value {
        let Value::Object(patch) = patch else { return patch.clone() };
        let mut merged = target.as_object().cloned().unwrap_or_default();
        for (name, value) in patch {
            if value.is_null() {
                merged.remove(name);
            } else {
                let before = merged.get(name).cloned().unwrap_or(Value::Null);
                merged.insert(name.clone(), by_the_rfc(&before, value));
            }
        }
        Value::Object(merged)
    }

    proptest! {
        #[test]
        fn a_merge_patch_is_that_of_the_rfc(target in any_json(), patch in any_json()) {
            prop_assume!(target.is_object() && patch.is_object());
            let mut merged = target.as_object().unwrap().clone();
            merge_patch(&mut merged, patch.as_object().unwrap().clone());
            merged.retain(|_, value| !value.is_null());
            let mut expected = by_the_rfc(&target, &patch);
            expected.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            prop_assert_eq!(Value::Object(merged), expected);
        }
    }
}
