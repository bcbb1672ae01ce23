//! The languages that articles are made in: the locales of a new installation.

use serde::Deserialize;

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Hindi,
    Marathi,
}

impl Language {
    pub(super) const ALL: [Language; 3] = [Language::English, Language::Hindi, Language::Marathi];

    /// The locale's code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Hindi => "hi",
            Language::Marathi => "mr",
        }
    }
}

/// One thing for each language. In JSON, three in the order of [`Language::ALL`].
#[derive(Debug, Deserialize)]
pub(super) struct Each<T>(T, T, T);

impl<T> Each<T> {
    pub(super) fn new(make: impl Fn(Language) -> T) -> Self {
        Each(
            make(Language::English),
            make(Language::Hindi),
            make(Language::Marathi),
        )
    }

    pub(super) fn of(&self, language: Language) -> &T {
        match language {
            Language::English => &self.0,
            Language::Hindi => &self.1,
            Language::Marathi => &self.2,
        }
    }
}
