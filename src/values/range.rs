//! Language ranges: the tags that readers ask for, which need not be tags of locales.

use std::fmt;

use serde::{Deserialize, Deserializer, de};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::locale::{Locale, MalformedLocale};

/// A well-formed language tag (RFC 5646 section 2.1). With an extension or a private use subtag it is
/// one that no locale bears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageRange(String);

impl LanguageRange {
    /// The tag: canonical where a locale could bear it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What lookup (RFC 4647 section 3.4) comes to first of what a locale can bear: the tag up to its
    /// first subtag of one character, which goes together with all behind it.
    pub fn without_extensions(text: &str) -> Option<Locale> {
        let kept = text.split('-').take_while(|subtag| subtag.len() > 1);
        kept.collect::<Vec<_>>().join("-").parse().ok()
    }

    fn parse(text: &str) -> Option<Self> {
        if let Ok(locale) = text.parse::<Locale>() {
            return Some(LanguageRange(locale.into_string()));
        }
        let well_formed = |subtag: &str| {
            (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        let complete = text
            .split('-')
            .next_back()
            .is_some_and(|last| last.len() > 1);
        let kept = LanguageRange::without_extensions(text);
        (text.len() <= 100 && complete && text.split('-').all(well_formed) && kept.is_some())
            .then(|| LanguageRange(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for LanguageRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Locale> for LanguageRange {
    fn from(locale: Locale) -> Self {
        LanguageRange(locale.into_string())
    }
}

impl<'de> Deserialize<'de> for LanguageRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        LanguageRange::parse(&text).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            de::Error::custom(format_args!("{shown:?} is {MalformedLocale}"))
        })
    }
}

impl PartialSchema for LanguageRange {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(100))
            .examples(["hi"])
            .into()
    }
}

impl ToSchema for LanguageRange {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may fail")]
    use super::LanguageRange;

    #[test]
    fn a_tag_with_an_extension_is_well_formed() {
        for text in ["hi", "PT-br", "hi-x-one", "hi-u-nu-deva"] {
            assert!(LanguageRange::parse(text).is_some(), "{text}");
        }
        for text in ["", "x", "hi-", "hi-x", "hi_IN", "und", "123456789"] {
            assert!(LanguageRange::parse(text).is_none(), "{text}");
        }
        assert_eq!(LanguageRange::parse("PT-br").unwrap().as_str(), "pt-BR");
    }

    #[test]
    fn lookup_drops_extensions_first() {
        assert_eq!(
            LanguageRange::without_extensions("hi-IN-u-nu-deva")
                .unwrap()
                .as_str(),
            "hi-IN"
        );
        assert_eq!(LanguageRange::without_extensions("x-one"), None);
    }
}
