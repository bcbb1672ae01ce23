//! Which language a text is in.

use std::sync::LazyLock;

use icu_properties::CodePointMapData;
use icu_properties::props::BidiClass;
use whatlang::{Detector, Lang};

use super::locale::{Direction, Locale};

/// The languages that can be told, each by its primary subtag.
static TELLABLE: LazyLock<Vec<(Lang, Locale)>> = LazyLock::new(|| {
    let tagged = Lang::all()
        .iter()
        .filter_map(|lang| Some((*lang, lang.code().parse().ok()?)));
    tagged.collect()
});

/// The one of these locales that the text seems to be in. A short text in one of a few languages is
/// told well enough where one in any language would not be.
pub fn detect<'a>(text: &str, among: &'a [String]) -> Option<&'a String> {
    let of_language = |language: &str| {
        among
            .iter()
            .find(|code| code.split('-').next() == Some(language))
    };
    let candidates = TELLABLE
        .iter()
        .filter(|(_, locale)| of_language(locale.language()).is_some());
    let detector = Detector::with_allowlist(candidates.map(|(lang, _)| *lang).collect());
    let told = detector.detect_lang(text)?;
    let (_, locale) = TELLABLE.iter().find(|(lang, _)| *lang == told)?;
    of_language(locale.language())
}

/// The direction that a text runs in: that of its first letter which has one (UAX #9, rules P2 and P3), or
/// of its language, where there is none.
pub fn direction(text: &str, locale: &str) -> &'static str {
    let classes = CodePointMapData::<BidiClass>::new();
    let told = text.chars().find_map(|c| match classes.get(c) {
        BidiClass::LeftToRight => Some(Direction::Ltr),
        BidiClass::RightToLeft | BidiClass::ArabicLetter => Some(Direction::Rtl),
        _ => None,
    });
    let of_language = || {
        locale
            .parse()
            .map_or(Direction::Ltr, |locale: Locale| locale.direction())
    };
    told.unwrap_or_else(of_language).as_str()
}

#[cfg(test)]
mod tests {
    use super::{detect, direction};

    #[test]
    fn a_text_runs_as_its_first_letter_does() {
        assert_eq!(direction("“Good news!”", "ar"), "ltr");
        assert_eq!(direction("1. سلام, hello", "en"), "rtl");
        assert_eq!(direction("שלום", "en"), "rtl");
        assert_eq!(direction("🎉 123", "ur"), "rtl");
        assert_eq!(direction("", "hi"), "ltr");
    }

    #[test]
    fn the_languages_of_a_newsroom_are_told_apart() {
        let among = ["en", "hi", "mr-IN"].map(str::to_owned);
        let told = |text| detect(text, &among).map(String::as_str);
        assert_eq!(
            told("Thanks, great news for everybody in our village!"),
            Some("en")
        );
        assert_eq!(
            told("यह खबर सुनकर बहुत अच्छा लगा, अब हमारा रास्ता आसान होगा।"),
            Some("hi")
        );
        assert_eq!(
            told("ही बातमी वाचून खूप बरे वाटले, आता आमचा प्रवास सोपा होईल."),
            Some("mr-IN")
        );
        assert_eq!(told("🎉🎉"), None);
    }
}
