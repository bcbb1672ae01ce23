//! The languages of a file, as those of where it goes.

use serde_json::json;

use super::entry::{Destination, Halt, Outlet};
use crate::values::locale::Locale;

/// The most languages that a file may bring with it.
const MOST: usize = 200;

/// Languages by number: those that are set up first, and behind them those that are new.
pub(super) struct Languages {
    codes: Vec<String>,
    set_up: usize,
}

impl Languages {
    pub(super) fn new(destination: &Destination) -> Self {
        let mut codes = destination.locales.clone();
        if codes.is_empty() {
            codes.push("en".to_owned());
        }
        Languages {
            set_up: destination.locales.len(),
            codes,
        }
    }

    /// The language of this code: one that is set up (RFC 4647 section 3.4), or else a new one. None: it is no code.
    pub(super) fn of(&mut self, code: &str) -> Option<usize> {
        let locale: Locale = code.trim().replace('_', "-").parse().ok()?;
        if let Some(known) = self.known(&locale) {
            return Some(known);
        }
        if self.codes.len() >= self.set_up + MOST {
            return None;
        }
        self.codes.push(locale.into_string());
        self.codes.len().checked_sub(1)
    }

    /// The language of this code among those that there are by now.
    pub(super) fn find(&self, code: &str) -> Option<usize> {
        self.known(&code.trim().replace('_', "-").parse().ok()?)
    }

    /// The language that the first part of a path stands for: one that is known, or any of two letters.
    pub(super) fn of_path(&mut self, part: &str) -> Option<usize> {
        let locale: Locale = part.parse().ok()?;
        let known = self.known(&locale);
        known.or_else(|| {
            let named = part.len() == 2 && locale.english_name() != locale.as_str();
            if named { self.of(part) } else { None }
        })
    }

    fn known(&self, locale: &Locale) -> Option<usize> {
        let known = |wanted: Locale| self.codes.iter().position(|code| *code == wanted.as_str());
        locale.lookup().find_map(known)
    }

    /// The language that stands where none is known: the default.
    pub(super) fn default(&self) -> usize {
        0
    }

    pub(super) fn code(&self, number: usize) -> &str {
        self.codes.get(number).map_or("en", String::as_str)
    }

    /// Tells of those that are new.
    pub(super) fn tell(&self, out: &mut Outlet<'_>) -> Result<(), Halt> {
        for code in self.codes.iter().skip(self.set_up) {
            let place = format!("language {code}");
            out.line(
                &place,
                json!({"type": "locale", "code": code, "enabled": false}),
            )?;
            let note = "it was not set up; it is added, and readers see it when you enable it";
            out.note(place, note)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that meets an unexpected value is meant to fail there"
)]
mod tests {
    use super::*;

    #[test]
    fn a_code_finds_what_is_set_up_or_is_new() {
        let mut languages = Languages::new(&Destination {
            locales: vec!["en".into(), "hi".into()],
            site: None,
        });
        for (code, found) in [
            ("en-US", "en"),
            ("hi_IN", "hi"),
            ("mr", "mr"),
            ("mr-IN", "mr"),
        ] {
            let number = languages.of(code).unwrap();
            assert_eq!(languages.code(number), found, "{code}");
        }
        assert_eq!(languages.of("no language"), None);
        assert_eq!(languages.of_path("news"), None);
        assert_eq!(languages.of_path("xq"), None);
        assert!(languages.of_path("fr").is_some());
    }
}
