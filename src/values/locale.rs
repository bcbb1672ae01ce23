//! The language an article, a translation or a category name is written in.

use std::borrow::Cow;
use std::fmt;
use std::iter;
use std::str::FromStr;

use icu_experimental::displaynames::DisplayNamesOptions;
use icu_experimental::displaynames::multi::{
    LanguageDisplayNames, LocaleDisplayNamesFormatter, RegionDisplayNames, ScriptDisplayNames,
};
use icu_locale::{
    Direction as ScriptDirection, LanguageIdentifier, Locale as Tag, LocaleCanonicalizer,
    LocaleDirectionality,
};
use serde::{Deserialize, Deserializer, Serialize, de};
use thiserror::Error;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The longest tag taken, in bytes: what RFC 5646 §4.4.1 tells every
/// implementation to make room for.
const MAX_BYTES: usize = 35;

/// A BCP 47 language tag in its canonical form (RFC 5646 §4.5), such as `hi`,
/// `pt-BR` or `zh-Hant-TW`.
///
/// It names a language and, where they matter, a script, a region and
/// variants. Extensions and private use subtags say how to show a text rather
/// than which text it is, so a tag that has them is not taken.
///
/// Two spellings of one language are one value: `PT-br` becomes `pt-BR`, and a
/// code that another has replaced becomes the newer one (`iw` is `he`, `hin` is
/// `hi`). Replacements are those of Unicode's CLDR (UTS #35, "`LocaleId`
/// Canonicalization"), which also sorts variants by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Locale(String);

/// The text is not a tag that [`Locale`] takes.
///
/// It may be misspelt, longer than 35 bytes, have an extension or a private use
/// subtag, or name no language at all (`und`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a BCP 47 language tag")]
pub struct MalformedLocale;

/// The direction in which a language is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From left to right, as Hindi and English are.
    Ltr,
    /// From right to left, as Urdu and Arabic are.
    Rtl,
}

impl Locale {
    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag as text, given away.
    pub fn into_string(self) -> String {
        self.0
    }

    /// The primary language subtag: `zh` of `zh-Hant-TW`.
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// The tags to try in turn when a text is wanted in this language: the tag
    /// itself, then ever shorter ones (RFC 4647 §3.4, "Lookup").
    ///
    /// `zh-Hant-TW` yields `zh-Hant-TW`, `zh-Hant` and `zh`.
    pub fn lookup(&self) -> impl Iterator<Item = Locale> {
        iter::successors(Some(self.clone()), |tag| {
            let (shorter, _) = tag.0.rsplit_once('-')?;
            Some(Locale(shorter.to_owned()))
        })
    }

    /// The language's name in English, such as "Marathi" or "Brazilian
    /// Portuguese"; the tag itself where CLDR has no name for it.
    pub fn english_name(&self) -> String {
        self.name_in(iter::once(Locale("en".to_owned())))
    }

    /// The language's name in the language itself, such as "मराठी"; the tag
    /// itself where CLDR has no name for it.
    ///
    /// It is spelt as in running text, so many begin with a small letter
    /// ("français").
    pub fn native_name(&self) -> String {
        self.name_in(self.lookup())
    }

    /// The direction of the script the tag names or, where it names none, of
    /// the script its language is most often written in. Left to right when
    /// neither is known.
    pub fn direction(&self) -> Direction {
        // Costs nothing to make: it only points at data compiled into the program.
        // "Extended" is every language CLDR knows rather than the common ones.
        match LocaleDirectionality::new_extended().get(&self.parsed().id) {
            Some(ScriptDirection::RightToLeft) => Direction::Rtl,
            _ => Direction::Ltr,
        }
    }

    /// The name in the first of the given languages that has one.
    fn name_in(&self, mut readers: impl Iterator<Item = Locale>) -> String {
        readers
            .find_map(|reader| self.cldr_name(&reader.parsed()))
            .unwrap_or_else(|| self.as_str().to_owned())
    }

    /// The name CLDR gives in the reader's language. `None` when it has none for
    /// the primary subtag: a name made of the region alone would mislead.
    fn cldr_name(&self, reader: &Tag) -> Option<String> {
        let (tag, options) = (self.parsed(), DisplayNamesOptions::default());
        let names = LanguageDisplayNames::try_new(reader.into(), options).ok()?;
        let language = names.of(tag.id.language)?;
        if language_only(&tag) {
            return Some(language.to_owned());
        }
        match LocaleDisplayNamesFormatter::try_new(reader.into(), options) {
            Ok(names) => Some(names.of(&tag).into_owned()),
            // It asks for names of variants as well, which Urdu among others lacks.
            Err(_) => Some(format!("{language} ({})", qualifiers(&tag, reader))),
        }
    }

    /// The tag in parts. A `Locale` holds nothing but what was parsed, so the
    /// undetermined language stands here only to make a panic impossible.
    fn parsed(&self) -> Tag {
        let parts = LanguageIdentifier::try_from_str(&self.0);
        Tag::from(parts.unwrap_or(LanguageIdentifier::UNKNOWN))
    }
}

impl FromStr for Locale {
    type Err = MalformedLocale;

    /// Reads a tag in any case and gives its canonical form.
    ///
    /// # Errors
    ///
    /// [`MalformedLocale`] when the text is no well-formed tag, is longer than
    /// 35 bytes before or after it is made canonical, has an extension or a
    /// private use subtag, or is `und`.
    fn from_str(text: &str) -> Result<Self, MalformedLocale> {
        let parts = fitting(text).and_then(|text| LanguageIdentifier::try_from_str(text).ok());
        let mut tag = Tag::from(parts.ok_or(MalformedLocale)?);
        // Costs nothing to make: it only points at data compiled into the program.
        LocaleCanonicalizer::new_extended().canonicalize(&mut tag);
        let canonical = tag.to_string();
        if tag.id.language.is_unknown() || fitting(&canonical).is_none() {
            return Err(MalformedLocale);
        }
        Ok(Locale(canonical))
    }
}

fn language_only(tag: &Tag) -> bool {
    tag.id.script.is_none() && tag.id.region.is_none() && tag.id.variants.is_empty()
}

/// What follows the language in a tag, by name where the reader's language has
/// one: "بھارت" for `ur-IN`.
fn qualifiers(tag: &Tag, reader: &Tag) -> String {
    let options = DisplayNamesOptions::default();
    let scripts = ScriptDisplayNames::try_new(reader.into(), options).ok();
    let regions = RegionDisplayNames::try_new(reader.into(), options).ok();
    let script = tag.id.script.map(|script| {
        let name = scripts.as_ref().and_then(|names| names.of(script));
        name.unwrap_or(script.as_str()).to_owned()
    });
    let region = tag.id.region.map(|region| {
        let name = regions.as_ref().and_then(|names| names.of(region));
        name.unwrap_or(region.as_str()).to_owned()
    });
    let variants = tag.id.variants.iter().map(ToString::to_string);
    let parts: Vec<String> = script.into_iter().chain(region).chain(variants).collect();
    parts.join(", ")
}

/// The text, if it is no longer than a tag may be.
fn fitting(text: &str) -> Option<&str> {
    Some(text).filter(|text| text.len() <= MAX_BYTES)
}

impl fmt::Display for Locale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl AsRef<str> for Locale {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> String {
        locale.0
    }
}

impl<'de> Deserialize<'de> for Locale {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|MalformedLocale| {
            // What was sent is quoted, though never at a length the sender chooses.
            let shown: String = text.chars().take(MAX_BYTES).collect();
            de::Error::custom(format_args!("{shown:?} is {MalformedLocale}"))
        })
    }
}

impl PartialSchema for Locale {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "A BCP 47 language tag: a language and, where they matter, a script, a region \
                 and variants. It is answered in canonical form (RFC 5646, section 4.5), so \
                 `PT-br` comes back as `pt-BR`.",
            ))
            .max_length(Some(MAX_BYTES))
            .examples(["hi"])
            .into()
    }
}

/// The schema has a name of its own: `Locale` is the resource.
impl ToSchema for Locale {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("LanguageTag")
    }
}

impl Direction {
    /// The value of HTML's `dir` attribute: `ltr` or `rtl`.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Ltr => "ltr",
            Direction::Rtl => "rtl",
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;
