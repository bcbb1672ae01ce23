//! `GET /v1/articles?q=`: what is found, in which order, and what never is.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::app::TestApp;
use crate::cli::Fresh;
use crate::client::Client;
use crate::make::{draft, id, members, published, tag, translate};
use crate::process::{Folder, run};

/// The query string's value for this text.
fn q(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    bytes.collect()
}

/// The page that this search gives.
async fn search(caller: &Client, text: &str, rest: &str) -> Value {
    let path = format!("/v1/articles?q={}{rest}", q(text));
    caller.get(&path).await.expect(200)
}

/// The titles found, in their order.
async fn titles(caller: &Client, text: &str, rest: &str) -> Vec<String> {
    let page = search(caller, text, rest).await;
    let titles = members(&page, "title");
    titles
        .iter()
        .map(|title| title.as_str().unwrap().to_owned())
        .collect()
}

/// An article published in this language with this title and body; its id.
async fn story(admin: &Client, locale: &str, title: &str, body: &str) -> String {
    let text = json!({"title": title, "summary": "–", "body": body});
    let body = json!({"source_locale": locale, "translation": text, "publish": true});
    id(&admin.post("/v1/articles", body).await.expect(201))
}

fn at(article: &str, locale: &str) -> String {
    format!("/v1/articles/{article}/translations/{locale}")
}

// Invalid.

#[tokio::test]
async fn what_cannot_be_searched_for_is_told() {
    let app = TestApp::start().await;
    let admin = app.admin();
    published(&admin, "Rain").await;
    let words = vec!["rain"; 65].join("+");
    let thousand = vec!["rain"; 1000].join("+");
    let junk = "%22".repeat(2000);
    for (name, query) in [
        ("sort", "sort=-relevance".to_owned()),
        ("sort", "q=&sort=-relevance".into()),
        ("sort", "view=draft&sort=-relevance".into()),
        ("q", "q=rain&view=draft".into()),
        ("q", format!("q={words}")),
        ("q", format!("q={thousand}")),
        ("q", format!("q={junk}")),
        ("q", "q=a&q=b".into()),
    ] {
        let answer = admin.get(&format!("/v1/articles?{query}")).await;
        let problem = answer.problem(400, "invalid-parameter");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.starts_with(name), "{query}: {problem}");
    }
    // A blank q is none, whoever looks.
    admin.get("/v1/articles?q=+&view=draft").await.expect(200);
}

#[tokio::test]
async fn a_blank_query_is_as_if_absent() {
    let app = TestApp::start().await;
    let admin = app.admin();
    published(&admin, "Rain").await;
    published(&admin, "Sun").await;
    for text in [
        "",
        " ",
        "\u{a0}\u{2003}",
        "!?… – \"\" ()&|:*<->",
        "' ; --",
        "🎉",
    ] {
        assert_eq!(
            titles(&app.guest(), text, "").await,
            ["Sun", "Rain"],
            "{text:?}"
        );
    }
}

#[tokio::test]
async fn words_that_say_nothing_alone_match_nothing() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = story(&admin, "en", "The ferry and the tide", "It is what it is.").await;
    translate(&admin, &article, "hi", "नाव और ज्वार").await;
    let guest = app.guest();
    for (text, locale) in [("the", "en"), ("and the", "en"), ("और", "hi")] {
        let page = search(&guest, text, &format!("&locale={locale}&total=exact")).await;
        assert_eq!(page["data"], json!([]), "{text}");
        assert_eq!(page["total"], 0);
        assert_eq!(page["page"]["has_more"], false);
    }
    assert_eq!(titles(&guest, "the ferry", "&locale=en").await.len(), 1);
}

// What is found.

#[tokio::test]
async fn title_subtitle_summary_and_body_are_searched() {
    let app = TestApp::start().await;
    let text = json!({
        "title": "Harbour opens", "subtitle": "Lanterns at dusk", "summary": "Pilots were waiting.",
        "body": "The **old** [breakwater](https://news.example/x?secret=parameter) holds.\n\n| Gate | Depth |\n|-|-|\n| North | fathoms |\n\n![sextant](https://news.example/p.jpg)\n\n<script>alert('forbidden')</script>",
    });
    let body = json!({"source_locale": "en", "translation": text, "publish": true});
    app.admin().post("/v1/articles", body).await.expect(201);
    let guest = app.guest();
    for text in [
        "harbour",
        "lantern",
        "pilot",
        "old breakwater",
        "north fathoms",
        "harbour lantern pilot gate",
    ] {
        assert_eq!(titles(&guest, text, "").await, ["Harbour opens"], "{text}");
    }
    for text in ["secret", "parameter", "https", "forbidden", "airport"] {
        assert_eq!(titles(&guest, text, "").await, [""; 0], "{text}");
    }
}

#[tokio::test]
async fn a_query_is_in_websearch_syntax() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for (title, body) in [
        ("One", "The night ferry to the island is late."),
        ("Two", "A ferry in the night, late again."),
        ("Three", "The night train waits."),
    ] {
        story(&admin, "en", title, body).await;
    }
    let guest = app.guest();
    for (text, found) in [
        ("night ferry", vec!["One", "Two"]),
        ("\"night ferry\"", vec!["One"]),
        ("\"ferry night\"", vec![]),
        ("\"night in the ferry\"", vec![]),
        ("\"ferry in the night\"", vec!["Two"]),
        ("night -ferry", vec!["Three"]),
        ("night -\"night ferry\"", vec!["Three", "Two"]),
        ("island or train", vec!["One", "Three"]),
        ("island OR train", vec!["One", "Three"]),
        ("night -island -train", vec!["Two"]),
        ("-ferry", vec!["Three"]),
        ("-ferry -train", vec![]),
        ("train or -ferry", vec!["Three"]),
        ("late island or waits", vec!["One", "Three"]),
        ("\"night ferry", vec!["One"]),
    ] {
        let mut titles = titles(&guest, text, "&locale=en").await;
        titles.sort();
        let mut found = found;
        found.sort_unstable();
        assert_eq!(titles, found, "{text}");
    }
}

#[tokio::test]
async fn each_language_has_its_own_word_forms() {
    let app = TestApp::start().await;
    let admin = app.admin();
    story(&admin, "en", "He runs", "Two children were running.").await;
    story(&admin, "hi", "मेला", "लड़की ने किताबें खरीदीं।").await;
    story(&admin, "mr", "जत्रा", "मुलीने घरात पुस्तक वाचले.").await;
    let guest = app.guest();
    for (text, locale, found) in [
        ("run", "en", vec!["He runs"]),
        ("child", "en", vec![]),
        ("children", "en", vec!["He runs"]),
        ("किताब", "hi", vec!["मेला"]),
        ("किताबों", "hi", vec!["मेला"]),
        ("किताबें", "hi", vec!["मेला"]),
        ("पुस्तक", "mr", vec!["जत्रा"]),
        ("run", "hi", vec![]),
        ("किताब", "en", vec![]),
    ] {
        let titles = titles(&guest, text, &format!("&locale={locale}")).await;
        assert_eq!(titles, found, "{text} {locale}");
    }
}

#[tokio::test]
async fn spellings_that_read_the_same_are_one() {
    let app = TestApp::start().await;
    let admin = app.admin();
    // Nukta as a letter of its own, composed, and left out; ZWJ in the middle; digits.
    story(
        &admin,
        "hi",
        "ज\u{93c}मीन २०२६",
        "सड\u{93c}क पर क\u{94d}\u{200d}या हुआ",
    )
    .await;
    story(&admin, "en", "Café in Orléans", "It opened in 2026.").await;
    let guest = app.guest();
    for text in [
        "ज\u{93c}मीन",
        "\u{95b}मीन",
        "जमीन",
        "जमी\u{200c}न",
        "सड\u{93c}क",
        "स\u{95c}क",
        "सडक",
        "2026",
        "२०२६",
        "٢٠٢٦",
    ] {
        assert_eq!(titles(&guest, text, "&locale=hi").await.len(), 1, "{text}");
    }
    for text in ["café", "cafe\u{301}", "CAFÉ", "२०२६", "Orléans"] {
        assert_eq!(titles(&guest, text, "&locale=en").await.len(), 1, "{text}");
    }
}

#[tokio::test]
async fn latin_letters_find_titles_in_others() {
    let app = TestApp::start().await;
    let admin = app.admin();
    story(&admin, "hi", "पुल फिर खुला", "मुंबई में").await;
    story(&admin, "mr", "मुंबईत पाऊस", "आज").await;
    let guest = app.guest();
    assert_eq!(titles(&guest, "pul", "&locale=hi").await, ["पुल फिर खुला"]);
    assert_eq!(
        titles(&guest, "pul khula", "&locale=hi").await,
        ["पुल फिर खुला"]
    );
    assert_eq!(
        titles(&guest, "pul -khula", "&locale=hi").await,
        ["पुल फिर खुला"; 0]
    );
    assert_eq!(
        titles(&guest, "mumbait or pul", "&sort=published_at").await,
        ["पुल फिर खुला", "मुंबईत पाऊस"]
    );
}

#[tokio::test]
async fn a_typo_in_a_title_is_forgiven_where_nothing_matches() {
    let app = TestApp::start().await;
    let admin = app.admin();
    story(&admin, "en", "The bridge committee meets", "Tolls.").await;
    story(&admin, "en", "Monsoon is late", "Farmers wait.").await;
    let guest = app.guest();
    for (text, found) in [
        ("brigde", vec!["The bridge committee meets"]),
        ("comittee", vec!["The bridge committee meets"]),
        ("brigde comittee", vec!["The bridge committee meets"]),
        ("brigde monsoon", vec![]),
        ("tiem", vec![]),
        ("meest", vec!["The bridge committee meets"]),
        (
            "brigde or monson",
            vec!["Monsoon is late", "The bridge committee meets"],
        ),
        ("monson -farmers", vec![]),
        ("mon", vec![]),
        ("framers", vec![]),
    ] {
        let page = search(&guest, text, "&locale=en&total=exact").await;
        let mut titles = members(&page, "title");
        titles.sort_by_key(Value::to_string);
        assert_eq!(titles, found, "{text}");
        assert_eq!(page["total"], found.len());
        assert_eq!(page["page"]["has_more"], false);
    }
    // What matches exactly is enough.
    story(&admin, "en", "Bridges of Konkan", "Brigde is a surname.").await;
    assert_eq!(
        titles(&guest, "brigde", "&locale=en").await,
        ["Bridges of Konkan"]
    );
}

// What never is.

#[tokio::test]
async fn only_what_readers_have_is_found() {
    let app = TestApp::start().await;
    let admin = app.admin();
    draft(&admin, "Zeppelin drafts").await;
    let article = published(&admin, "Balloon").await;
    let text = at(&article, "en");
    admin
        .patch(&text, json!({"title": "Zeppelin", "body": "Zeppelin"}))
        .await
        .expect(200);
    let guest = app.guest();
    for caller in [&guest, &admin] {
        assert_eq!(titles(caller, "zeppelin", "").await, [""; 0]);
        assert_eq!(titles(caller, "balloon", "").await, ["Balloon"]);
    }
    admin
        .post(&format!("{text}/publish"), json!({}))
        .await
        .expect(200);
    assert_eq!(titles(&guest, "zeppelin", "").await, ["Zeppelin"]);
    assert_eq!(titles(&guest, "balloon", "").await, [""; 0]);
    admin
        .post(&format!("{text}/unpublish"), json!({}))
        .await
        .expect(200);
    assert_eq!(titles(&guest, "zeppelin", "").await, [""; 0]);
    admin
        .post(&format!("{text}/publish"), json!({}))
        .await
        .expect(200);
    admin
        .delete(&format!("/v1/articles/{article}"))
        .await
        .expect(204);
    assert_eq!(titles(&guest, "zeppelin", "").await, [""; 0]);
    admin
        .post(&format!("/v1/articles/{article}/restore"), json!({}))
        .await
        .expect(200);
    assert_eq!(titles(&guest, "zeppelin", "").await, ["Zeppelin"]);
}

#[tokio::test]
async fn a_language_that_is_switched_off_is_not_searched() {
    let app = TestApp::start().await;
    let admin = app.admin();
    story(&admin, "mr", "पाऊस", "मुंबईत").await;
    let guest = app.guest();
    assert_eq!(titles(&guest, "पाऊस", "&locale=mr").await, ["पाऊस"]);
    admin
        .put("/v1/locales/mr", json!({"enabled": false}))
        .await
        .expect(200);
    for rest in ["&locale=mr", "", "&locale=mr&fallback=chain"] {
        assert_eq!(titles(&guest, "पाऊस", rest).await, [""; 0], "{rest}");
    }
    admin
        .put("/v1/locales/mr", json!({"enabled": true}))
        .await
        .expect(200);
    assert_eq!(titles(&guest, "पाऊस", "&locale=mr").await, ["पाऊस"]);
}

#[tokio::test]
async fn the_edition_that_is_served_has_to_match() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let both = story(&admin, "en", "Ferry", "Timetable for ships").await;
    admin
        .put(
            &at(&both, "hi"),
            json!({"title": "नाव", "body": "केवल हिन्दी में: समुद्र"}),
        )
        .await
        .expect(201);
    admin
        .post(&format!("{}/publish", at(&both, "hi")), json!({}))
        .await
        .expect(200);
    story(&admin, "hi", "बंदरगाह", "समुद्र के किनारे").await;
    let guest = app.guest();
    // English is the default: of the first, Hindi is not the best edition.
    assert_eq!(titles(&guest, "समुद्र", "").await, ["बंदरगाह"]);
    assert_eq!(
        titles(&guest, "समुद्र", "&locale=mr&fallback=chain").await,
        ["नाव", "बंदरगाह"]
    );
    assert_eq!(
        titles(&guest, "समुद्र", "&locale=mr&fallback=en").await,
        [""; 0]
    );
    assert_eq!(
        titles(&guest, "ships", "&locale=hi&fallback=en").await,
        [""; 0]
    );
    assert_eq!(
        titles(&guest, "ships", "&locale=mr&fallback=en,hi").await,
        ["Ferry"]
    );
    let found = guest
        .get_with(
            &format!("/v1/articles?q={}", q("समुद्र")),
            "accept-language",
            "hi",
        )
        .await;
    assert_eq!(found.header("vary"), "Accept-Encoding, Accept-Language");
    assert_eq!(members(&found.json(), "title"), ["नाव", "बंदरगाह"]);
}

// In which order.

#[tokio::test]
async fn what_matches_best_comes_first() {
    let app = TestApp::start().await;
    let admin = app.admin();
    story(&admin, "en", "Ferry to the island", "It sails at six.").await;
    story(
        &admin,
        "en",
        "Budget",
        "Once the ferry is named, among many other words of this long text.",
    )
    .await;
    story(
        &admin,
        "en",
        "Letters",
        "Ferry, ferry, ferry: the ferry was in every letter about the ferry.",
    )
    .await;
    let guest = app.guest();
    let best = ["Ferry to the island", "Letters", "Budget"];
    assert_eq!(titles(&guest, "ferry", "").await, best);
    assert_eq!(titles(&guest, "ferry", "&sort=-relevance").await, best);
    assert_eq!(
        titles(&guest, "ferry", "&sort=-published_at").await,
        ["Letters", "Budget", "Ferry to the island"]
    );
    assert_eq!(
        titles(&guest, "ferry", "&sort=published_at").await,
        ["Ferry to the island", "Budget", "Letters"]
    );
    assert_eq!(
        titles(&guest, "ferry", "&sort=title").await,
        ["Budget", "Ferry to the island", "Letters"]
    );
    assert_eq!(
        titles(&guest, "ferry", "&sort=-updated_at").await,
        ["Letters", "Budget", "Ferry to the island"]
    );
    assert_eq!(
        titles(&guest, "ferry", "&sort=-comments").await,
        ["Letters", "Budget", "Ferry to the island"]
    );
}

#[tokio::test]
async fn what_was_just_published_is_found_first_among_equals() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for number in 0..5 {
        story(&admin, "en", &format!("Ferry {number}"), "Late.").await;
    }
    let found = titles(&app.guest(), "ferry", "").await;
    assert_eq!(
        found,
        ["Ferry 4", "Ferry 3", "Ferry 2", "Ferry 1", "Ferry 0"]
    );
}

// With filters.

#[tokio::test]
async fn a_search_goes_with_every_filter() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let (sea, land) = (tag(&admin, "Sea").await, tag(&admin, "Land").await);
    let mut ids = vec![];
    for (title, tags, author) in [
        ("Ferry one", vec![&sea], "A. Deshmukh"),
        ("Ferry two", vec![&sea, &land], "B. Rao"),
        ("Ferry three", vec![&land], "B. Rao"),
    ] {
        let body = json!({"source_locale": "en", "translation": {"title": title, "body": "x"}, "tags": tags,
            "authors": [author], "publish": true, "external_id": title});
        let made = admin.post("/v1/articles", body).await.expect(201);
        ids.push((id(&made), made["published_at"].as_str().unwrap().to_owned()));
    }
    published(&admin, "Sea without boats").await;
    let guest = app.guest();
    let (one, two, three) = (&ids[0], &ids[1], &ids[2]);
    for (rest, found) in [
        (format!("&tag={sea}"), vec!["Ferry two", "Ferry one"]),
        (format!("&tag={sea}&tag={land}"), vec!["Ferry two"]),
        (
            format!("&any_tag={sea},{land}"),
            vec!["Ferry three", "Ferry two", "Ferry one"],
        ),
        ("&author=B.+Rao".into(), vec!["Ferry three", "Ferry two"]),
        (format!("&author=B.+Rao&tag={sea}"), vec!["Ferry two"]),
        (
            format!("&ids={},{}", one.0, three.0),
            vec!["Ferry three", "Ferry one"],
        ),
        ("&external_id=Ferry+two".into(), vec!["Ferry two"]),
        (format!("&published_after={}", two.1), vec!["Ferry three"]),
        (format!("&published_before={}", two.1), vec!["Ferry one"]),
        (
            format!("&updated_after={}", one.1),
            vec!["Ferry three", "Ferry two"],
        ),
        ("&source_locale=hi".into(), vec![]),
        (
            "&missing_locale=hi".into(),
            vec!["Ferry three", "Ferry two", "Ferry one"],
        ),
        ("&missing_locale=en".into(), vec![]),
    ] {
        for sort in [
            "",
            "&sort=-relevance",
            "&sort=-published_at",
            "&sort=-updated_at",
            "&sort=-comments",
        ] {
            for languages in ["", "&locale=en", "&locale=en&fallback=chain"] {
                let rest = format!("{rest}{sort}{languages}&total=exact");
                let page = search(&guest, "ferry", &rest).await;
                assert_eq!(members(&page, "title"), found, "{rest}");
                assert_eq!(page["total"], found.len(), "{rest}");
            }
        }
        // A typo goes with them as well.
        let mut titles = titles(&guest, "ferrry", &rest).await;
        titles.sort();
        let mut found = found;
        found.sort_unstable();
        assert_eq!(titles, found, "ferrry{rest}");
    }
}

// Pages.

/// All ids of a search, page after page, and what happens between two pages.
async fn walk(caller: &Client, query: &str, mut between: impl AsyncFnMut(usize)) -> Vec<String> {
    let (mut found, mut cursor) = (vec![], String::new());
    for number in 0..200 {
        let path = format!("/v1/articles?{query}{cursor}");
        let page = caller.get(&path).await.expect(200);
        let ids = members(&page, "id");
        found.extend(ids.iter().map(|id| id.as_str().unwrap().to_owned()));
        let next = &page["page"]["next_cursor"];
        assert_eq!(page["page"]["has_more"], next.is_string());
        let Some(next) = next.as_str() else {
            return found;
        };
        cursor = format!("&cursor={next}");
        between(number).await;
    }
    panic!("it never ends: {query}");
}

/// So many articles with this word in the body, and more of it in some; their ids.
async fn many(admin: &Client, word: &str, number: usize) -> BTreeSet<String> {
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let (admin, word) = (admin.clone(), word.to_owned());
        writers.spawn(async move {
            let mut ids = vec![];
            for at in (writer..number).step_by(8) {
                let body = vec![word.clone(); 1 + at % 7].join(" and then ");
                ids.push(story(&admin, "en", &format!("Number {at}"), &body).await);
            }
            ids
        });
    }
    writers.join_all().await.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_many_matches_is_shown_once_while_others_are_published() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let before = many(&admin, "lighthouse", 450).await;
    let guest = app.guest();
    for sort in ["-relevance", "-published_at", "published_at"] {
        let query = format!("q=lighthouse&locale=en&limit=41&sort={sort}");
        let meanwhile = RefCell::new(vec![]);
        let found = walk(&guest, &query, async |number| {
            let body = format!("Lighthouse {number}");
            let id = story(&admin, "en", "Lighthouse", &body).await;
            meanwhile.borrow_mut().push(id);
        });
        let found = found.await;
        let distinct: BTreeSet<String> = found.iter().cloned().collect();
        assert_eq!(distinct.len(), found.len(), "{sort}");
        assert!(distinct.is_superset(&before), "{sort}");
        // Those are ahead of where the reader was, except for who reads the oldest first.
        let came = meanwhile.into_inner();
        assert!(came.len() >= 10);
        let came = came.iter().filter(|id| distinct.contains(*id)).count();
        assert_eq!(came > 0, sort == "published_at", "{sort}: {came}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_taken_away_meanwhile_hides_nothing_else() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let before = many(&admin, "lighthouse", 230).await;
    let newest: Vec<String> = before.iter().rev().take(60).cloned().collect();
    let guest = app.guest();
    let found = walk(&guest, "q=lighthouse&limit=50", async |number| {
        for id in newest.iter().skip(number * 10).take(10) {
            admin
                .delete(&format!("/v1/articles/{id}"))
                .await
                .expect(204);
        }
    });
    let found: BTreeSet<String> = found.await.into_iter().collect();
    let kept: BTreeSet<String> = before.iter().rev().skip(60).cloned().collect();
    assert!(
        found.is_superset(&kept),
        "{} of {}",
        found.intersection(&kept).count(),
        kept.len()
    );
}

#[tokio::test]
async fn a_cursor_belongs_to_its_search() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for number in 0..3 {
        story(&admin, "en", &format!("Ferry {number}"), "x").await;
    }
    let guest = app.guest();
    let page = search(&guest, "ferry", "&limit=1").await;
    let cursor = page["page"]["next_cursor"].as_str().unwrap();
    let next = search(&guest, "ferry", &format!("&cursor={cursor}")).await;
    assert_eq!(members(&next, "title"), ["Ferry 1", "Ferry 0"]);
    for query in [
        format!("q=bridge&cursor={cursor}"),
        format!("cursor={cursor}"),
        format!("q=ferry&locale=en&cursor={cursor}"),
        format!("q=ferry&sort=-published_at&cursor={cursor}"),
        format!("q=ferry&author=A&cursor={cursor}"),
    ] {
        guest
            .get(&format!("/v1/articles?{query}"))
            .await
            .problem(400, "invalid-cursor");
    }
}

#[tokio::test]
async fn links_lead_through_a_search() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for number in 0..3 {
        story(&admin, "hi", &format!("पुल {number}"), "x").await;
    }
    let path = format!("/v1/articles?q={}&limit=2&total=exact", q("पुल"));
    let answer = app.guest().get(&path).await;
    let link = answer.header("link").to_owned();
    let next = link.split(['<', '>']).nth(1).unwrap();
    assert!(
        link.contains("rel=\"next\"") && link.contains("rel=\"first\""),
        "{link}"
    );
    assert_eq!(answer.expect(200)["total"], 3);
    let page = app.guest().get(next).await.expect(200);
    assert_eq!(members(&page, "title").len(), 1);
    assert_eq!(page["total"], 3);
}

// Whatever is asked.

/// Text like what people and machines type into search boxes.
fn queries() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z]{1,8}",
        "[अ-हा-ौ्ंँ़]{1,6}",
        "[\"()|&!:*<>'\\\\ -]{1,4}",
        "\\PC{1,6}",
        select(vec![
            "or",
            "OR",
            "-",
            "\"",
            "ferry",
            "the",
            "पुल",
            "\u{200d}",
            "''",
            "\\",
            "a:*",
            "<->",
            "!!",
            "@en",
            "~pul",
            "888888888888888888888888888888888888888888"
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.join(" "))
}

#[tokio::test]
async fn no_query_is_too_strange() {
    let app = TestApp::start().await;
    let admin = app.admin();
    story(&admin, "en", "Ferry", "The bridge").await;
    story(&admin, "hi", "पुल", "नाव").await;
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let strategy = queries();
    for at in 0..250 {
        let text = strategy.new_tree(&mut runner).unwrap().current();
        let rest = [
            "",
            "&locale=hi",
            "&highlight=true&total=exact",
            "&sort=title",
            "&sort=-comments&locale=mr&fallback=chain",
        ][at % 5];
        let path = format!("/v1/articles?q={}{rest}", q(&text));
        let answer = app.guest().get(&path).await;
        assert!(
            matches!(answer.status, 200 | 400),
            "{text:?}{rest}: {}",
            answer.text
        );
        let path = format!("/v1/suggest?q={}", q(&text));
        let answer = app.guest().get(&path).await;
        assert!(
            matches!(answer.status, 200 | 400),
            "{text:?}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn no_text_is_too_strange_to_be_published() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let words: String = (0..50_000)
        .map(|number| format!("word{number:x} "))
        .collect();
    let same = "needle ".repeat(70_000);
    let bodies = [
        words,
        same,
        "x".repeat(500_000),
        "क्".repeat(80_000),
        "' \\ ' :* & | ! <-> \u{200d}\u{fe0f} 888888888888888888888888888888888888888888 @en ~pul"
            .into(),
        "\u{10330}\u{1d11e} \u{1f3f4}\u{e0067}\u{e0062} ﷺ ﬁ Ⅻ ½ ١٢٣ 中国語 ไทย".into(),
        "- \n".repeat(9000),
    ];
    for (at, body) in bodies.iter().enumerate() {
        let title = format!("Strange {at}");
        story(&admin, "en", &title, body).await;
        assert_eq!(
            titles(&app.guest(), &format!("\"{title}\""), "&highlight=true").await,
            [title]
        );
    }
    assert_eq!(titles(&app.guest(), "word1f", "").await, ["Strange 0"]);
    assert_eq!(
        titles(&app.guest(), "needle", "&highlight=true").await,
        ["Strange 1"]
    );
    assert_eq!(
        titles(
            &app.guest(),
            "888888888888888888888888888888888888888888",
            ""
        )
        .await
        .len(),
        0
    );
}

// At once.

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_is_found_no_more_once_the_change_is_told() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = story(&admin, "en", "Tide", "word0").await;
    let text = at(&article, "en");
    let (told, guest) = (Arc::new(AtomicUsize::new(0)), app.guest());
    let reading = {
        let told = told.clone();
        tokio::spawn(async move {
            let mut looks = 0;
            loop {
                let now = told.load(Ordering::SeqCst);
                if now == 25 {
                    return looks;
                }
                if now > 0 {
                    let old = format!("word{}", now - 1);
                    assert_eq!(titles(&guest, &old, "&locale=en").await, [""; 0]);
                    looks += 1;
                }
                let page = search(&guest, "tide", "&locale=en&highlight=true").await;
                assert_eq!(members(&page, "title"), ["Tide"]);
            }
        })
    };
    for number in 1..=25 {
        admin
            .patch(
                &text,
                json!({"summary": "–", "body": format!("word{number}")}),
            )
            .await
            .expect(200);
        admin
            .post(&format!("{text}/publish"), json!({}))
            .await
            .expect(200);
        told.store(number, Ordering::SeqCst);
        let new = titles(&app.guest(), &format!("word{number}"), "&locale=en").await;
        assert_eq!(new, ["Tide"], "{number}");
    }
    assert!(reading.await.unwrap() > 0);
}

#[tokio::test]
async fn the_worker_takes_the_words_of_what_was_there_before() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = story(&admin, "hi", "पुल फिर खुला", "समुद्र के किनारे").await;
    let sql = app.sql().await;
    let all = "select article_id, locale, published_at, revision, version, body_at, words::text, title_words::text \
        from edition_words";
    let row = async || {
        let row = sql
            .query_one(&format!("select row_to_json(x)::text from ({all}) x"), &[])
            .await
            .unwrap();
        row.get::<_, String>(0)
    };
    let before = row().await;
    // As the migration leaves it.
    sql.execute("update edition_words set version = 0, revision = 0, body_at = 0, words = '', title_words = ''", &[])
        .await
        .unwrap();
    assert_eq!(titles(&app.guest(), "समुद्र", "").await, [""; 0]);
    for _ in 0..300 {
        if row().await == before {
            assert_eq!(
                titles(&app.guest(), "pul", "&locale=hi").await,
                ["पुल फिर खुला"]
            );
            admin
                .delete(&format!("/v1/articles/{article}?permanent=true"))
                .await
                .expect(204);
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("nobody took them: {}", row().await);
}

#[tokio::test]
async fn tags_leave_the_words_alone() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let sql = app.sql().await;
    let row = async || {
        let row = sql
            .query_one("select xmin::text from edition_words", &[])
            .await
            .unwrap();
        row.get::<_, String>(0)
    };
    let before = row().await;
    let tag = tag(&admin, "Weather").await;
    admin
        .put(&format!("/v1/articles/{article}/tags/{tag}"), json!({}))
        .await
        .expect(200);
    admin
        .patch(
            &format!("/v1/articles/{article}"),
            json!({"authors": ["A"]}),
        )
        .await
        .expect(200);
    admin
        .patch(&format!("/v1/tags/{tag}"), json!({"name": "Sky"}))
        .await
        .expect(200);
    assert_eq!(row().await, before);
    assert_eq!(
        titles(&app.guest(), "rain", &format!("&tag={tag}&author=A")).await,
        ["Rain"]
    );
}

// Much content.

/// Each article's id and the language it is served in, in this order.
async fn all(caller: &Client, query: &str) -> Vec<(String, String)> {
    let (mut found, mut cursor) = (vec![], String::new());
    loop {
        let path = format!("/v1/articles?{query}&limit=100&fields=id,locale{cursor}");
        let page = caller.get(&path).await.expect(200);
        let text = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
        let items = page["data"].as_array().unwrap();
        found.extend(
            items
                .iter()
                .map(|item| (text(item, "id"), text(item, "locale"))),
        );
        let Some(next) = page["page"]["next_cursor"].as_str() else {
            return found;
        };
        cursor = format!("&cursor={next}");
    }
}

/// Common and rare words are come by in different ways, which have to come to the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_way_a_search_finds_what_a_list_has_of_it() {
    let fresh = Fresh::new().await;
    let folder = Folder::new();
    run(fresh.dateline(
        &folder,
        &["generate", "--articles", "2000", "--comments", "200"],
    ))
    .expect(0);
    let app = TestApp::start_at(&fresh.url, &[]).await;
    let guest = app.guest();
    let sql = app.sql().await;
    for languages in ["locale=en", "", "locale=mr&fallback=hi"] {
        let mut orders = vec![];
        for sort in [
            "-published_at",
            "published_at",
            "-updated_at",
            "title",
            "-comments",
        ] {
            orders.push((sort, all(&guest, &format!("{languages}&sort={sort}")).await));
        }
        for (text, of_language) in [
            ("year", "'year'"),
            ("plan रोड", "'plan' & 'रोड'"),
            ("-year -रोड", "!'year' & !'रोड'"),
            ("theatre", "'theatr' | '~theatre'"),
        ] {
            let matching = "select article_id::text, locale from edition_words where words @@ $1::text::tsquery";
            let matching = sql.query(matching, &[&of_language]).await.unwrap();
            let matching: BTreeSet<(String, String)> = matching
                .iter()
                .map(|row| (row.get(0), row.get(1)))
                .collect();
            for (sort, order) in &orders {
                let expected: Vec<_> = order
                    .iter()
                    .filter(|item| matching.contains(item))
                    .cloned()
                    .collect();
                let found = all(&guest, &format!("{languages}&sort={sort}&q={}", q(text))).await;
                assert!(
                    found == expected,
                    "{text} {languages} {sort}: {} of {}",
                    found.len(),
                    expected.len()
                );
            }
            let expected: BTreeSet<_> = orders[0]
                .1
                .iter()
                .filter(|item| matching.contains(item))
                .cloned()
                .collect();
            let found = all(&guest, &format!("{languages}&q={}", q(text))).await;
            assert_eq!(found.len(), expected.len(), "{text} {languages}");
            assert!(
                found.into_iter().collect::<BTreeSet<_>>() == expected,
                "{text} {languages}"
            );
            let page = guest
                .get(&format!(
                    "/v1/articles?{languages}&total=exact&limit=1&q={}",
                    q(text)
                ))
                .await;
            assert_eq!(
                page.expect(200)["total"],
                expected.len(),
                "{text} {languages}"
            );
        }
    }
}
