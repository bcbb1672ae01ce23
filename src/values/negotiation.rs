//! Which language a reader wants: `?locale=`, `fallback=` and `Accept-Language` (RFC 9110 section
//! 12.5.4), matched by lookup (RFC 4647 section 3.4).

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::locale::Locale;
use super::range::LanguageRange;

/// The most languages of a header or a chain that are looked at.
const MOST: usize = 20;

/// The languages of an `Accept-Language` header, best first. A header that makes no sense is as if it
/// were absent: negotiation never fails.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcceptLanguage(Vec<Locale>);

impl AcceptLanguage {
    /// Reads the header's value.
    pub fn parse(header: &str) -> Self {
        let mut ranges: Vec<(f32, Locale)> =
            header.split(',').take(100).filter_map(range).collect();
        // A stable sort: among equals the header's order counts.
        ranges.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        ranges.truncate(MOST);
        AcceptLanguage(ranges.into_iter().map(|(_, locale)| locale).collect())
    }
}

/// In one way of the many in which the same can be said.
impl std::fmt::Display for AcceptLanguage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let accepted: Vec<&str> = self.0.iter().map(Locale::as_str).collect();
        f.write_str(&accepted.join(","))
    }
}

/// One range and its weight; none for `*`, for weight 0 and for what is not a range.
fn range(part: &str) -> Option<(f32, Locale)> {
    let mut pieces = part.split(';').map(str::trim);
    let locale = LanguageRange::without_extensions(pieces.next()?)?;
    let weight = match pieces.find_map(|piece| {
        piece
            .strip_prefix("q=")
            .or_else(|| piece.strip_prefix("Q="))
    }) {
        Some(weight) => weight
            .trim()
            .parse()
            .ok()
            .filter(|q: &f32| (0.0..=1.0).contains(q))?,
        None => 1.0,
    };
    (weight > 0.0).then_some((weight, locale))
}

/// Where to look when the article is not there in the language asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fallback {
    /// Nowhere.
    None,
    /// The locale's own fallbacks, then the site's default, then the article's source.
    Chain,
    /// These, and then nowhere.
    Custom(Vec<Locale>),
}

impl<'de> Deserialize<'de> for Fallback {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "none" => Ok(Fallback::None),
            "chain" => Ok(Fallback::Chain),
            tags => {
                let locales: Result<Vec<Locale>, _> = tags
                    .split(',')
                    .map(str::trim)
                    .take(MOST + 1)
                    .map(str::parse)
                    .collect();
                match locales {
                    Ok(locales) if locales.len() <= MOST => Ok(Fallback::Custom(locales)),
                    _ => Err(serde::de::Error::custom(
                        "takes none, chain, or language tags with commas between them",
                    )),
                }
            }
        }
    }
}

/// Why an answer is in the language it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// `?locale=` asked for it.
    Exact,
    /// A fallback of what was asked for.
    Fallback,
    /// The `Accept-Language` header asked for it.
    AcceptLanguage,
    /// It is the site's default, and nothing better was asked for.
    Default,
    /// The slug is of this edition.
    Slug,
}

/// What was asked for, what was served, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Resolution {
    /// The language asked for, if any was.
    #[schema(max_length = 35, example = "mr")]
    pub requested: Option<String>,
    /// The language of the answer.
    #[schema(max_length = 35, example = "hi")]
    pub served: String,
    /// Why it is this one.
    pub reason: Reason,
}

/// What a reader wants, before it is known what there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiation {
    /// The language that `?locale=` names.
    asked: Option<LanguageRange>,
    /// The languages of the header; empty when `?locale=` overrules it.
    accepted: Vec<Locale>,
    fallback: Fallback,
}

impl Negotiation {
    /// Section 3 of the contract: `?locale=` is strict unless a fallback is asked for; without it the
    /// header decides, and the chain goes on from there unless it is turned off.
    pub fn new(
        locale: Option<LanguageRange>,
        fallback: Option<Fallback>,
        header: AcceptLanguage,
    ) -> Self {
        match locale {
            Some(asked) => Negotiation {
                asked: Some(asked),
                accepted: vec![],
                fallback: fallback.unwrap_or(Fallback::None),
            },
            None => Negotiation {
                asked: None,
                accepted: header.0,
                fallback: fallback.unwrap_or(Fallback::Chain),
            },
        }
    }

    /// The one language that will do, if only one will.
    pub fn strict(&self) -> Option<&LanguageRange> {
        self.asked
            .as_ref()
            .filter(|_| self.fallback == Fallback::None)
    }

    /// The language that `?locale=` names.
    pub fn asked(&self) -> Option<&LanguageRange> {
        self.asked.as_ref()
    }

    /// Whether the header has a say.
    pub fn uses_header(&self) -> bool {
        self.asked.is_none()
    }

    /// The languages asked for, best first, each with its truncations.
    pub fn candidates(&self) -> Vec<String> {
        let asked = self.asked.iter().map(|asked| asked.as_str().to_owned());
        let accepted = self
            .accepted
            .iter()
            .flat_map(Locale::lookup)
            .map(String::from);
        let mut candidates: Vec<String> = Vec::new();
        for tag in asked.chain(accepted) {
            if !candidates.contains(&tag) {
                candidates.push(tag);
            }
        }
        candidates
    }

    /// Whether the site's own fallbacks follow the candidates.
    pub fn chain(&self) -> bool {
        self.fallback == Fallback::Chain
    }

    /// The caller's own fallbacks.
    pub fn custom(&self) -> Vec<String> {
        match &self.fallback {
            Fallback::Custom(locales) => locales.iter().cloned().map(String::from).collect(),
            _ => vec![],
        }
    }

    /// Tells what happened: `served` is the answer's language, `is_default` whether that is the
    /// site's, `by_slug` whether the slug alone decided.
    pub fn resolve(&self, served: &str, is_default: bool, by_slug: bool) -> Resolution {
        let range = self
            .accepted
            .iter()
            .find(|range| range.lookup().any(|tag| tag.as_str() == served));
        let requested = match &self.asked {
            Some(asked) => Some(asked.as_str()),
            None => range.or(self.accepted.first()).map(Locale::as_str),
        };
        let reason = match &self.asked {
            Some(asked) if asked.as_str() == served => Reason::Exact,
            Some(_) => Reason::Fallback,
            None if by_slug => Reason::Slug,
            None if range.is_some() => Reason::AcceptLanguage,
            None if is_default => Reason::Default,
            None => Reason::Fallback,
        };
        let requested = requested
            .filter(|_| reason != Reason::Slug)
            .map(str::to_owned);
        Resolution {
            requested,
            served: served.to_owned(),
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn negotiation(locale: Option<&str>, fallback: Option<Fallback>, header: &str) -> Negotiation {
        Negotiation::new(
            locale.map(|tag| tag.parse::<Locale>().unwrap().into()),
            fallback,
            AcceptLanguage::parse(header),
        )
    }

    #[test]
    fn the_header_is_read_by_weight_and_truncated() {
        let wanted = negotiation(None, None, "en;q=0.5, hi-IN, *;q=0.1, mr;q=0.8, fr;q=0");
        assert_eq!(wanted.candidates(), ["hi-IN", "hi", "mr", "en"]);
        assert!(wanted.chain() && wanted.uses_header());
    }

    #[test]
    fn a_locale_is_strict_unless_told_otherwise() {
        let wanted = negotiation(Some("MR"), None, "en");
        assert_eq!(wanted.strict().unwrap().as_str(), "mr");
        assert_eq!(wanted.candidates(), ["mr"]);
        let wanted = negotiation(Some("mr"), Some(Fallback::Chain), "en");
        assert!(wanted.strict().is_none() && wanted.chain());
    }

    #[test]
    fn the_reason_is_told() {
        let asked = negotiation(Some("mr"), Some(Fallback::Chain), "");
        assert_eq!(asked.resolve("mr", false, false).reason, Reason::Exact);
        assert_eq!(asked.resolve("hi", false, false).reason, Reason::Fallback);
        let header = negotiation(None, None, "fr, hi-IN;q=0.5");
        let resolution = header.resolve("hi", false, false);
        assert_eq!(
            (resolution.reason, resolution.requested.as_deref()),
            (Reason::AcceptLanguage, Some("hi-IN"))
        );
        assert_eq!(header.resolve("en", true, false).reason, Reason::Default);
        let nothing = negotiation(None, None, "");
        assert_eq!(nothing.resolve("en", true, false).requested, None);
        assert_eq!(nothing.resolve("hi", false, true).reason, Reason::Slug);
    }

    proptest! {
        #[test]
        fn no_header_breaks_it(header in ".{0,200}") {
            prop_assert!(AcceptLanguage::parse(&header).0.len() <= MOST);
        }

        #[test]
        fn a_header_of_good_ranges_keeps_their_order_by_weight(
            weights in prop::collection::vec(1u16..=1000, 1..6)
        ) {
            let tags = ["en", "hi", "mr", "de", "fr", "ja"];
            let header: Vec<String> = weights.iter().zip(tags)
                .map(|(weight, tag)| format!("{tag};q={:.3}", f32::from(*weight) / 1000.0)).collect();
            let read = AcceptLanguage::parse(&header.join(", ")).0;
            let mut expected: Vec<_> = weights.iter().zip(tags).collect();
            expected.sort_by(|a, b| b.0.cmp(a.0));
            let expected: Vec<_> = expected.into_iter().map(|(_, tag)| tag).collect();
            prop_assert_eq!(read.iter().map(Locale::as_str).collect::<Vec<_>>(), expected);
        }
    }
}
