//! `/v1/feeds/{locale}.rss`, `.atom` and `.json`

use chrono::DateTime;
use feed_rs::model::{Feed, FeedType};
use feed_rs::parser;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make::{id, published, tag, translate};
use crate::tree::Element;

const SITE: [&str; 2] = [
    "--site-url-template",
    "https://news.example/{locale}/{slug}",
];
const FORMATS: [(&str, &str); 3] = [
    ("rss", "application/rss+xml"),
    ("atom", "application/atom+xml"),
    ("json", "application/feed+json"),
];
/// What may stand in a headline and means something elsewhere.
const HOSTILE: &str = "]]> <script>alert(\"1\")</script> & 'पुराना पुल' <![CDATA[ &amp; 🌉 \u{ffff}";

/// The feed as a feed reader reads it.
#[track_caller]
fn read(answer: &Answer) -> Feed {
    answer.check(200);
    parser::parse(answer.text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {}", answer.text))
}

async fn feed(caller: &Client, path: &str) -> Feed {
    read(&caller.get(path).await)
}

fn titles(feed: &Feed) -> Vec<String> {
    let title = |entry: &feed_rs::model::Entry| entry.title.clone().unwrap().content;
    feed.entries.iter().map(title).collect()
}

fn ids(feed: &Feed) -> Vec<String> {
    feed.entries.iter().map(|entry| entry.id.clone()).collect()
}

/// An article in Hindi with everything that a feed shows; its id.
async fn rich(admin: &Client) -> String {
    let transport = tag(admin, "Transport").await;
    let name = json!({"name": "परिवहन", "description": "बसें और पुल"});
    admin
        .put(&format!("/v1/tags/{transport}/translations/hi"), name)
        .await
        .check(201);
    let body = json!({
        "source_locale": "hi", "publish": true, "tags": [transport],
        "authors": ["A. Deshmukh", "S. Joshi & Co"],
        "lead_image": {"url": "https://images.example/bridge.jpg?a=1&b=2"},
        "translation": {"title": "पुराना पुल फिर खुला", "summary": "दो मानसून बाद", "body": "पूरा **पाठ**।"},
    });
    id(&admin.post("/v1/articles", body).await.expect(201))
}

// What they say

#[tokio::test]
async fn a_feed_says_the_same_in_every_form() {
    let app = TestApp::start_with(&SITE).await;
    let article = rich(&app.admin()).await;
    let shown = app
        .guest()
        .get(&format!("/v1/articles/{article}?locale=hi"))
        .await
        .expect(200);
    for (extension, _) in FORMATS {
        let path = format!("/v1/feeds/hi.{extension}");
        let answer = app.guest().get(&path).await;
        assert!(!answer.text.contains("पाठ"), "a feed has no bodies");
        let feed = read(&answer);
        assert_eq!(feed.language.as_deref(), Some("hi"), "{extension}");
        assert_eq!(feed.title.as_ref().unwrap().content, "news.example · हिन्दी");
        assert_eq!(
            feed.description.as_ref().unwrap().content,
            "news.example · हिन्दी"
        );
        let links: Vec<&str> = feed.links.iter().map(|link| link.href.as_str()).collect();
        let own = format!("{}{path}", app.url);
        assert!(links.contains(&own.as_str()), "{extension}: {links:?}");
        assert!(links.contains(&"https://news.example/hi/"), "{links:?}");
        let [entry] = feed.entries.as_slice() else {
            panic!("{:?}", feed.entries)
        };
        assert_eq!(entry.id, format!("urn:uuid:{article}:hi"));
        assert_eq!(entry.title.as_ref().unwrap().content, "पुराना पुल फिर खुला");
        assert_eq!(entry.summary.as_ref().unwrap().content, "दो मानसून बाद");
        assert_eq!(
            entry.links[0].href,
            "https://news.example/hi/%E0%A4%AA%E0%A5%81%E0%A4%B0%E0%A4%BE%E0%A4%A8%E0%A4%BE-\
            %E0%A4%AA%E0%A5%81%E0%A4%B2-%E0%A4%AB%E0%A4%BF%E0%A4%B0-%E0%A4%96%E0%A5%81%E0%A4%B2%E0%A4%BE"
        );
        let authors: Vec<_> = entry.authors.iter().map(|a| a.name.as_deref()).collect();
        assert_eq!(authors, [Some("A. Deshmukh"), Some("S. Joshi & Co")]);
        let tags: Vec<_> = entry.categories.iter().map(|c| c.term.as_str()).collect();
        assert_eq!(tags, ["परिवहन"], "{extension}");
        let time = |name: &str| DateTime::parse_from_rfc3339(shown[name].as_str().unwrap());
        let whole = |time: DateTime<_>| time.timestamp();
        assert_eq!(
            entry.published.unwrap().timestamp(),
            whole(time("published_at").unwrap())
        );
        assert_eq!(
            entry.updated.unwrap().timestamp(),
            whole(time("updated_at").unwrap())
        );
        assert_eq!(
            feed.updated
                .or(feed.entries[0].updated)
                .unwrap()
                .timestamp(),
            whole(time("updated_at").unwrap())
        );
    }
}

#[tokio::test]
async fn each_form_is_of_its_kind() {
    let app = TestApp::start().await;
    published(&app.admin(), "Rain").await;
    for ((extension, media), kind) in
        FORMATS
            .into_iter()
            .zip([FeedType::RSS2, FeedType::Atom, FeedType::JSON])
    {
        let answer = app.guest().get(&format!("/v1/feeds/en.{extension}")).await;
        assert_eq!(answer.header("content-type"), media);
        assert_eq!(read(&answer).feed_type, kind);
    }
}

#[tokio::test]
async fn a_feed_has_the_twenty_that_came_last_newest_first() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let mut expected = vec![];
    for number in 0..23 {
        let title = format!("Story {number}");
        let article = published(&admin, &title).await;
        if number == 0 {
            translate(&admin, &article, "hi", "कहानी").await;
        }
        expected.insert(0, title);
    }
    expected.truncate(20);
    for (extension, _) in FORMATS {
        let shown = feed(&app.guest(), &format!("/v1/feeds/en.{extension}")).await;
        assert_eq!(titles(&shown), expected);
        let shown = feed(&app.guest(), &format!("/v1/feeds/hi.{extension}")).await;
        assert_eq!(titles(&shown), ["कहानी"]);
    }
    // A correction moves nothing; one that comes back comes first.
    let article = app.guest().get("/v1/articles/story-5").await.expect(200);
    let path = format!("/v1/articles/{}/translations/en", id(&article));
    admin
        .patch(&path, json!({"title": "Story 5, corrected"}))
        .await
        .check(200);
    let publish = format!("{path}/publish");
    admin.post(&publish, json!({})).await.check(200);
    let shown = feed(&app.guest(), "/v1/feeds/en.atom").await;
    assert_eq!(titles(&shown)[17], "Story 5, corrected");
    assert_eq!(shown.updated, shown.entries[17].updated);
    let unpublish = format!("{path}/unpublish");
    admin.post(&unpublish, json!({})).await.check(200);
    let shown = feed(&app.guest(), "/v1/feeds/en.atom").await;
    assert!(!titles(&shown).contains(&"Story 5, corrected".to_owned()));
    admin.post(&publish, json!({})).await.check(200);
    let shown = feed(&app.guest(), "/v1/feeds/en.atom").await;
    assert_eq!(titles(&shown)[0], "Story 5, corrected");
}

#[tokio::test]
async fn the_id_of_an_entry_never_changes() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let expected = [format!("urn:uuid:{article}:en")];
    let path = format!("/v1/articles/{article}/translations/en");
    let publish = format!("{path}/publish");
    let change = json!({"title": "Snow", "slug": "snow", "body": "Other words."});
    admin.patch(&path, change).await.check(200);
    admin.post(&publish, json!({})).await.check(200);
    for (extension, _) in FORMATS {
        let shown = feed(&app.guest(), &format!("/v1/feeds/en.{extension}")).await;
        assert_eq!(ids(&shown), expected);
        assert!(shown.entries[0].links[0].href.ends_with("/en/snow"));
    }
    admin
        .post(&format!("{path}/unpublish"), json!({}))
        .await
        .check(200);
    admin.post(&publish, json!({})).await.check(200);
    for (extension, _) in FORMATS {
        let shown = feed(&app.guest(), &format!("/v1/feeds/en.{extension}")).await;
        assert_eq!(ids(&shown), expected);
    }
    let rss = Element::read(&app.guest().get("/v1/feeds/en.rss").await.text);
    let guid = rss.one("channel").one("item").one("guid");
    assert_eq!(guid.attribute("isPermaLink"), "false");
}

#[tokio::test]
async fn a_publication_is_called_what_its_setting_says() {
    let app = TestApp::start_with(&["--site-name", "The <Konkan> Post"]).await;
    for (extension, _) in FORMATS {
        let shown = feed(&app.guest(), &format!("/v1/feeds/mr.{extension}")).await;
        assert_eq!(shown.title.unwrap().content, "The <Konkan> Post · मराठी");
    }
}

// By tag

#[tokio::test]
async fn a_feed_of_a_tag_has_what_bears_it() {
    let app = TestApp::start_with(&SITE).await;
    let admin = app.admin();
    let article = rich(&admin).await;
    let other = json!({"source_locale": "hi", "publish": true, "translation": {"title": "वर्षा", "body": "पाठ"}});
    admin.post("/v1/articles", other).await.check(201);
    let transport = app.guest().get("/v1/tags/transport").await.expect(200);
    let transport = id(&transport);
    let change = json!({"synonyms": ["Traffic"]});
    admin
        .patch(&format!("/v1/tags/{transport}"), change)
        .await
        .check(200);
    for (extension, _) in FORMATS {
        for name in [
            "transport",
            &transport,
            "traffic",
            "%E0%A4%AA%E0%A4%B0%E0%A4%BF%E0%A4%B5%E0%A4%B9%E0%A4%A8",
        ] {
            let path = format!("/v1/feeds/hi.{extension}?tag={name}");
            let answer = app.guest().get(&path).await;
            let keys = format!("list-hi tag-{transport} site");
            assert_eq!(answer.header("surrogate-key"), keys);
            let shown = read(&answer);
            assert_eq!(ids(&shown), [format!("urn:uuid:{article}:hi")], "{path}");
            assert_eq!(
                shown.title.unwrap().content,
                "news.example · परिवहन · हिन्दी"
            );
            assert_eq!(shown.description.unwrap().content, "बसें और पुल");
            let own = format!("{}{path}", app.url);
            assert!(shown.links.iter().any(|link| link.href == own), "{own}");
        }
        for unknown in ["nothing", "", "0193a000-0000-7000-8000-000000000000"] {
            let path = format!("/v1/feeds/hi.{extension}?tag={unknown}");
            app.guest().get(&path).await.problem(404, "not-found");
        }
        let path = format!("/v1/feeds/hi.{extension}?tag=transport");
        for faulty in ["&tag=x", "&tags=x", "&limit=3"] {
            let answer = app.guest().get(&format!("{path}{faulty}")).await;
            answer.problem(400, "invalid-parameter");
        }
        // There is none in English: empty, and a feed.
        let path = format!("/v1/feeds/en.{extension}?tag=transport");
        assert!(feed(&app.guest(), &path).await.entries.is_empty());
    }
    let atom = |name: &'static str| {
        let guest = app.guest();
        async move {
            feed(&guest, &format!("/v1/feeds/hi.atom?tag={name}"))
                .await
                .id
        }
    };
    assert_eq!(atom("transport").await, atom("traffic").await);
}

// Where there is none

#[tokio::test]
async fn a_language_that_readers_do_not_get_has_no_feed() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "mr", "पाऊस").await;
    let marathi = admin.get("/v1/locales/mr").await.expect(200);
    let mut disabled = json!({"enabled": false, "fallbacks": marathi["fallbacks"]});
    admin
        .put("/v1/locales/mr", disabled.clone())
        .await
        .check(200);
    for (extension, _) in FORMATS {
        for unknown in ["mr", "fr"] {
            let path = format!("/v1/feeds/{unknown}.{extension}");
            app.guest().get(&path).await.problem(404, "not-found");
        }
        for malformed in ["x_y", "english"] {
            let path = format!("/v1/feeds/{malformed}.{extension}");
            let answer = app.guest().get(&path).await;
            answer.problem(400, "invalid-parameter");
        }
    }
    disabled["enabled"] = json!(true);
    admin.put("/v1/locales/mr", disabled).await.check(200);
    let shown = feed(&app.guest(), "/v1/feeds/MR.rss").await;
    assert_eq!(titles(&shown), ["पाऊस"]);
}

#[tokio::test]
async fn a_form_that_there_is_not_is_404() {
    let app = TestApp::start().await;
    for path in [
        "/v1/feeds/en.xml",
        "/v1/feeds/en",
        "/v1/feeds/en.rss/",
        "/v1/feeds/en.RSS",
        "/v1/feeds/.rss",
        "/v1/feeds/",
        "/v1/feeds",
    ] {
        app.guest().get(path).await.problem(404, "not-found");
    }
    let answer = app.guest().post("/v1/feeds/en.rss", json!({})).await;
    assert!(answer.header("allow").contains("GET"));
    answer.problem(405, "method-not-allowed");
}

// What is sent along

#[tokio::test]
async fn a_feed_is_kept_by_caches_and_asked_for_again_by_its_tag() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    for (extension, media) in FORMATS {
        let path = format!("/v1/feeds/en.{extension}");
        let answer = app.guest().get(&path).await;
        assert_eq!(answer.header("content-language"), "en");
        assert_eq!(answer.header("surrogate-key"), "list-en site");
        assert!(answer.header("cache-control").contains("s-maxage="));
        assert!(answer.header("last-modified").ends_with(" GMT"));
        assert!(!answer.header("vary").contains("Accept-Language"));
        let etag = answer.etag();
        let again = app.guest().get_with(&path, "if-none-match", &etag).await;
        assert_eq!((again.status, again.text.as_str()), (304, ""));
        let head = Answer::of(app.guest().request("HEAD", &path)).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""));
        assert_eq!(
            (head.etag(), head.header("content-type")),
            (etag.clone(), media)
        );
        let known = admin.get(&path).await;
        assert_eq!(known.header("cache-control"), "private, no-store");
        assert_eq!(known.etag(), etag);
    }
    let path = format!("/v1/articles/{article}/translations/en");
    let before = app.guest().get("/v1/feeds/en.rss").await.etag();
    admin
        .patch(&path, json!({"title": "Snow"}))
        .await
        .check(200);
    assert_eq!(app.guest().get("/v1/feeds/en.rss").await.etag(), before);
    let publish = format!("{path}/publish");
    admin.post(&publish, json!({})).await.check(200);
    assert_ne!(app.guest().get("/v1/feeds/en.rss").await.etag(), before);
}

#[tokio::test]
async fn an_empty_feed_is_one_and_stays_the_same() {
    let app = TestApp::start().await;
    for (extension, _) in FORMATS {
        let path = format!("/v1/feeds/hi.{extension}");
        let first = app.guest().get(&path).await;
        let shown = read(&first);
        assert!(shown.entries.is_empty());
        let second = app.guest().get(&path).await;
        assert_eq!((first.etag(), &first.text), (second.etag(), &second.text));
    }
}

// What they are made of

#[tokio::test]
async fn a_hostile_headline_is_text_and_nothing_else() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let words = json!({"title": HOSTILE, "summary": HOSTILE, "body": "x"});
    let body =
        json!({"source_locale": "en", "publish": true, "authors": [HOSTILE], "translation": words});
    admin.post("/v1/articles", body).await.check(201);
    let kept = HOSTILE.replace('\u{ffff}', "\u{fffd}");
    let rss = app.guest().get("/v1/feeds/en.rss").await;
    let item = Element::read(&rss.text);
    let item = item.one("channel").one("item");
    assert_eq!(item.one("title").text, kept);
    assert_eq!(item.one("creator").text, kept);
    let html = kept
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    assert_eq!(item.one("description").text, html, "it is read as HTML");
    let atom = app.guest().get("/v1/feeds/en.atom").await;
    let entry = Element::read(&atom.text);
    let entry = entry.one("entry");
    assert_eq!(entry.one("title").text, kept);
    assert_eq!(entry.one("summary").text, kept);
    assert_eq!(entry.one("author").one("name").text, kept);
    for text in [entry.one("title"), entry.one("summary")] {
        assert!(matches!(text.attribute("type"), "" | "text"));
    }
    let json = app.guest().get("/v1/feeds/en.json").await.expect(200);
    assert_eq!(json["items"][0]["title"], HOSTILE);
    assert_eq!(json["items"][0]["content_text"], HOSTILE);
    for answer in [&rss, &atom] {
        read(answer);
        assert!(!answer.text.contains("<script"));
    }
}

#[tokio::test]
async fn rss_is_as_its_specification_has_it() {
    let app = TestApp::start_with(&SITE).await;
    rich(&app.admin()).await;
    let rss = Element::read(&app.guest().get("/v1/feeds/hi.rss").await.text);
    assert_eq!(
        (rss.name.as_str(), rss.attribute("version")),
        ("rss", "2.0")
    );
    let channel = rss.one("channel");
    for required in ["title", "description", "language", "lastBuildDate"] {
        assert!(!channel.one(required).text.is_empty(), "{required}");
    }
    // Two links: that of the site, and that of the feed.
    let links = channel.all("link");
    let own = links.iter().find(|link| !link.space.is_empty()).unwrap();
    assert_eq!(own.space, "http://www.w3.org/2005/Atom");
    assert_eq!(own.attribute("rel"), "self");
    assert_eq!(own.attribute("type"), "application/rss+xml");
    assert_eq!(
        own.attribute("href"),
        format!("{}/v1/feeds/hi.rss", app.url)
    );
    let known = [
        "title",
        "link",
        "description",
        "category",
        "guid",
        "pubDate",
    ];
    let item = channel.one("item");
    for child in &item.children {
        let expected = match child.name.as_str() {
            "creator" => "http://purl.org/dc/elements/1.1/",
            "updated" => "http://www.w3.org/2005/Atom",
            name => {
                assert!(known.contains(&name), "{name}");
                ""
            }
        };
        assert_eq!(child.space, expected, "{}", child.name);
    }
    for time in [item.one("pubDate"), channel.one("lastBuildDate")] {
        DateTime::parse_from_rfc2822(&time.text).unwrap();
    }
    DateTime::parse_from_rfc3339(&item.one("updated").text).unwrap();
}

#[tokio::test]
async fn atom_is_as_rfc_4287_has_it() {
    let app = TestApp::start_with(&SITE).await;
    rich(&app.admin()).await;
    published(&app.admin(), "By nobody").await;
    for locale in ["hi", "en"] {
        let path = format!("/v1/feeds/{locale}.atom");
        let feed = Element::read(&app.guest().get(&path).await.text);
        assert_eq!(feed.attribute("xml:lang"), locale);
        // Sections 4.1.1 and 4.1.2: each of these once, and an author somewhere above.
        assert!(!feed.one("author").one("name").text.is_empty());
        for element in [&feed, feed.one("entry")] {
            assert_eq!(element.space, "http://www.w3.org/2005/Atom");
            for required in ["id", "title", "updated"] {
                assert!(!element.one(required).text.is_empty(), "{required}");
            }
            DateTime::parse_from_rfc3339(&element.one("updated").text).unwrap();
            for link in element.all("link") {
                assert!(matches!(link.attribute("rel"), "self" | "alternate"));
                assert!(link.attribute("href").starts_with("http"));
            }
        }
        let own = feed
            .all("link")
            .into_iter()
            .find(|link| link.attribute("rel") == "self");
        assert_eq!(own.unwrap().attribute("href"), format!("{}{path}", app.url));
        DateTime::parse_from_rfc3339(&feed.one("entry").one("published").text).unwrap();
    }
}

/// What JSON Feed 1.1 says of its members: whether each is there, and what it is.
fn faults_of_json_feed(feed: &Value) -> Vec<String> {
    let mut faults = vec![];
    let mut demand = |holds: bool, what: String| {
        if !holds {
            faults.push(what);
        }
    };
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let address = |value: &Value| {
        let parsed = value.as_str().map(reqwest::Url::parse);
        parsed.is_some_and(|url| url.is_ok())
    };
    let time = |value: &Value| {
        let parsed = value.as_str().map(DateTime::parse_from_rfc3339);
        parsed.is_some_and(|time| time.is_ok())
    };
    let objects = |value: &Value| {
        let items = value.as_array().cloned();
        items.is_some_and(|items| items.iter().all(Value::is_object))
    };
    demand(
        feed["version"] == "https://jsonfeed.org/version/1.1",
        "version".into(),
    );
    demand(text(&feed["title"]), "title".into());
    demand(objects(&feed["items"]), "items".into());
    for (name, value) in feed.as_object().unwrap() {
        let holds = match name.as_str() {
            "home_page_url" | "feed_url" => address(value),
            "description" | "language" => text(value),
            "version" | "title" | "items" => true,
            _ => false,
        };
        demand(holds, name.clone());
    }
    for item in feed["items"].as_array().into_iter().flatten() {
        demand(text(&item["id"]), "id".into());
        demand(item["content_text"].is_string(), "content_text".into());
        for (name, value) in item.as_object().unwrap() {
            let holds = match name.as_str() {
                "url" | "image" => address(value),
                "id" | "title" | "language" => text(value),
                "content_text" | "summary" => value.is_string(),
                "date_published" | "date_modified" => time(value),
                "authors" => {
                    objects(value)
                        && value
                            .as_array()
                            .unwrap()
                            .iter()
                            .all(|author| text(&author["name"]))
                }
                "tags" => value.as_array().is_some_and(|tags| tags.iter().all(text)),
                _ => false,
            };
            demand(holds, format!("items: {name}"));
        }
    }
    faults
}

#[tokio::test]
async fn json_is_as_json_feed_1_1_has_it() {
    let app = TestApp::start_with(&SITE).await;
    rich(&app.admin()).await;
    published(&app.admin(), "Plain").await;
    for locale in ["hi", "en", "mr"] {
        let path = format!("/v1/feeds/{locale}.json");
        let feed = app.guest().get(&path).await.expect(200);
        assert_eq!(faults_of_json_feed(&feed), Vec::<String>::new(), "{feed}");
    }
    let feed = app.guest().get("/v1/feeds/hi.json").await.expect(200);
    let item = &feed["items"][0];
    assert_eq!(item["image"], "https://images.example/bridge.jpg?a=1&b=2");
    assert_eq!(item["authors"][0], json!({"name": "A. Deshmukh"}));
    assert_eq!(item["tags"], json!(["परिवहन"]));
    assert_eq!(item["language"], "hi");
    let plain = app.guest().get("/v1/feeds/en.json").await.expect(200);
    assert!(plain["items"][0].get("image").is_none());
    assert_ne!(
        faults_of_json_feed(&json!({"items": [{"id": ""}]})).len(),
        0
    );
}
