//! Members that are lists.

use std::fmt::Display;
use std::str::FromStr;

use serde_json::Value;

use super::{Fields, is_blank};

impl Fields<'_> {
    /// The same for a list of them.
    pub fn parsed_list<T>(
        &mut self,
        name: &str,
        max_items: usize,
        code: &'static str,
    ) -> Option<Vec<T>>
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
            if is_blank(line) {
                self.fault_at(name, index, "blank", "may not be blank");
            }
            self.check_line(&format!("{name}/{index}"), line, max);
            lines.push(line.to_owned());
        }
        Some(lines)
    }

    /// A list of objects, each with members of its own.
    pub fn objects<T>(
        &mut self,
        name: &str,
        max_items: usize,
        mut read: impl FnMut(&mut Fields<'_>) -> T,
    ) -> Option<Vec<T>> {
        let Value::Array(items) = self.take(name)? else {
            return self.wrong_type(name, "a list of objects");
        };
        if items.len() > max_items {
            let detail = format!("takes at most {max_items} items, has {}", items.len());
            self.fault(name, "too_many", detail);
            return None;
        }
        let mut read_items = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let Value::Object(members) = item else {
                self.fault_at(name, index, "wrong_type", "takes an object");
                continue;
            };
            let mut inner = Fields {
                members,
                pointer: format!("{}/{name}/{index}", self.pointer),
                faults: self.faults,
            };
            read_items.push(read(&mut inner));
            inner.finish();
        }
        Some(read_items)
    }

    /// An object of objects, by the names of its members.
    pub fn objects_by_name<T>(
        &mut self,
        name: &str,
        max_items: usize,
        mut read: impl FnMut(&str, &mut Fields<'_>) -> T,
    ) -> Option<Vec<T>> {
        let Value::Object(members) = self.take(name)? else {
            return self.wrong_type(name, "an object of objects");
        };
        if members.len() > max_items {
            let detail = format!("takes at most {max_items} members, has {}", members.len());
            self.fault(name, "too_many", detail);
            return None;
        }
        self.object_of(name, members, |fields| {
            let names: Vec<String> = fields.members.keys().cloned().collect();
            let each = names
                .iter()
                .map(|member| fields.object(member, |inner| read(member, inner)));
            each.collect::<Vec<_>>().into_iter().flatten().collect()
        })
    }
}
