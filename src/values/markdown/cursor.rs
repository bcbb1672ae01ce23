//! A place in a text that moves forward as the text is read.

/// What is left to read of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Cursor { rest: text }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The text between here and a later place.
    pub(super) fn up_to(&self, later: &Cursor<'a>) -> &'a str {
        let length = self.rest.len().saturating_sub(later.rest.len());
        self.rest.get(..length).unwrap_or(self.rest)
    }

    /// Goes past the expected text if it comes next.
    pub(super) fn eat(&mut self, expected: &str) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Goes past the expected text if it comes next in any ASCII letter case.
    pub(super) fn eat_ignoring_case(&mut self, expected: &str) -> bool {
        match self.rest.split_at_checked(expected.len()) {
            Some((found, rest)) if found.eq_ignore_ascii_case(expected) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Reads as many characters as are wanted.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Reads up to `end` and goes past it. When it does not come, everything is
    /// read.
    pub(super) fn take_until(&mut self, end: &str) -> Option<&'a str> {
        let parted = self.rest.split_once(end);
        self.rest = parted.map_or("", |(_, rest)| rest);
        parted.map(|(taken, _)| taken)
    }

    /// Goes past the next `end`, or past everything when it does not come.
    pub(super) fn skip_past(&mut self, end: &str) -> bool {
        self.take_until(end).is_some()
    }

    /// Reads everything.
    pub(super) fn take_rest(&mut self) {
        self.rest = "";
    }
}
