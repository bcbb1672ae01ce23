//! Tests of the parent module.
#![expect(
    clippy::unwrap_used,
    reason = "a test that meets an unexpected value is meant to fail there"
)]

use proptest::prelude::*;

use super::*;

const UUID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

fn of_title(title: &str) -> String {
    Slug::from_title(title).unwrap().into()
}

fn parse(text: &str) -> Result<Slug, SlugFault> {
    text.parse()
}

#[test]
fn a_slug_keeps_devanagari() {
    assert_eq!(of_title("कोरोना के बाद भारत"), "कोरोना-के-बाद-भारत");
    // Virama, nukta, matras, anusvara and chandrabindu.
    assert_eq!(of_title("क्या पढ़ाई, महँगी है?"), "क्या-पढ़ाई-महँगी-है");
}

#[test]
fn a_slug_keeps_the_marks_of_any_script() {
    for title in [
        "தமிழ்நாடு",
        "ภาษาไทย์",
        "ភាសាខ្មែរ",
        "မြန်မာ",
        "اُردُو",
        "שָׁלוֹם",
        "བོད་",
    ] {
        let slug = of_title(title);
        assert!(title.starts_with(slug.as_str()), "{title} gave {slug}");
    }
}

#[test]
fn a_script_without_spaces_stays_one_word() {
    assert_eq!(of_title("日本語の見出し"), "日本語の見出し");
    assert_eq!(of_title("北京，上海"), "北京-上海");
}

#[test]
fn punctuation_and_spaces_become_single_hyphens() {
    assert_eq!(of_title("  Hello,   World!  "), "hello-world");
    assert_eq!(
        of_title("snake_case — and/or…dots.."),
        "snake-case-and-or-dots"
    );
    assert_eq!(
        of_title("Inflation hits 3.14% (again)"),
        "inflation-hits-3-14-again"
    );
    assert_eq!(of_title("भारत।पाकिस्तान॥"), "भारत-पाकिस्तान");
}

#[test]
fn an_apostrophe_does_not_part_a_word() {
    assert_eq!(of_title("NATO’s plan"), "natos-plan");
    assert_eq!(of_title("It's ‘done’"), "its-done");
}

#[test]
fn letters_lose_their_case_in_any_script() {
    assert_eq!(of_title("ÉCOLE Straße ΟΔΟΣ МИР"), "école-straße-οδος-мир");
    assert_eq!(of_title("İstanbul"), "i\u{307}stanbul");
}

#[test]
fn the_two_spellings_of_a_letter_give_one_slug() {
    assert_eq!(of_title("e\u{301}cole"), of_title("\u{e9}cole"));
    assert_eq!(of_title("\u{958}लम"), of_title("\u{915}\u{93C}लम"));
}

#[test]
fn joiners_and_invisible_characters_vanish() {
    assert_eq!(of_title("क\u{94D}\u{200D}ष"), of_title("क\u{94D}ष"));
    assert_eq!(of_title("می\u{200C}خواهم"), "میخواهم");
    assert_eq!(of_title("e\u{200D}\u{301}"), "é");
    for invisible in [
        '\u{202E}',
        '\u{2066}',
        '\u{200F}',
        '\u{FEFF}',
        '\u{AD}',
        '\u{E0041}',
        '\u{FE0F}',
        '\u{3164}',
        '\u{34F}',
    ] {
        assert_eq!(
            of_title(&format!("ab{invisible}cd")),
            "abcd",
            "{invisible:?}"
        );
        assert!(parse(&format!("ab{invisible}cd")).is_err(), "{invisible:?}");
    }
}

#[test]
fn a_control_character_parts_words() {
    assert_eq!(
        of_title("ab\0cd\u{7}\nef\u{85}gh\u{200B}ij"),
        "ab-cd-ef-gh-ij"
    );
}

#[test]
fn a_title_without_letters_has_no_slug() {
    for title in [
        "",
        "   ",
        "?!…",
        "🎉🎉",
        "👍🏽",
        "🅰️ Ⓜ️",
        "\u{200D}\u{FE0F}",
        "\u{301}",
        "---",
        "’",
    ] {
        assert_eq!(Slug::from_title(title), None, "{title:?}");
    }
}

#[test]
fn a_long_title_ends_with_a_whole_word() {
    let title = "बहुत लंबा शीर्षक ".repeat(40);
    let slug = of_title(&title);
    let length = slug.chars().count();
    assert!((90..=MAX_TITLE_CHARS).contains(&length), "{length}");
    assert!(
        ["बहुत", "लंबा", "शीर्षक"]
            .iter()
            .any(|word| slug.ends_with(word))
    );
    let exact = format!("{} b", "a".repeat(MAX_TITLE_CHARS));
    assert_eq!(of_title(&exact), "a".repeat(MAX_TITLE_CHARS));
}

#[test]
fn a_long_word_ends_with_a_whole_letter() {
    // "a" shifts the pairs of letter and matra so that 110 falls inside one.
    let slug = of_title(&format!("a{}", "कि".repeat(300)));
    assert_eq!(slug, format!("a{}", "कि".repeat(54)));
    let heaped = of_title(&format!("z{}", "\u{301}".repeat(300)));
    assert_eq!(heaped.chars().count(), MAX_TITLE_CHARS);
}

#[test]
fn a_title_that_looks_like_an_identifier_is_given_a_prefix() {
    assert_eq!(of_title(&UUID.to_uppercase()), format!("a-{UUID}"));
    let bare = UUID.replace('-', "");
    assert_eq!(of_title(&bare), format!("a-{bare}"));
    assert_eq!(of_title(&format!("{{{UUID}}}")), format!("a-{UUID}"));
}

#[test]
fn a_number_follows_the_slug_within_the_longest_length() {
    assert_eq!(parse("भारत").unwrap().numbered(2).as_str(), "भारत-2");
    let longest = parse(&"कि".repeat(60)).unwrap();
    let numbered = longest.numbered(u32::MAX);
    assert_eq!(numbered.as_str(), format!("{}-4294967295", "कि".repeat(54)));
    let cut_at_hyphen = parse(&format!("{}-b", "a".repeat(117))).unwrap();
    assert_eq!(
        cut_at_hyphen.numbered(2).as_str(),
        format!("{}-2", "a".repeat(117))
    );
}

#[test]
fn a_given_slug_is_normalized_in_silence() {
    assert_eq!(parse("E\u{301}COLE-2").unwrap().as_str(), "école-2");
    assert_eq!(parse("कोरोना-के-बाद").unwrap().as_str(), "कोरोना-के-बाद");
}

#[test]
fn what_is_not_in_slug_form_is_refused_with_a_suggestion() {
    for (text, suggestion) in [
        ("hello world", Some("hello-world")),
        ("a/b", Some("a-b")),
        ("../etc", Some("etc")),
        ("a.b", Some("a-b")),
        ("%2f", Some("2f")),
        ("-a", Some("a")),
        ("a-", Some("a")),
        ("a--b", Some("a-b")),
        ("a\0b", Some("a-b")),
        ("it's", Some("its")),
        ("a_b", Some("a-b")),
        ("\u{301}a", Some("a")),
        ("..", None),
        ("-", None),
        (" ", None),
    ] {
        let suggestion = suggestion.map(str::to_owned);
        assert_eq!(
            parse(text),
            Err(SlugFault::Malformed { suggestion }),
            "{text:?}"
        );
    }
}

#[test]
fn an_empty_a_long_and_an_identifier_like_slug_are_refused() {
    assert_eq!(parse(""), Err(SlugFault::Empty));
    assert!(parse(&"a".repeat(MAX_CHARS)).is_ok());
    assert_eq!(parse(&"a".repeat(MAX_CHARS + 1)), Err(SlugFault::TooLong));
    assert_eq!(parse(UUID), Err(SlugFault::LooksLikeId));
    assert_eq!(parse(&UUID.replace('-', "")), Err(SlugFault::LooksLikeId));
    assert!(parse(&format!("a-{UUID}")).is_ok());
}

#[test]
fn a_fault_says_what_would_be_right() {
    let fault = parse("Hello World").unwrap_err().to_string();
    assert!(fault.ends_with("did you mean \"hello-world\"?"), "{fault}");
}

#[test]
fn a_slug_travels_as_a_plain_string() {
    let slug: Slug = serde_json::from_str(r#""Hello""#).unwrap();
    assert_eq!(serde_json::to_string(&slug).unwrap(), r#""hello""#);
    assert!(serde_json::from_str::<Slug>(r#""a b""#).is_err());
}

#[test]
fn every_character_that_makes_a_slug_makes_one_that_stays_the_same() {
    let matters = |&c: &char| belongs_to_word(c) || vanishes(c);
    for c in (char::MIN..=char::MAX).filter(matters) {
        if let Some(slug) = Slug::from_title(&format!("a{c}b")) {
            assert_eq!(parse(slug.as_str()).as_ref(), Ok(&slug), "{c:?}");
        }
    }
}

proptest! {
    #[test]
    fn the_slug_of_any_title_is_its_own_slug(title in any::<String>(), n in any::<u32>()) {
        if let Some(slug) = Slug::from_title(&title) {
            prop_assert_eq!(parse(slug.as_str()), Ok(slug.clone()));
            prop_assert_eq!(Slug::from_title(slug.as_str()), Some(slug.clone()));
            let numbered = slug.numbered(n);
            prop_assert_eq!(parse(numbered.as_str()), Ok(numbered));
        }
    }

    #[test]
    fn a_long_title_of_words_and_marks_gives_a_slug_that_fits(
        title in "[a-zA-Zक-ह\u{94D}\u{93C}ा-ौก-๛\u{200D} '\\-]{0,400}", n in any::<u32>()
    ) {
        if let Some(slug) = Slug::from_title(&title) {
            prop_assert!(slug.as_str().chars().count() <= MAX_TITLE_CHARS + 2);
            prop_assert!(slug.numbered(n).as_str().chars().count() <= MAX_CHARS);
            prop_assert_eq!(parse(slug.as_str()), Ok(slug.clone()));
            prop_assert_eq!(parse(slug.numbered(n).as_str()), Ok(slug.numbered(n)));
        }
    }

    #[test]
    fn a_given_text_is_refused_or_gives_a_slug_that_stays_the_same(text in "[A-Za-z0-9क-ह\u{301}_ -]{0,20}") {
        if let Ok(slug) = parse(&text) {
            prop_assert_eq!(parse(slug.as_str()), Ok(slug));
        }
    }
}
