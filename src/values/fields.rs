//! Reading a JSON object member by member, so that one look finds every fault of a body.

mod blank;
mod fault;
mod lists;
mod unit;

pub use blank::is_blank;
pub use fault::Fault;
pub use unit::Unit;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use super::time;

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
        return Err(vec![Fault::new(
            "",
            "wrong_type",
            "the body is to be a JSON object",
        )]);
    };
    let mut fields = Fields {
        members,
        pointer: String::new(),
        faults: &mut faults,
    };
    let decoded = T::decode(&mut fields);
    fields.finish();
    if faults.is_empty() {
        Ok(decoded)
    } else {
        Err(faults)
    }
}

/// The members of one object that nobody has read yet.
#[derive(Debug)]
pub struct Fields<'f> {
    members: Map<String, Value>,
    pointer: String,
    faults: &'f mut Vec<Fault>,
}

impl Fields<'_> {
    /// Notes a fault when the member is not there, or `null`.
    pub fn demand(&mut self, name: &str) {
        if self.members.get(name).is_none_or(Value::is_null) {
            self.fault(name, "required", "is required");
        }
    }

    /// Whether there is a member of this name, be it `null`.
    pub fn names(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Whether the member is an object.
    pub fn is_object(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(Value::is_object)
    }

    /// The member as it is; `null` is as if absent.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name).filter(|value| !value.is_null())
    }

    /// How many faults there are by now.
    pub fn faults(&self) -> usize {
        self.faults.len()
    }

    /// Notes a fault of the member.
    pub fn fault(&mut self, name: &str, code: &'static str, detail: impl Into<String>) {
        let pointer = format!(
            "{}/{}",
            self.pointer,
            name.replace('~', "~0").replace('/', "~1")
        );
        self.faults.push(Fault::new(pointer, code, detail));
    }

    /// One line of text without the space around it; blank is as if absent.
    pub fn line(&mut self, name: &str, max: usize) -> Option<String> {
        let text = self.string(name)?;
        let line = text.trim();
        self.check_line(name, line, max);
        (!is_blank(line)).then(|| line.to_owned())
    }

    /// One line of text that must be there.
    pub fn required_line(&mut self, name: &str, max: usize) -> String {
        let before = self.faults.len();
        self.demand(name);
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
            self.fault(
                name,
                "too_long",
                format!("takes at most {max} {unit}, has {length}"),
            );
        }
        if text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
        {
            self.fault(
                name,
                "control_character",
                "may not contain control characters",
            );
        }
        Some(text)
    }

    /// A text of several lines that has to be there, and to say something.
    pub fn required_text(&mut self, name: &str, max: usize, unit: Unit) -> String {
        let before = self.faults.len();
        self.demand(name);
        let text = self.text(name, max, unit).unwrap_or_default();
        if is_blank(&text) && self.faults.len() == before {
            self.fault(name, "blank", "may not be blank");
        }
        text.trim().to_owned()
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
        let time = time::parse(&text);
        if time.is_none() {
            self.fault(name, "invalid_time", time::TAKES);
        }
        time
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

    /// An object with members of its own.
    pub fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Fields<'_>) -> T) -> Option<T> {
        let Value::Object(members) = self.take(name)? else {
            return self.wrong_type(name, "an object");
        };
        self.object_of(name, members, read)
    }

    fn object_of<T>(
        &mut self,
        name: &str,
        members: Map<String, Value>,
        read: impl FnOnce(&mut Fields<'_>) -> T,
    ) -> Option<T> {
        let name = name.replace('~', "~0").replace('/', "~1");
        let mut inner = Fields {
            members,
            pointer: format!("{}/{name}", self.pointer),
            faults: self.faults,
        };
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
            self.fault(
                name,
                "too_long",
                format!("takes at most {max_bytes} bytes of JSON, has {bytes}"),
            );
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
            self.fault(
                name,
                "invalid_url",
                "takes an absolute http or https address",
            );
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

    fn fault_at(
        &mut self,
        name: &str,
        index: usize,
        code: &'static str,
        detail: impl Into<String>,
    ) {
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
            self.faults
                .push(Fault::new(&pointer, "control_character", detail));
        }
    }

    fn finish(self) {
        for name in self.members.keys() {
            let pointer = format!(
                "{}/{}",
                self.pointer,
                name.replace('~', "~0").replace('/', "~1")
            );
            let detail = format!("there is no member `{name}` here");
            self.faults
                .push(Fault::new(pointer, "unknown_field", detail));
        }
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
    members
        .iter()
        .any(|(name, value)| name.contains('\0') || inside(value))
}

#[cfg(test)]
mod tests;
