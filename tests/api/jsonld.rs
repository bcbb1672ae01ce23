//! `/v1/articles/{article}/jsonld`

use chrono::DateTime;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make::{draft, id, published, tag, translate};

const SITE: [&str; 4] = [
    "--site-url-template",
    "https://news.example/{locale}/{slug}",
    "--site-name",
    "The Example News",
];
/// What would end a script element, or begin something in it.
const HOSTILE: &str =
    "</script><script>alert('1') && \"x\" <!-- ]]> \u{2028}\u{2029} 🌉 पुल \u{ffff}";

fn at(article: &str) -> String {
    format!("/v1/articles/{article}/jsonld")
}

/// The document, of an answer that a page can take as it is.
#[track_caller]
fn read(answer: &Answer) -> Value {
    answer.check(200);
    assert_eq!(answer.header("content-type"), "application/ld+json");
    let unsafe_here = ['<', '>', '&', '\u{2028}', '\u{2029}'];
    assert!(!answer.text.contains(unsafe_here), "{}", answer.text);
    let document = answer.json();
    assert_eq!(faults(&document), Vec::<String>::new(), "{document}");
    document
}

/// What schema.org says of the members there are, and Google of those that it wants.
fn faults(document: &Value) -> Vec<String> {
    let mut faults = vec![];
    let mut demand = |holds: bool, what: String| {
        if !holds {
            faults.push(what);
        }
    };
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let address = |value: &Value| {
        let url = value.as_str().map(reqwest::Url::parse);
        url.is_some_and(|url| url.is_ok_and(|url| url.has_host()))
    };
    let time = |value: &Value| {
        let time = value.as_str().map(DateTime::parse_from_rfc3339);
        time.is_some_and(|time| time.is_ok())
    };
    let of_type = |value: &Value, kinds: &[&str]| {
        let kind = value["@type"].as_str();
        kind.is_some_and(|kind| kinds.contains(&kind))
    };
    let each = |value: &Value, holds: &dyn Fn(&Value) -> bool| {
        let items = value.as_array();
        items.is_some_and(|items| !items.is_empty() && items.iter().all(holds))
    };
    let who = |value: &Value| {
        of_type(value, &["Person", "Organization"])
            && text(&value["name"])
            && (value.get("url").is_none() || address(&value["url"]))
    };
    let work = |value: &Value| {
        of_type(value, &["NewsArticle"]) && address(&value["url"]) && text(&value["inLanguage"])
    };
    let count = |value: &Value| value.as_u64().is_some();
    for wanted in [
        "headline",
        "datePublished",
        "dateModified",
        "author",
        "inLanguage",
        "url",
        "mainEntityOfPage",
    ] {
        demand(document.get(wanted).is_some(), format!("no {wanted}"));
    }
    for (name, value) in document.as_object().unwrap() {
        let holds = match name.as_str() {
            "@context" => value == "https://schema.org",
            "@type" => value == "NewsArticle",
            "mainEntityOfPage" => of_type(value, &["WebPage"]) && address(&value["@id"]),
            "url" => address(value),
            "headline" | "alternativeHeadline" | "description" | "dateline" | "inLanguage" => {
                text(value)
            }
            "datePublished" | "dateModified" => time(value),
            "author" | "translator" => each(value, &who),
            "publisher" => who(value),
            "image" => of_type(value, &["ImageObject"]) && address(&value["url"]),
            "keywords" => each(value, &text),
            "wordCount" | "commentCount" => count(value),
            "isAccessibleForFree" => value.is_boolean(),
            "translationOfWork" => work(value),
            "workTranslation" => each(value, &work),
            _ => false,
        };
        demand(holds, format!("{name}: {value}"));
    }
    faults
}

async fn find(caller: &Client, path: &str) -> Value {
    read(&caller.get(path).await)
}

#[tokio::test]
async fn an_edition_is_a_news_article() {
    let app = TestApp::start_with(&SITE).await;
    let admin = app.admin();
    let transport = tag(&admin, "Transport").await;
    let words = json!({
        "title": "The old bridge reopens", "subtitle": "– City engineer", "dateline": "Pune/ Mumbai",
        "summary": "Buses again.", "body": "After two monsoons the bridge is open.", "translators": ["S. Joshi"],
        "seo": {"description": "What opens when"}, "lead_image_alt": "A bridge",
    });
    let body = json!({
        "source_locale": "en", "publish": true, "tags": [transport], "authors": ["A. Deshmukh", "R. Kale"],
        "lead_image": {"url": "https://images.example/bridge.jpg", "caption": "The bridge", "credit": "R. Kale",
            "width": 1200, "height": 800},
        "translation": words,
    });
    let article = id(&admin.post("/v1/articles", body).await.expect(201));
    let comment = json!({"author_name": "Meera", "body": "Thank you!"});
    admin
        .post(&format!("/v1/articles/{article}/comments"), comment)
        .await
        .check(201);
    let shown = app
        .guest()
        .get(&format!("/v1/articles/{article}?locale=en"))
        .await
        .expect(200);
    let document = find(&app.guest(), &at(&article)).await;
    let url = "https://news.example/en/the-old-bridge-reopens";
    let person = |name: &str| json!({"@type": "Person", "name": name});
    let expected = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "url": url,
        "headline": "The old bridge reopens",
        "alternativeHeadline": "– City engineer",
        "description": "What opens when",
        "dateline": "Pune/ Mumbai",
        "inLanguage": "en",
        "datePublished": shown["first_published_at"],
        "dateModified": shown["updated_at"],
        "author": [person("A. Deshmukh"), person("R. Kale")],
        "translator": [person("S. Joshi")],
        "image": {"@type": "ImageObject", "url": "https://images.example/bridge.jpg", "width": 1200, "height": 800,
            "caption": "The bridge", "description": "A bridge", "creditText": "R. Kale"},
        "publisher": {"@type": "Organization", "name": "The Example News", "url": "https://news.example/en/"},
        "keywords": ["Transport"],
        "wordCount": 7,
        "isAccessibleForFree": true,
        "commentCount": 1,
    });
    assert_eq!(document, expected);
}

#[tokio::test]
async fn what_is_not_known_is_left_out() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "Rain").await;
    let document = find(&app.guest(), &at(&article)).await;
    for absent in [
        "alternativeHeadline",
        "dateline",
        "translator",
        "image",
        "keywords",
        "translationOfWork",
        "workTranslation",
    ] {
        assert!(document.get(absent).is_none(), "{absent}");
    }
    assert_eq!(document["description"], "Some words.", "the summary");
    // Somebody has to answer for it.
    assert_eq!(document["author"][0]["@type"], "Organization");
    assert_eq!(document["author"][0]["name"], app.url["http://".len()..]);
}

#[tokio::test]
async fn a_translation_names_its_source_and_the_source_its_translations() {
    let app = TestApp::start_with(&SITE).await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "barish").await;
    translate(&admin, &article, "mr", "paus").await;
    let work = |locale: &str, slug: &str, title: &str| {
        json!({"@type": "NewsArticle", "url": format!("https://news.example/{locale}/{slug}"),
            "inLanguage": locale, "headline": title})
    };
    let path = |locale: &str| format!("{}?locale={locale}", at(&article));
    let (source, translation) = (
        find(&app.guest(), &path("en")).await,
        find(&app.guest(), &path("hi")).await,
    );
    let translations = json!([work("hi", "barish", "barish"), work("mr", "paus", "paus")]);
    assert_eq!(source["workTranslation"], translations);
    assert!(source.get("translationOfWork").is_none());
    assert_eq!(translation["translationOfWork"], work("en", "rain", "Rain"));
    assert!(translation.get("workTranslation").is_none());
    assert_eq!(translation["inLanguage"], "hi");
    // What readers do not get is not named.
    let hindi = admin.get("/v1/locales/hi").await.expect(200);
    let disabled = json!({"enabled": false, "fallbacks": hindi["fallbacks"]});
    admin.put("/v1/locales/hi", disabled).await.check(200);
    let source = find(&app.guest(), &path("en")).await;
    assert_eq!(
        source["workTranslation"],
        json!([work("mr", "paus", "paus")])
    );
    let unpublish = format!("/v1/articles/{article}/translations/en/unpublish");
    admin.post(&unpublish, json!({})).await.check(200);
    let translation = find(&app.guest(), &path("mr")).await;
    assert!(translation.get("translationOfWork").is_none());
}

#[tokio::test]
async fn it_may_stand_in_a_script_element_whatever_it_says() {
    let app = TestApp::start_with(&SITE).await;
    let admin = app.admin();
    let transport = tag(&admin, "R&D <x>").await;
    let body = json!({
        "source_locale": "en", "publish": true, "tags": [transport], "authors": [HOSTILE],
        "lead_image": {"url": "https://images.example/?a=1&b=<2>", "caption": HOSTILE},
        "translation": {"title": HOSTILE, "subtitle": HOSTILE, "summary": HOSTILE, "body": "x", "slug": "x"},
    });
    let made = admin.post("/v1/articles", body).await.expect(201);
    let document = find(&app.guest(), &at(&id(&made))).await;
    assert_eq!(document["headline"], HOSTILE);
    assert_eq!(document["description"], HOSTILE);
    assert_eq!(document["author"][0]["name"], HOSTILE);
    assert_eq!(document["image"]["caption"], HOSTILE);
    assert_eq!(document["keywords"], json!(["R&D <x>"]));
}

// Which one

#[tokio::test]
async fn the_language_is_chosen_as_for_the_article() {
    let app = TestApp::start_with(&SITE).await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "barish").await;
    let guest = app.guest();
    for (query, header, served, varies) in [
        ("", "", "en", true),
        ("", "hi-IN, en;q=0.5", "hi", true),
        ("", "fr", "en", true),
        ("?locale=hi", "en", "hi", false),
        ("?locale=mr&fallback=chain", "en", "hi", false),
        ("?locale=mr&fallback=en", "hi", "en", false),
    ] {
        for path in ["", "/jsonld"] {
            let path = format!("/v1/articles/{article}{path}{query}");
            let answer = guest.get_with(&path, "accept-language", header).await;
            answer.check(200);
            assert_eq!(answer.header("content-language"), served, "{path} {header}");
            let vary = answer.header("vary");
            assert_eq!(vary.contains("Accept-Language"), varies, "{path}: {vary}");
        }
    }
    for path in [
        format!("{}?locale=mr", at(&article)),
        format!("{}?locale=fr", at("rain")),
    ] {
        let problem = guest.get(&path).await;
        let problem = problem.problem(404, "translation-not-available");
        assert_eq!(problem["available_locales"], json!(["en", "hi"]));
    }
    // By slug it is the edition of that slug.
    let answer = guest.get_with(&at("barish"), "accept-language", "en").await;
    assert_eq!(read(&answer)["inLanguage"], "hi");
    assert!(!answer.header("vary").contains("Accept-Language"));
    for faulty in [
        "?locale=x_y",
        "?fields=url",
        "?locale=en&locale=hi",
        "?view=draft",
    ] {
        let answer = guest.get(&format!("{}{faulty}", at(&article))).await;
        answer.problem(400, "invalid-parameter");
    }
}

#[tokio::test]
async fn a_former_slug_leads_to_the_present_one() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let path = format!("/v1/articles/{article}/translations/en");
    admin.patch(&path, json!({"slug": "पाऊस"})).await.check(200);
    admin
        .post(&format!("{path}/publish"), json!({}))
        .await
        .check(200);
    let answer = app.guest().get(&at("rain")).await;
    assert_eq!(answer.status, 301);
    let expected = "/v1/articles/%E0%A4%AA%E0%A4%BE%E0%A4%8A%E0%A4%B8/jsonld";
    assert_eq!(answer.header("location"), expected);
    let answer = app.guest().get(&format!("{}?locale=en", at("rain"))).await;
    assert_eq!(answer.header("location"), format!("{expected}?locale=en"));
    find(&app.guest(), expected).await;
}

#[tokio::test]
async fn what_readers_do_not_have_has_no_structured_data() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let hidden = draft(&admin, "Rain").await;
    for unknown in [&hidden, "nothing", "0193a000-0000-7000-8000-000000000000"] {
        for caller in [app.guest(), app.admin()] {
            caller.get(&at(unknown)).await.problem(404, "not-found");
        }
    }
}

// What is sent along

#[tokio::test]
async fn structured_data_is_kept_by_caches_under_the_articles_keys() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let transport = tag(&admin, "Transport").await;
    let article = published(&admin, "Rain").await;
    let path = format!("/v1/articles/{article}/tags/{transport}");
    admin.put(&path, json!({})).await.check(200);
    let answer = app.guest().get(&at(&article)).await;
    let keys = format!("article-{article} tag-{transport} site");
    assert_eq!(answer.header("surrogate-key"), keys);
    assert!(answer.header("cache-control").contains("s-maxage="));
    assert!(answer.header("last-modified").ends_with(" GMT"));
    let etag = answer.etag();
    let again = app
        .guest()
        .get_with(&at(&article), "if-none-match", &etag)
        .await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    let head = Answer::of(app.guest().request("HEAD", &at(&article))).await;
    assert_eq!((head.status, head.etag()), (200, etag.clone()));
    let known = admin.get(&at(&article)).await;
    assert_eq!(known.header("cache-control"), "private, no-store");
    // A comment is counted here too.
    let comment = json!({"author_name": "Meera", "body": "Thank you!"});
    let path = format!("/v1/articles/{article}/comments");
    admin.post(&path, comment).await.check(201);
    let counted = app.guest().get(&at(&article)).await;
    assert_eq!(read(&counted)["commentCount"], 1);
    assert_ne!(counted.etag(), etag);
}
