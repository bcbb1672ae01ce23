//! `GET /v1/articles`: filters, sorts and pages.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::app::TestApp;
use crate::client::Client;
use crate::make::{draft, id, members, published, tag, translate};

fn at(article: &str, locale: &str) -> String {
    format!("/v1/articles/{article}/translations/{locale}")
}

async fn ids(caller: &Client, query: &str) -> Vec<String> {
    let page = caller
        .get(&format!("/v1/articles?{query}"))
        .await
        .expect(200);
    members(&page, "id")
        .iter()
        .map(|id| id.as_str().unwrap().to_owned())
        .collect()
}

/// All ids of a list, page after page, and what happens between two pages.
async fn walk(caller: &Client, query: &str, mut between: impl AsyncFnMut(usize)) -> Vec<String> {
    let (mut found, mut cursor) = (vec![], String::new());
    for number in 0..100 {
        let page = caller
            .get(&format!("/v1/articles?{query}{cursor}"))
            .await
            .expect(200);
        found.extend(
            members(&page, "id")
                .iter()
                .map(|id| id.as_str().unwrap().to_owned()),
        );
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

// Invalid.

#[tokio::test]
async fn a_parameter_that_makes_no_sense_is_named() {
    let app = TestApp::start().await;
    let admin = app.admin();
    published(&admin, "Rain").await;
    let many_ids = vec!["01a20000-0000-7000-8000-000000000000"; 101].join(",");
    for (name, query) in [
        ("nope", "nope=1".to_owned()),
        ("limit", "limit=0".into()),
        ("limit", "limit=101".into()),
        ("limit", "limit=-1".into()),
        ("limit", "limit=ten".into()),
        ("limit", "limit=1.5".into()),
        ("limit", "limit=".into()),
        ("limit", "limit=99999999999999999999".into()),
        ("sort", "sort=slug".into()),
        ("sort", "sort=-title".into()),
        ("sort", "sort=".into()),
        ("total", "total=yes".into()),
        ("view", "view=everything".into()),
        ("status", "status=published".into()),
        ("status", "view=draft&status=nope".into()),
        ("ids", "ids=1".into()),
        ("ids", format!("ids={many_ids}")),
        ("published_after", "published_after=yesterday".into()),
        ("published_before", "published_before=2026-11-24".into()),
        ("updated_after", "updated_after=1".into()),
        (
            "updated_after",
            "updated_after=10000-01-01T00:00:00Z".into(),
        ),
        ("source_locale", "source_locale=en_US".into()),
        ("missing_locale", "missing_locale=!".into()),
        ("descendants", "descendants=1".into()),
        ("fields", "fields=id,nope".into()),
        ("author", "author=A&author=B".into()),
        ("limit", "limit=1&limit=2".into()),
        ("ids", "ids=&ids=".into()),
    ] {
        let answer = admin.get(&format!("/v1/articles?{query}")).await;
        let problem = answer.problem(400, "invalid-parameter");
        assert!(
            problem["detail"].as_str().unwrap().contains(name),
            "{query}: {problem}"
        );
    }
}

#[tokio::test]
async fn no_time_is_too_far_away() {
    let app = TestApp::start().await;
    let admin = app.admin();
    published(&admin, "Rain").await;
    for time in ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00-23:59"] {
        assert_eq!(
            ids(&admin, &format!("published_after={time}")).await.len(),
            1,
            "{time}"
        );
        assert_eq!(
            ids(&admin, &format!("published_before={time}")).await.len(),
            0,
            "{time}"
        );
        assert_eq!(
            ids(&admin, &format!("view=draft&updated_after={time}"))
                .await
                .len(),
            1,
            "{time}"
        );
    }
    let late = "9999-12-31T23:59:59.999999999Z";
    assert_eq!(
        ids(&admin, &format!("published_after={late}")).await.len(),
        0
    );
    assert_eq!(
        ids(&admin, &format!("published_before={late}")).await.len(),
        1
    );
    for time in [
        "%2B262142-12-31T23:59:59Z",
        "-262143-01-01T00:00:00Z",
        "2026-11-24T23:59:60Z",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
    ] {
        for name in ["published_after", "published_before", "updated_after"] {
            let answer = admin.get(&format!("/v1/articles?{name}={time}")).await;
            assert!(
                matches!(answer.status, 200 | 400),
                "{name}={time}: {}",
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn a_cursor_is_taken_by_its_own_list_only() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for number in 0..4 {
        published(&admin, &format!("Story {number}")).await;
        tag(&admin, &format!("Tag {number}")).await;
    }
    let cursor_of = async |path: &str| {
        admin.get(path).await.expect(200)["page"]["next_cursor"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let own = "sort=title&locale=en";
    let cursor = cursor_of(&format!("/v1/articles?{own}&limit=1")).await;
    for query in [
        own,
        "sort=title&locale=en&limit=3",
        "sort=title&locale=en&fields=id",
        "sort=title&locale=en&total=exact",
    ] {
        admin
            .get(&format!("/v1/articles?{query}&cursor={cursor}"))
            .await
            .check(200);
    }
    let refused = async |query: &str, cursor: &str| {
        let answer = admin
            .get(&format!("/v1/articles?{query}&cursor={cursor}"))
            .await;
        answer.problem(400, "invalid-cursor");
    };
    for query in [
        "sort=-published_at&locale=en",
        "sort=published_at&locale=en",
        "sort=-comments&locale=en",
        "sort=title&locale=hi",
        "sort=title",
        "sort=title&locale=en&fallback=chain",
        "sort=title&locale=en&tag=tag-1",
        "sort=title&locale=en&any_tag=tag-1",
        "sort=title&locale=en&author=A",
        "sort=title&locale=en&published_after=2020-01-01T00:00:00Z",
        "sort=title&locale=en&published_before=2920-01-01T00:00:00Z",
        "sort=title&locale=en&updated_after=2020-01-01T00:00:00Z",
        "sort=title&locale=en&source_locale=en",
        "sort=title&locale=en&missing_locale=hi",
        "sort=title&locale=en&ids=01a20000-0000-7000-8000-000000000000",
        "sort=title&locale=en&view=draft",
        "sort=title&locale=en&view=draft&status=published",
    ] {
        refused(query, &cursor).await;
    }
    let of_tags = cursor_of("/v1/tags?limit=1").await;
    let of_drafts = cursor_of("/v1/articles?view=draft&sort=title&locale=en&limit=1").await;
    for other in [of_tags, of_drafts] {
        refused(own, &other).await;
    }
    let url_safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for place in 0..cursor.len() {
        let old = url_safe.find(&cursor[place..=place]).unwrap();
        let new = &url_safe[(old + 17) % 64..][..1];
        let mut tampered = cursor.clone();
        tampered.replace_range(place..=place, new);
        refused(own, &tampered).await;
    }
    for nonsense in [
        "",
        "x",
        "null",
        "%00",
        "%F0%9F%98%80",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        &cursor[1..],
        &cursor[..20],
    ] {
        let answer = admin
            .get(&format!("/v1/articles?{own}&cursor={nonsense}"))
            .await;
        let code = if nonsense == "%00" {
            "invalid-parameter"
        } else {
            "invalid-cursor"
        };
        answer.problem(400, code);
    }
}

// Limits.

#[tokio::test]
async fn a_page_has_20_items_or_as_many_as_asked_for() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for number in 0..22 {
        published(&admin, &format!("Story {number}")).await;
    }
    for (query, items, limit, more) in [
        ("", 20, 20, true),
        ("limit=1", 1, 1, true),
        ("limit=21", 21, 21, true),
        ("limit=22", 22, 22, false),
        ("limit=100", 22, 100, false),
        ("author=nobody", 0, 20, false),
    ] {
        let answer = app.guest().get(&format!("/v1/articles?{query}")).await;
        let link = answer.header("link").to_owned();
        let page = answer.expect(200);
        assert_eq!(page["data"].as_array().unwrap().len(), items, "{query}");
        let told = (&page["page"]["limit"], &page["page"]["has_more"]);
        assert_eq!(told, (&json!(limit), &json!(more)), "{query}");
        assert_eq!(page["page"]["next_cursor"].is_string(), more, "{query}");
        assert!(page.get("total").is_none(), "only when asked");
        assert!(link.contains("rel=\"first\""), "{link}");
        assert_eq!(link.contains("rel=\"next\""), more, "{link}");
    }
}

#[tokio::test]
async fn the_link_header_leads_from_page_to_page() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    for number in 0..5 {
        published(&admin, &format!("Story {number}")).await;
    }
    let all = ids(&guest, "sort=title").await;
    let (mut next, mut found) = (
        Some("/v1/articles?sort=title&limit=2&fields=id".to_owned()),
        vec![],
    );
    while let Some(path) = next {
        let answer = guest.get(&path).await;
        let target = |rel: &str| {
            let mut links = answer.header("link").split(", ");
            let link = links.find(|link| link.ends_with(&format!("rel=\"{rel}\"")))?;
            let target = link.strip_prefix('<')?.split_once('>')?.0.to_owned();
            Some(
                target
                    .strip_prefix(&app.url)
                    .map(str::to_owned)
                    .unwrap_or(target),
            )
        };
        next = target("next");
        let first = guest.get(&target("first").unwrap()).await.expect(200);
        assert_eq!(members(&first, "id"), all[..2]);
        found.extend(members(&answer.expect(200), "id"));
    }
    assert_eq!(found, all);
}

// Pages

#[tokio::test]
async fn every_article_is_found_once_while_others_come() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    tag(&admin, "Weather").await;
    let mut known = vec![];
    for number in 0..17 {
        let body = json!({
            "source_locale": "en", "publish": true, "tags": ["weather"], "authors": ["A"],
            "translation": {"title": format!("M {}", number / 3)}
        });
        let article = id(&admin.post("/v1/articles", body).await.expect(201));
        for comment in 0..number % 3 {
            let body =
                json!({"author_name": "A", "body": format!("Words {comment}"), "locale": "en"});
            admin
                .post(&format!("/v1/articles/{article}/comments"), body)
                .await
                .check(201);
        }
        known.push(article);
    }
    known.sort();
    let sorts = [
        "-published_at",
        "published_at",
        "-updated_at",
        "title",
        "-comments",
    ];
    for sort in sorts {
        for filter in [
            "",
            "&tag=weather",
            "&any_tag=weather",
            "&author=A",
            "&locale=en",
            "&view=draft",
        ] {
            let between = async |page: usize| {
                // One that belongs ahead of the page, one behind it, one that is not in the list.
                for (title, place) in [("A", "ahead"), ("Z", "behind")] {
                    let words = json!({"title": format!("{title} {place} {page}")});
                    let body = json!({
                        "source_locale": "en", "publish": true, "tags": ["weather"], "authors": ["A"],
                        "translation": words
                    });
                    admin.post("/v1/articles", body).await.check(201);
                }
            };
            // Few pages, for each lets the list grow.
            let mut found = walk(&admin, &format!("sort={sort}&limit=9{filter}"), between).await;
            let many = found.len();
            found.sort();
            found.dedup();
            assert_eq!(found.len(), many, "nothing is repeated: {sort} {filter}");
            let missing: Vec<&String> = known
                .iter()
                .filter(|id| found.binary_search(id).is_err())
                .collect();
            assert!(missing.is_empty(), "{missing:?} by {sort} {filter}");
            // The next walk begins with the known ones only.
            for article in ids(&guest, "limit=100").await {
                if !known.contains(&article) {
                    admin
                        .delete(&format!("/v1/articles/{article}"))
                        .await
                        .check(204);
                }
            }
        }
    }
}

#[tokio::test]
async fn pages_add_up_to_the_list_in_its_order() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for number in 0..12 {
        let article = published(&admin, &format!("Same {}", number / 4)).await;
        if number % 2 == 0 {
            translate(&admin, &article, "hi", &format!("वही {}", number / 6)).await;
        }
    }
    draft(&admin, "Same 1").await;
    for sort in [
        "-published_at",
        "published_at",
        "-updated_at",
        "title",
        "-comments",
    ] {
        for view in ["", "&locale=hi&fallback=chain", "&locale=hi", "&view=draft"] {
            let query = format!("sort={sort}{view}");
            let all = ids(&admin, &format!("{query}&limit=100")).await;
            for limit in [1, 2, 5] {
                let pages = walk(&admin, &format!("{query}&limit={limit}"), async |_| {}).await;
                assert_eq!(pages, all, "{query} by {limit}");
            }
        }
    }
}

// Sorts and filters one by one

#[tokio::test]
async fn titles_are_sorted_as_people_sort_them() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for title in [
        "beta",
        "Alpha",
        "ärger",
        "Zulu",
        "alpha 2",
        "10 ways",
        "अमर",
        "आम",
        "कमल",
    ] {
        published(&admin, title).await;
    }
    let page = app.guest().get("/v1/articles?sort=title").await.expect(200);
    let expected = [
        "10 ways",
        "Alpha",
        "alpha 2",
        "ärger",
        "beta",
        "Zulu",
        "अमर",
        "आम",
        "कमल",
    ];
    assert_eq!(members(&page, "title"), expected);
}

#[tokio::test]
async fn tags_are_found_by_every_word_that_leads_to_them() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let body = json!({"name": "Weather", "synonyms": ["Climate"]});
    let weather = id(&admin.post("/v1/tags", body).await.expect(201));
    admin
        .put("/v1/tags/weather/translations/hi", json!({"name": "मौसम"}))
        .await
        .check(201);
    let body = json!({"name": "Monsoon", "parent": "weather"});
    let monsoon = id(&admin.post("/v1/tags", body).await.expect(201));
    let body = json!({"name": "Late monsoon", "parent": "monsoon"});
    admin.post("/v1/tags", body).await.check(201);
    tag(&admin, "Pune").await;
    let mut stories = BTreeMap::new();
    for (name, tags) in [
        ("w", &["weather"][..]),
        ("m", &["monsoon"]),
        ("l", &["late-monsoon"]),
        ("wp", &["weather", "pune"]),
        ("mp", &["monsoon", "pune"]),
        ("p", &["pune"]),
        ("-", &[]),
    ] {
        let body = json!({"source_locale": "en", "translation": {"title": name, "slug": format!("s-{}", stories.len())}, "tags": tags, "publish": true});
        stories.insert(
            id(&admin.post("/v1/articles", body).await.expect(201)),
            name,
        );
    }
    let found = async |query: &str| {
        let mut names: Vec<&str> = vec![];
        for sort in [
            "title",
            "published_at",
            "-published_at",
            "-updated_at",
            "-comments",
        ] {
            let mut by_sort: Vec<&str> = ids(&guest, &format!("{query}&sort={sort}"))
                .await
                .iter()
                .map(|id| stories[id])
                .collect();
            by_sort.sort_unstable();
            assert!(
                sort == "title" || by_sort == names,
                "{query} by {sort}: {by_sort:?}"
            );
            names = by_sort;
        }
        names.join(" ")
    };
    for word in ["weather", "Weather", "climate", "Climate", "मौसम", &weather] {
        assert_eq!(found(&format!("tag={word}")).await, "w wp", "{word}");
        assert_eq!(found(&format!("any_tag={word}")).await, "w wp", "{word}");
    }
    for (query, expected) in [
        ("tag=weather&tag=pune", "wp"),
        ("tag=pune&tag=weather", "wp"),
        ("tag=weather&tag=climate", "w wp"),
        ("tag=weather&tag=monsoon", ""),
        ("any_tag=weather,monsoon", "m mp w wp"),
        ("any_tag=weather,pune", "mp p w wp"),
        ("any_tag=nope,pune", "mp p wp"),
        ("any_tag=weather,monsoon&tag=pune", "mp wp"),
        ("tag=nope", ""),
        ("any_tag=nope", ""),
        ("tag=nope&tag=weather", ""),
        ("tag=01a20000-0000-7000-8000-000000000000", ""),
        ("tag=weather&descendants=true", "l m mp w wp"),
        ("tag=weather&descendants=false", "w wp"),
        ("tag=monsoon&descendants=true", "l m mp"),
        ("tag=climate&tag=pune&descendants=true", "mp wp"),
        ("any_tag=late-monsoon,pune&descendants=true", "l mp p wp"),
        ("any_tag=monsoon,weather&descendants=true", "l m mp w wp"),
        ("tag=weather&author=nobody", ""),
    ] {
        assert_eq!(found(query).await, expected, "{query}");
    }
    admin
        .patch("/v1/tags/monsoon", json!({"slug": "rains"}))
        .await
        .check(200);
    for word in ["rains", "monsoon", &monsoon] {
        assert_eq!(found(&format!("tag={word}")).await, "m mp", "{word}");
    }
}

#[tokio::test]
async fn drafts_are_listed_with_their_state() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let hidden = draft(&admin, "Hidden").await;
    let shown = published(&admin, "Shown").await;
    let changed = published(&admin, "Changed").await;
    admin
        .patch(&at(&changed, "en"), json!({"title": "Changed again"}))
        .await
        .check(200);
    admin
        .put(&at(&shown, "hi"), json!({"title": "दिखा"}))
        .await
        .check(201);
    let editor = app.caller(&["content:read"]).await;
    let page = editor
        .get("/v1/articles?view=draft&sort=title&total=exact")
        .await
        .expect(200);
    assert_eq!(
        members(&page, "title"),
        ["Changed again", "Hidden", "Shown"]
    );
    assert_eq!(members(&page, "status"), ["draft", "draft", "published"]);
    assert_eq!(page["total"], 3);
    for item in page["data"].as_array().unwrap() {
        assert!(item.get("body").is_none() && item["etag"].is_string());
    }
    for (query, expected) in [
        ("status=draft&sort=title", vec![&changed, &hidden]),
        ("status=published", vec![&shown]),
        ("status=archived", vec![]),
        ("locale=hi", vec![&shown]),
        ("locale=hi&status=draft", vec![&shown]),
        ("locale=hi&status=published", vec![]),
        (
            "locale=hi&fallback=chain&status=draft&sort=title",
            vec![&changed, &hidden, &shown],
        ),
        ("missing_locale=hi&sort=title", vec![&changed, &hidden]),
        ("sort=-published_at", vec![&hidden, &changed, &shown]),
        ("sort=published_at", vec![&shown, &changed, &hidden]),
        ("sort=-updated_at", vec![&changed, &shown, &hidden]),
    ] {
        assert_eq!(
            ids(&editor, &format!("view=draft&{query}")).await,
            Vec::from_iter(expected.into_iter().cloned()),
            "{query}"
        );
    }
    assert_eq!(
        ids(&editor, "").await,
        [changed, shown],
        "without it a token sees what readers see"
    );
}

#[tokio::test]
async fn an_empty_list_is_a_list() {
    let app = TestApp::start().await;
    for query in [
        "",
        "?locale=hi",
        "?total=exact",
        "?tag=x&any_tag=y,z&author=A&sort=title",
    ] {
        let page = app
            .guest()
            .get(&format!("/v1/articles{query}"))
            .await
            .expect(200);
        assert_eq!(page["data"], json!([]));
        assert_eq!(page["page"]["has_more"], false);
    }
}

// All of it together, against a model

/// An edition as a list has it.
#[derive(Debug, Clone)]
struct Edition {
    id: String,
    locale: String,
    title: String,
    source: String,
    published_at: String,
    updated_at: String,
    tags: Vec<String>,
    authors: Vec<String>,
    comments: u64,
    locales: Vec<String>,
}

impl Edition {
    /// Times to the microsecond, so that they sort as texts.
    fn read(document: &Value) -> Edition {
        let text = |member: &str| document[member].as_str().unwrap().to_owned();
        let time = |member: &str| {
            let time: chrono::DateTime<chrono::Utc> = text(member).parse().unwrap();
            time.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
        };
        let texts = |list: &Value, member: Option<&str>| {
            let items = list.as_array().unwrap().iter();
            let texts = items.map(|item| {
                member
                    .map_or(item, |member| &item[member])
                    .as_str()
                    .unwrap()
                    .to_owned()
            });
            texts.collect::<Vec<_>>()
        };
        Edition {
            id: text("id"),
            locale: text("locale"),
            title: text("title"),
            source: text("source_locale"),
            published_at: time("published_at"),
            updated_at: time("updated_at"),
            tags: texts(&document["tags"], Some("slug")),
            authors: texts(&document["authors"], None),
            comments: document["comments"]["approved_count"].as_u64().unwrap(),
            locales: texts(&document["translations"], Some("locale")),
        }
    }
}

/// Sixty articles in up to three languages, some of them not published.
async fn populate(admin: &Client) -> Vec<String> {
    for (name, parent) in [
        ("Weather", None),
        ("Monsoon", Some("weather")),
        ("Pune", None),
        ("Sport", None),
    ] {
        admin
            .post("/v1/tags", json!({"name": name, "parent": parent}))
            .await
            .check(201);
    }
    let mut running = JoinSet::new();
    for number in 0..60usize {
        let admin = admin.clone();
        running.spawn(async move {
            let source = if number % 5 == 0 { "hi" } else { "en" };
            let title = |locale: &str| format!("T{:02} {locale}", number * 37 % 20);
            let pick = |names: [&str; 4], step: usize| {
                let picked = names.into_iter().enumerate().filter(|(place, _)| number / (place + step) % 2 == 1);
                picked.map(|(_, name)| name.to_owned()).collect::<Vec<_>>()
            };
            let body = json!({
                "source_locale": source, "translation": {"title": title(source)}, "publish": number % 7 != 0,
                "tags": pick(["weather", "monsoon", "pune", "sport"], 1),
                "authors": pick(["A. Deshmukh", "B", "C", "D"], 2)
            });
            let article = id(&admin.post("/v1/articles", body).await.expect(201));
            for (locale, step) in [("en", 2), ("hi", 3), ("mr", 4)] {
                if locale != source && number % step == 0 {
                    translate(&admin, &article, locale, &title(locale)).await;
                }
            }
            for comment in 0..number % 4 {
                let body = json!({"author_name": "A", "body": format!("Words {comment}"), "locale": "en"});
                if number % 7 != 0 && number < 30 {
                    admin.post(&format!("/v1/articles/{article}/comments"), body).await.check(201);
                }
            }
            if number % 6 == 1 && number % 7 != 0 {
                let path = at(&article, source);
                admin.patch(&path, json!({"subtitle": "Corrected"})).await.check(200);
                admin.post(&format!("{path}/publish"), json!({})).await.check(200);
            }
            article
        });
        if running.len() >= 8 {
            running.join_next().await.unwrap().unwrap();
        }
    }
    running.join_all().await;
    ids(admin, "view=draft&limit=100").await
}

/// Every edition that readers have, by article and locale.
async fn editions(guest: &Client, articles: &[String]) -> Vec<Vec<Edition>> {
    let mut all = vec![];
    for article in articles {
        let mut own = vec![];
        for locale in ["en", "hi", "mr"] {
            let answer = guest
                .get(&format!("/v1/articles/{article}?locale={locale}"))
                .await;
            if answer.status == 200 {
                own.push(Edition::read(&answer.json()));
            }
        }
        all.push(own);
    }
    all
}

type Filter = (String, Box<dyn Fn(&Edition) -> bool>);

fn filters(all: &[Vec<Edition>]) -> Vec<Filter> {
    let flat: Vec<&Edition> = all.iter().flatten().collect();
    let (early, late) = (flat[flat.len() / 4].clone(), flat[flat.len() / 2].clone());
    let some: Vec<String> = all
        .iter()
        .flatten()
        .step_by(3)
        .take(20)
        .map(|edition| edition.id.clone())
        .collect();
    let has = |edition: &Edition, tag: &str| edition.tags.iter().any(|own| own == tag);
    vec![
        ("tag=weather".into(), Box::new(move |e| has(e, "weather"))),
        (
            "tag=monsoon&tag=pune".into(),
            Box::new(move |e| has(e, "monsoon") && has(e, "pune")),
        ),
        (
            "any_tag=sport,pune".into(),
            Box::new(move |e| has(e, "sport") || has(e, "pune")),
        ),
        (
            "author=B".into(),
            Box::new(|e| e.authors.iter().any(|author| author == "B")),
        ),
        (
            "author=A.%20Deshmukh".into(),
            Box::new(|e| e.authors.iter().any(|author| author == "A. Deshmukh")),
        ),
        (format!("published_after={}", early.published_at), {
            let time = early.published_at.clone();
            Box::new(move |e| e.published_at > time)
        }),
        (format!("published_before={}", late.published_at), {
            let time = late.published_at.clone();
            Box::new(move |e| e.published_at < time)
        }),
        (
            format!("updated_after={}", early.updated_at),
            Box::new(move |e| e.updated_at > early.updated_at),
        ),
        (
            format!("ids={}", some.join(",")),
            Box::new(move |e| some.contains(&e.id)),
        ),
        ("source_locale=hi".into(), Box::new(|e| e.source == "hi")),
        ("source_locale=mr".into(), Box::new(|e| e.source == "mr")),
        (
            "missing_locale=mr".into(),
            Box::new(|e| !e.locales.iter().any(|locale| locale == "mr")),
        ),
        (
            "missing_locale=en".into(),
            Box::new(|e| !e.locales.iter().any(|locale| locale == "en")),
        ),
        ("missing_locale=fr".into(), Box::new(|_| true)),
    ]
}

/// Under which language a list is asked for, and in which order that tries them.
const LANGUAGES: [(&str, &[&str]); 6] = [
    ("locale=en", &["en"]),
    ("locale=hi", &["hi"]),
    ("locale=mr", &["mr"]),
    ("locale=mr&fallback=chain", &["mr", "hi", "en", "source"]),
    ("locale=hi&fallback=mr", &["hi", "mr"]),
    ("", &["en", "source"]),
];

const SORTS: [&str; 5] = [
    "-published_at",
    "published_at",
    "-updated_at",
    "title",
    "-comments",
];

fn best<'a>(own: &'a [Edition], order: &[&str]) -> Option<&'a Edition> {
    order.iter().find_map(|wanted| {
        own.iter().find(|edition| {
            edition.locale
                == if *wanted == "source" {
                    &edition.source
                } else {
                    *wanted
                }
        })
    })
}

/// What the list is, by the contract.
fn expected<'a>(
    all: &'a [Vec<Edition>],
    order: &[&str],
    chosen: &[&Filter],
    sort: &str,
) -> Vec<&'a Edition> {
    let mut list: Vec<&Edition> = all
        .iter()
        .filter_map(|own| best(own, order))
        .filter(|edition| chosen.iter().all(|(_, holds)| holds(edition)))
        .collect();
    list.sort_by(|a, b| match sort {
        "-published_at" => (&b.published_at, &b.id).cmp(&(&a.published_at, &a.id)),
        "published_at" => (&a.published_at, &a.id).cmp(&(&b.published_at, &b.id)),
        "-updated_at" => (&b.updated_at, &b.id).cmp(&(&a.updated_at, &a.id)),
        "title" => (&a.title, &a.id).cmp(&(&b.title, &b.id)),
        _ => (b.comments, &b.id).cmp(&(a.comments, &a.id)),
    });
    list
}

async fn compare(
    guest: &Client,
    all: &[Vec<Edition>],
    (language, order): (&str, &[&str]),
    chosen: &[&Filter],
    sort: &str,
) -> usize {
    let mut query = format!("sort={sort}&limit=100&total=exact&{language}");
    for (filter, _) in chosen {
        query = format!("{query}&{filter}");
    }
    let expected = expected(all, order, chosen, sort);
    let page = guest
        .get(&format!("/v1/articles?{query}"))
        .await
        .expect(200);
    assert_eq!(page["total"], expected.len(), "{query}");
    let shown = |edition: &Edition| format!("{} {} {}", edition.id, edition.locale, edition.title);
    let found: Vec<String> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| shown(&Edition::read(item)))
        .collect();
    let wanted: Vec<String> = expected.iter().map(|edition| shown(edition)).collect();
    assert_eq!(found, wanted, "{query}");
    let paged = walk(
        guest,
        &query.replace("limit=100&total=exact", "limit=7"),
        async |_| {},
    )
    .await;
    let wanted: Vec<&String> = expected.iter().map(|edition| &edition.id).collect();
    assert!(paged.iter().eq(wanted), "the pages of {query}");
    expected.len()
}

#[test]
fn a_list_is_what_its_filters_and_its_language_leave_in_its_order() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (app, all) = runtime.block_on(async {
        let app = TestApp::start().await;
        let articles = populate(&app.admin()).await;
        let all = editions(&app.guest(), &articles).await;
        (app, all)
    });
    assert_eq!(all.len(), 60);
    let (guest, filters) = (app.guest(), filters(&all));
    let mut sizes = vec![];
    runtime.block_on(async {
        for (place, sort) in SORTS.into_iter().cycle().take(30).enumerate() {
            sizes.push(compare(&guest, &all, LANGUAGES[place % 6], &[], sort).await);
            let one = [&filters[place % filters.len()]];
            compare(&guest, &all, LANGUAGES[place % 6], &one, sort).await;
        }
    });
    assert!(
        sizes.iter().all(|size| (8..=60).contains(size)),
        "there is something to sort: {sizes:?}"
    );
    let places: Vec<usize> = (0..filters.len()).collect();
    let cases = (
        select(LANGUAGES.to_vec()),
        subsequence(places, 1..=3),
        select(SORTS.to_vec()),
    );
    let config = ProptestConfig {
        cases: 80,
        max_shrink_iters: 40,
        failure_persistence: None,
        ..Default::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let checked = TestRunner::new_with_rng(config, rng).run(&cases, |(language, places, sort)| {
        // A parameter that may be given once only is given once.
        let mut chosen: Vec<&Filter> = vec![];
        for filter in places.into_iter().map(|place| &filters[place]) {
            let name = |filter: &Filter| filter.0.split('=').next().unwrap_or_default().to_owned();
            if !chosen.iter().any(|other| name(other) == name(filter)) {
                chosen.push(filter);
            }
        }
        runtime.block_on(compare(&guest, &all, language, &chosen, sort));
        Ok(())
    });
    checked.unwrap();
}
