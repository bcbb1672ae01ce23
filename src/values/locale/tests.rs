//! Tests of the parent module.
#![expect(
    clippy::unwrap_used,
    reason = "a test that meets an unexpected value is meant to fail there"
)]

use proptest::prelude::*;

use super::*;

fn locale(tag: &str) -> Locale {
    tag.parse().unwrap()
}

#[test]
fn a_tag_is_given_its_canonical_case() {
    for (given, canonical) in [
        ("PT-br", "pt-BR"),
        ("HI", "hi"),
        ("zh-hANT-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("DE-ch-1996", "de-CH-1996"),
        ("sl-ROZAJ-biske", "sl-biske-rozaj"),
    ] {
        assert_eq!(locale(given).as_str(), canonical);
    }
}

#[test]
fn a_replaced_code_becomes_the_one_in_use() {
    for (given, canonical) in [
        ("hin", "hi"),
        ("mar", "mr"),
        ("iw", "he"),
        ("cmn", "zh"),
        ("tl", "fil"),
        ("mo", "ro"),
        ("sh", "sr-Latn"),
        ("de-DD", "de-DE"),
        ("en-840", "en-US"),
        ("art-lojban", "jbo"),
    ] {
        assert_eq!(locale(given).as_str(), canonical);
    }
}

#[test]
fn a_text_that_is_no_tag_is_refused() {
    for text in [
        "",
        " ",
        "h",
        "hindi language",
        "hi ",
        "hi-",
        "-hi",
        "hi--IN",
        "pt_BR",
        "e1",
        "12",
        "हि",
        "../hi",
        "hi/IN",
        "hi\0",
        "en-US-GB",
        "de-1996-1996",
        "toolongsubtag",
        "*",
    ] {
        assert_eq!(text.parse::<Locale>(), Err(MalformedLocale), "{text:?}");
    }
}

#[test]
fn a_tag_that_names_no_language_is_refused() {
    for text in ["und", "UND", "und-Deva", "und-IN"] {
        assert_eq!(text.parse::<Locale>(), Err(MalformedLocale), "{text}");
    }
}

#[test]
fn an_extension_or_a_private_use_subtag_is_refused() {
    for text in ["hi-u-nu-deva", "en-t-hi", "en-x-desk", "x-desk", "hi-a-foo"] {
        assert_eq!(text.parse::<Locale>(), Err(MalformedLocale), "{text}");
    }
}

#[test]
fn a_tag_of_more_than_35_bytes_is_refused() {
    let longest = "sl-Latn-IT-rozaj-biske-1994-abcdef1";
    assert_eq!(longest.len(), MAX_BYTES);
    assert!(longest.parse::<Locale>().is_ok());
    assert!(format!("{longest}2").parse::<Locale>().is_err());
}

#[test]
fn the_lookup_of_a_tag_shortens_it_from_the_end() {
    let tags = |tag| -> Vec<String> { locale(tag).lookup().map(String::from).collect() };
    assert_eq!(tags("zh-Hant-TW"), ["zh-Hant-TW", "zh-Hant", "zh"]);
    assert_eq!(tags("hi"), ["hi"]);
    assert_eq!(tags("de-CH-1996"), ["de-CH-1996", "de-CH", "de"]);
}

#[test]
fn the_language_is_the_first_subtag() {
    assert_eq!(locale("zh-Hant-TW").language(), "zh");
    assert_eq!(locale("mr").language(), "mr");
}

#[test]
fn a_language_has_a_name_in_english() {
    assert_eq!(locale("mr").english_name(), "Marathi");
    assert_eq!(locale("hi").english_name(), "Hindi");
    assert_eq!(locale("pt-BR").english_name(), "Brazilian Portuguese");
    assert_eq!(locale("hi-IN").english_name(), "Hindi (India)");
}

#[test]
fn a_language_has_a_name_of_its_own() {
    assert_eq!(locale("mr").native_name(), "मराठी");
    assert_eq!(locale("hi").native_name(), "हिन्दी");
    assert_eq!(locale("ur").native_name(), "اردو");
    assert_eq!(locale("fr").native_name(), "français");
    assert_eq!(locale("mr-IN").native_name(), "मराठी (भारत)");
    assert_eq!(locale("ur-IN").native_name(), "اردو (بھارت)");
}

#[test]
fn a_language_without_a_name_is_called_by_its_tag() {
    assert_eq!(locale("xx").english_name(), "xx");
    assert_eq!(locale("xx-IN").english_name(), "xx-IN");
    assert_eq!(locale("xx-IN").native_name(), "xx-IN");
}

#[test]
fn the_direction_follows_the_script() {
    for (tag, direction) in [
        ("hi", Direction::Ltr),
        ("en", Direction::Ltr),
        ("ur", Direction::Rtl),
        ("ar", Direction::Rtl),
        ("he", Direction::Rtl),
        ("pa-Arab", Direction::Rtl),
        ("pa", Direction::Ltr),
        ("ks", Direction::Rtl),
        ("sd-Deva", Direction::Ltr),
        ("xx", Direction::Ltr),
    ] {
        assert_eq!(locale(tag).direction(), direction, "{tag}");
    }
}

#[test]
fn a_locale_travels_as_a_plain_string() {
    assert_eq!(
        serde_json::to_string(&locale("hi-IN")).unwrap(),
        r#""hi-IN""#
    );
    let read: Locale = serde_json::from_str(r#""PT-br""#).unwrap();
    assert_eq!(read, locale("pt-BR"));
}

#[test]
fn a_refused_text_is_quoted_and_cut() {
    let fault = serde_json::from_str::<Locale>(r#""Hindi!""#).unwrap_err();
    assert!(
        fault
            .to_string()
            .starts_with(r#""Hindi!" is not a BCP 47 language tag"#)
    );
    let long = format!("\"{}\"", "z".repeat(10_000));
    let fault = serde_json::from_str::<Locale>(&long).unwrap_err();
    assert!(fault.to_string().len() < 200);
}

#[test]
fn a_direction_is_spelt_as_html_spells_it() {
    assert_eq!(serde_json::to_string(&Direction::Rtl).unwrap(), r#""rtl""#);
    assert_eq!(Direction::Ltr.to_string(), "ltr");
}

proptest! {
    #[test]
    fn any_text_is_refused_or_gives_a_canonical_tag(text in "\\PC{0,40}") {
        if let Ok(parsed) = text.parse::<Locale>() {
            prop_assert_eq!(parsed.as_str().parse::<Locale>(), Ok(parsed.clone()));
        }
    }

    #[test]
    fn a_canonical_tag_and_all_its_lookups_are_their_own_canonical_form(
        text in "[a-zA-Z]{2,3}(-[a-zA-Z]{4})?(-([a-zA-Z]{2}|[0-9]{3}))?(-[a-z]{5,8}){0,2}"
    ) {
        if let Ok(parsed) = text.parse::<Locale>() {
            for tag in parsed.lookup() {
                prop_assert_eq!(tag.as_str().parse::<Locale>(), Ok(tag.clone()));
            }
        }
    }
}
