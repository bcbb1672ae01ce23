//! `/v1/sitemap.xml`, its parts, and `/v1/sitemap-news.xml`

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use chrono::{DateTime, Duration, Utc};
use dateline::db::Database;
use dateline::publishing::sitemap;
use reqwest::Url;
use serde_json::json;

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make::{draft, published, translate};
use crate::tree::Element;

const SITE: [&str; 2] = [
    "--site-url-template",
    "https://news.example/{locale}/{slug}?from=a&b",
];
const SITEMAP: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
const XHTML: &str = "http://www.w3.org/1999/xhtml";
const NEWS: &str = "http://www.google.com/schemas/sitemap-news/0.9";

/// The document, of which each element is in the namespace that goes with its name.
#[track_caller]
fn read(answer: &Answer) -> Element {
    answer.check(200);
    assert_eq!(answer.header("content-type"), "application/xml");
    assert!(answer.text.len() <= 50_000_000);
    let root = Element::read(&answer.text);
    check_spaces(&root);
    root
}

#[track_caller]
fn check_spaces(element: &Element) {
    let expected = match element.name.as_str() {
        "link" => XHTML,
        "news" | "publication" | "publication_date" | "title" | "name" | "language" => NEWS,
        _ => SITEMAP,
    };
    assert_eq!(element.space, expected, "{}", element.name);
    element.children.iter().for_each(check_spaces);
}

/// A time as W3C Datetime has it.
#[track_caller]
fn time(element: &Element) -> DateTime<Utc> {
    let time = DateTime::parse_from_rfc3339(&element.text);
    time.unwrap_or_else(|error| panic!("{error}: {}", element.text))
        .to_utc()
}

/// An address as sitemaps.org takes it: absolute, in ASCII, of fewer than 2,048 characters.
#[track_caller]
fn check_address(address: &str) {
    assert!(address.is_ascii() && address.len() < 2048, "{address}");
    assert_eq!(Url::parse(address).unwrap().as_str(), address);
}

/// The numbers of the parts that the index has, and when each changed.
async fn index(app: &TestApp) -> Vec<(i64, DateTime<Utc>)> {
    let root = read(&app.guest().get("/v1/sitemap.xml").await);
    assert_eq!(root.name, "sitemapindex");
    let part = |part: &Element| {
        assert_eq!(part.names(), ["loc", "lastmod"]);
        let address = &part.one("loc").text;
        check_address(address);
        let number = address
            .strip_prefix(&format!("{}/v1/sitemaps/", app.url))
            .and_then(|rest| rest.strip_suffix(".xml"));
        (number.unwrap().parse().unwrap(), time(part.one("lastmod")))
    };
    root.children
        .iter()
        .map(|child| {
            assert_eq!(child.name, "sitemap");
            part(child)
        })
        .collect()
}

/// A page's languages and their addresses.
type Languages = BTreeMap<String, String>;

/// The pages of a part, by address, as its rules have it: the order of elements, one host.
async fn part(app: &TestApp, number: i64) -> BTreeMap<String, Languages> {
    let path = format!("/v1/sitemaps/{number}.xml");
    let root = read(&app.guest().get(&path).await);
    assert_eq!(root.name, "urlset");
    assert!((1..=50_000).contains(&root.children.len()));
    let mut pages = BTreeMap::new();
    for url in &root.children {
        assert_eq!(url.name, "url");
        assert_eq!(url.names()[..2], ["loc", "lastmod"]);
        assert!(url.names()[2..].iter().all(|name| *name == "link"));
        time(url.one("lastmod"));
        let mut languages = Languages::new();
        for link in url.all("link") {
            assert_eq!(link.attribute("rel"), "alternate");
            assert_eq!(link.attributes.len(), 3);
            let (language, address) = (link.attribute("hreflang"), link.attribute("href"));
            check_address(address);
            let twice = languages.insert(language.to_owned(), address.to_owned());
            assert_eq!(twice, None, "{language} twice");
        }
        let address = &url.one("loc").text;
        check_address(address);
        let twice = pages.insert(address.clone(), languages);
        assert!(twice.is_none(), "{address} twice");
    }
    let host = |address: &String| Url::parse(address).unwrap().host_str().unwrap().to_owned();
    let hosts: BTreeSet<String> = pages.keys().map(host).collect();
    assert_eq!(hosts.len(), 1);
    pages
}

/// All pages of all parts.
async fn pages(app: &TestApp) -> BTreeMap<String, Languages> {
    let mut all = BTreeMap::new();
    for (number, _) in index(app).await {
        for (address, languages) in part(app, number).await {
            assert!(all.insert(address, languages).is_none());
        }
    }
    all
}

/// Every page names itself, and each page that it names has the same languages as it has.
#[track_caller]
fn is_reciprocal(pages: &BTreeMap<String, Languages>) {
    for (address, languages) in pages {
        assert!(
            languages.values().any(|other| other == address),
            "{address}"
        );
        for other in languages.values() {
            assert_eq!(pages.get(other), Some(languages), "{address} {other}");
        }
    }
}

fn at(locale: &str, slug: &str) -> String {
    format!("https://news.example/{locale}/{slug}?from=a&b")
}

async fn act(admin: &Client, article: &str, locale: &str, action: &str) {
    let path = format!("/v1/articles/{article}/translations/{locale}/{action}");
    admin.post(&path, json!({})).await.check(200);
}

async fn enable(admin: &Client, locale: &str, enabled: bool) {
    let path = format!("/v1/locales/{locale}");
    let known = admin.get(&path).await.expect(200);
    let body = json!({"enabled": enabled, "fallbacks": known["fallbacks"]});
    admin.put(&path, body).await.check(200);
}

// The index and its parts

#[tokio::test]
async fn the_sitemap_is_an_index_even_of_nothing() {
    let app = TestApp::start().await;
    assert!(index(&app).await.is_empty());
    draft(&app.admin(), "Nobody sees it").await;
    assert!(index(&app).await.is_empty());
    for unknown in [
        "1",
        "2",
        "0",
        "-1",
        "01",
        "1000000000000",
        "99999999999999999999",
        "x",
        "1.0",
    ] {
        let path = format!("/v1/sitemaps/{unknown}.xml");
        app.guest().get(&path).await.problem(404, "not-found");
    }
    for path in [
        "/v1/sitemaps/1",
        "/v1/sitemaps/1.json",
        "/v1/sitemaps",
        "/v1/sitemaps/.xml",
    ] {
        app.guest().get(path).await.problem(404, "not-found");
    }
    let answer = app.guest().get("/v1/sitemap.xml?n=1").await;
    answer.problem(400, "invalid-parameter");
}

#[tokio::test]
async fn a_page_names_all_languages_of_its_article() {
    let app = TestApp::start_with(&SITE).await;
    let admin = app.admin();
    let rain = published(&admin, "Rain").await;
    translate(&admin, &rain, "mr", "पाऊस").await;
    published(&admin, "Alone").await;
    let shown = pages(&app).await;
    is_reciprocal(&shown);
    let expected = [
        at("en", "alone"),
        at("en", "rain"),
        at("mr", "%E0%A4%AA%E0%A4%BE%E0%A4%8A%E0%A4%B8"),
    ];
    assert_eq!(
        shown.keys().collect::<Vec<_>>(),
        expected.iter().collect::<Vec<_>>()
    );
    let languages: Vec<&String> = shown[&expected[1]].keys().collect();
    assert_eq!(languages, ["en", "mr"]);
    assert_eq!(shown[&expected[0]].len(), 1, "itself");
    // One more language, and one less, is on all pages of the article.
    translate(&admin, &rain, "hi", "वर्षा").await;
    let shown = pages(&app).await;
    is_reciprocal(&shown);
    assert_eq!(shown[&expected[1]].len(), 3);
    act(&admin, &rain, "mr", "unpublish").await;
    let shown = pages(&app).await;
    is_reciprocal(&shown);
    assert_eq!(shown.len(), 3);
    assert_eq!(shown[&expected[1]].keys().collect::<Vec<_>>(), ["en", "hi"]);
    // What goes to the trash goes from here, and comes back from there.
    admin
        .delete(&format!("/v1/articles/{rain}"))
        .await
        .check(204);
    assert_eq!(pages(&app).await.len(), 1);
    let restore = format!("/v1/articles/{rain}/restore");
    admin.post(&restore, json!({})).await.check(200);
    let shown = pages(&app).await;
    is_reciprocal(&shown);
    assert_eq!(shown.len(), 3);
}

#[tokio::test]
async fn a_disabled_language_is_neither_a_page_nor_an_alternate() {
    let app = TestApp::start_with(&SITE).await;
    let admin = app.admin();
    let rain = published(&admin, "Rain").await;
    translate(&admin, &rain, "hi", "वर्षा").await;
    let before = index(&app).await;
    enable(&admin, "hi", false).await;
    let shown = pages(&app).await;
    assert_eq!(shown.len(), 1);
    is_reciprocal(&shown);
    assert!(index(&app).await[0].1 >= before[0].1, "it is another file");
    act(&admin, &rain, "en", "unpublish").await;
    assert!(index(&app).await.is_empty());
    let answer = app.guest().get("/v1/sitemaps/1.xml").await;
    answer.problem(404, "not-found");
    enable(&admin, "hi", true).await;
    assert_eq!(pages(&app).await.len(), 1);
}

/// Puts the next edition at this position.
async fn go_on_at(app: &TestApp, position: i64) {
    let set = format!("alter table sitemap_entries alter column position restart with {position}");
    app.sql().await.batch_execute(&set).await.unwrap();
}

#[tokio::test]
async fn an_edition_stays_in_its_part() {
    let app = TestApp::start_with(&SITE).await;
    let admin = app.admin();
    let first = published(&admin, "First").await;
    go_on_at(&app, 1000).await;
    published(&admin, "Last of one").await;
    let second = published(&admin, "Second").await;
    translate(&admin, &second, "hi", "दूसरा").await;
    go_on_at(&app, 5001).await;
    published(&admin, "Sixth").await;
    let numbers = |parts: &[(i64, DateTime<Utc>)]| -> Vec<i64> {
        parts.iter().map(|(number, _)| *number).collect()
    };
    let parts = index(&app).await;
    assert_eq!(numbers(&parts), [1, 2, 6]);
    assert_eq!(part(&app, 1).await.len(), 2);
    assert_eq!(part(&app, 2).await.len(), 2);
    assert_eq!(part(&app, 6).await.len(), 1);
    let answer = app.guest().get("/v1/sitemaps/3.xml").await;
    answer.problem(404, "not-found");
    is_reciprocal(&pages(&app).await);
    // A correction, a new language and a new slug leave it where it is, and say that the file changed.
    let path = format!("/v1/articles/{second}/translations/en");
    let change = json!({"title": "Second, corrected", "slug": "corrected"});
    admin.patch(&path, change).await.check(200);
    act(&admin, &second, "en", "publish").await;
    assert!(part(&app, 2).await.contains_key(&at("en", "corrected")));
    let changed = index(&app).await;
    assert_eq!(numbers(&changed), [1, 2, 6]);
    translate(&admin, &second, "mr", "दुसरा").await;
    assert_eq!(part(&app, 2).await.len(), 2);
    assert_eq!(part(&app, 6).await.len(), 2);
    assert!(
        part(&app, 2)
            .await
            .values()
            .all(|languages| languages.len() == 3)
    );
    // One that comes back is the last to come.
    act(&admin, &first, "en", "unpublish").await;
    act(&admin, &first, "en", "publish").await;
    assert!(part(&app, 6).await.contains_key(&at("en", "first")));
    assert!(!part(&app, 1).await.contains_key(&at("en", "first")));
}

#[tokio::test]
async fn the_index_says_when_a_part_last_changed() {
    let app = TestApp::start_with(&SITE).await;
    let admin = app.admin();
    let first = published(&admin, "First").await;
    go_on_at(&app, 1001).await;
    let second = published(&admin, "Second").await;
    let sql = app.sql().await;
    let age = "update sitemap_changes set changed_at = '2020-01-01Z'; update locales set updated_at = '2020-01-01Z'";
    let old: DateTime<Utc> = "2020-01-01T00:00:00Z".parse().unwrap();
    let old = |parts: Vec<(i64, DateTime<Utc>)>| -> Vec<bool> {
        parts.iter().map(|(_, changed)| *changed == old).collect()
    };
    sql.batch_execute(age).await.unwrap();
    assert_eq!(old(index(&app).await), [true, true]);
    // What is not in the file does not change it.
    let path = format!("/v1/articles/{first}");
    let change = json!({"authors": ["A. Deshmukh"], "metadata": {"desk": "city"}});
    admin.patch(&path, change).await.check(200);
    let draft = format!("{path}/translations/en");
    admin
        .patch(&draft, json!({"title": "Draft"}))
        .await
        .check(200);
    assert_eq!(old(index(&app).await), [true, true]);
    act(&admin, &first, "en", "publish").await;
    assert_eq!(old(index(&app).await), [false, true]);
    // Another language is on the page of each.
    sql.batch_execute(age).await.unwrap();
    translate(&admin, &first, "hi", "पहला").await;
    assert_eq!(old(index(&app).await), [false, false]);
    sql.batch_execute(age).await.unwrap();
    act(&admin, &first, "hi", "unpublish").await;
    assert_eq!(old(index(&app).await), [false, false]);
    // So does the other one's disappearance, and folding forgets nothing.
    sql.batch_execute(age).await.unwrap();
    act(&admin, &second, "en", "unpublish").await;
    act(&admin, &second, "en", "publish").await;
    let before = index(&app).await;
    assert_eq!(old(index(&app).await), [true, false]);
    let db = Database::new(&app.database_url, 1).unwrap();
    for _ in 0..2 {
        let fold = db.write(async |conn| sitemap::fold_changes(conn).await);
        fold.await.unwrap();
        assert_eq!(index(&app).await, before);
    }
    let rows = sql
        .query_one(
            "select count(*), count(distinct block) from sitemap_changes",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(rows.get::<_, i64>(0), rows.get::<_, i64>(1));
}

#[tokio::test]
async fn parts_are_smaller_where_there_are_many_languages() {
    // Positions are moved on behind the service's back.
    let app = TestApp::start_with(&[&SITE[..], &["--cache-mb", "0"]].concat()).await;
    let admin = app.admin();
    published(&admin, "First").await;
    go_on_at(&app, 201).await;
    published(&admin, "Second").await;
    go_on_at(&app, 1001).await;
    let third = published(&admin, "Third").await;
    translate(&admin, &third, "hi", "तीसरा").await;
    let add = "insert into locales (code, name, native_name, direction) \
        select 'x' || chr(97 + n / 26) || chr(97 + n % 26), 'n', 'n', 'ltr' from generate_series(0, $1::int) as n on conflict do nothing";
    let sql = app.sql().await;
    let numbers = async || -> Vec<i64> {
        let parts = index(&app).await;
        parts.iter().map(|(number, _)| *number).collect()
    };
    assert_eq!(numbers().await, [1, 2]);
    sql.execute(add, &[&29]).await.unwrap();
    assert_eq!(numbers().await, [1, 2, 6]);
    is_reciprocal(&pages(&app).await);
    assert_eq!(pages(&app).await.len(), 4);
    sql.execute(add, &[&299]).await.unwrap();
    assert_eq!(numbers().await, [1, 11, 51]);
    assert_eq!(part(&app, 51).await.len(), 2);
    is_reciprocal(&pages(&app).await);
    assert_eq!(pages(&app).await.len(), 4);
}

#[tokio::test]
async fn a_sitemap_is_kept_by_caches_until_a_list_changes() {
    let app = TestApp::start_with(&SITE).await;
    let admin = app.admin();
    published(&admin, "Rain").await;
    let paths = [
        "/v1/sitemap.xml",
        "/v1/sitemaps/1.xml",
        "/v1/sitemap-news.xml",
    ];
    for path in paths {
        let answer = app.guest().get(path).await;
        assert_eq!(answer.header("surrogate-key"), "list site", "{path}");
        assert!(answer.header("cache-control").contains("s-maxage="));
        assert!(!answer.header("vary").contains("Accept-Language"));
        let etag = answer.etag();
        let again = app.guest().get_with(path, "if-none-match", &etag).await;
        assert_eq!((again.status, again.text.as_str()), (304, ""));
        let head = Answer::of(app.guest().request("HEAD", path)).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""));
        assert_eq!(head.etag(), etag);
        let answer = app.guest().post(path, json!({})).await;
        answer.problem(405, "method-not-allowed");
    }
}

// The news

/// The news: address, language and headline of each, newest first.
async fn news(app: &TestApp, name: &str) -> Vec<(String, String, String)> {
    let root = read(&app.guest().get("/v1/sitemap-news.xml").await);
    assert_eq!(root.name, "urlset");
    assert!(root.children.len() <= 1000);
    let mut last: Option<DateTime<Utc>> = None;
    let mut found = vec![];
    for url in &root.children {
        assert_eq!(url.names(), ["loc", "news"]);
        check_address(&url.one("loc").text);
        let news = url.one("news");
        assert_eq!(news.names(), ["publication", "publication_date", "title"]);
        let publication = news.one("publication");
        assert_eq!(publication.names(), ["name", "language"]);
        assert_eq!(publication.one("name").text, name);
        let published = time(news.one("publication_date"));
        assert!(last.is_none_or(|last| published <= last));
        assert!(published > Utc::now() - Duration::hours(49));
        last = Some(published);
        let text = |element: &Element, name: &str| element.one(name).text.clone();
        found.push((
            text(url, "loc"),
            text(publication, "language"),
            text(news, "title"),
        ));
    }
    found
}

/// Lets an edition have come to readers so many minutes ago.
async fn came(app: &TestApp, article: &str, locale: &str, minutes: i32) {
    let set = "update translations set first_published_at = now() - make_interval(mins => $3) \
        where article_id = $1::text::uuid and locale = $2";
    let changed = app
        .sql()
        .await
        .execute(set, &[&article, &locale, &minutes])
        .await
        .unwrap();
    assert_eq!(changed, 1);
}

#[tokio::test]
async fn news_are_what_came_within_two_days() {
    let app = TestApp::start_with(&SITE).await;
    let admin = app.admin();
    assert!(news(&app, "news.example").await.is_empty());
    let old = published(&admin, "Old").await;
    let middle = published(&admin, "Middle").await;
    let new = published(&admin, "New").await;
    translate(&admin, &old, "hi", "नया अनुवाद").await;
    draft(&admin, "Draft").await;
    came(&app, &old, "en", 48 * 60 + 1).await;
    came(&app, &middle, "en", 48 * 60 - 1).await;
    came(&app, &new, "en", 10).await;
    came(&app, &old, "hi", 5).await;
    let titles = async || -> Vec<String> {
        let news = news(&app, "news.example").await;
        news.into_iter().map(|(_, _, title)| title).collect()
    };
    assert_eq!(titles().await, ["नया अनुवाद", "New", "Middle"]);
    // A correction of the old one makes no news of it, nor does its coming back.
    let path = format!("/v1/articles/{old}/translations/en");
    admin
        .patch(&path, json!({"title": "Old, corrected"}))
        .await
        .check(200);
    act(&admin, &old, "en", "publish").await;
    act(&admin, &old, "en", "unpublish").await;
    act(&admin, &old, "en", "publish").await;
    assert_eq!(titles().await, ["नया अनुवाद", "New", "Middle"]);
    enable(&admin, "hi", false).await;
    assert_eq!(titles().await, ["New", "Middle"]);
    act(&admin, &new, "en", "unpublish").await;
    assert_eq!(titles().await, ["Middle"]);
    admin
        .delete(&format!("/v1/articles/{middle}"))
        .await
        .check(204);
    assert!(titles().await.is_empty());
}

#[tokio::test]
async fn news_say_who_publishes_them_and_in_what_language() {
    let name = "Konkan & Coast <Post>";
    let settings = [SITE[0], SITE[1], "--site-name", name];
    let app = TestApp::start_with(&settings).await;
    let admin = app.admin();
    admin.put("/v1/locales/pt-BR", json!({})).await.check(201);
    let title = "]]> <script>alert(1)</script> & 'पुल' 🌉 \u{fffe}";
    let rain = published(&admin, title).await;
    translate(&admin, &rain, "pt-BR", "Chuva").await;
    let found = news(&app, name).await;
    let expected = [
        (at("pt-BR", "chuva"), "pt", "Chuva".to_owned()),
        (
            at("en", "script-alert-1-script-%E0%A4%AA%E0%A5%81%E0%A4%B2"),
            "en",
            title.replace('\u{fffe}', "\u{fffd}"),
        ),
    ];
    let expected = expected.map(|(address, language, title)| (address, language.to_owned(), title));
    assert_eq!(found, expected);
}

#[tokio::test]
async fn there_are_at_most_a_thousand_news() {
    let app = TestApp::start_with(&SITE).await;
    let article = published(&app.admin(), "Rain").await;
    let copy = "insert into articles (id, source_locale) \
            select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'en' from generate_series(1, 1100) as n; \
        insert into slugs (locale, slug, article_id) \
            select 'en', 'copy-' || n, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid from generate_series(1, 1100) as n; \
        insert into translations (article_id, locale, slug, title, status, revision, version, published_revision, \
                published_at, first_published_at, republished_at, source_locale) \
            select s.article_id, 'en', s.slug, s.slug, 'published', 1, 1, 1, now(), \
                now() - make_interval(secs => substr(s.slug, 6)::int), now(), 'en' from slugs s where s.slug like 'copy-%'; \
        insert into revisions (article_id, locale, number, slug, title, excerpt, body, word_count, digest) \
            select article_id, 'en', 1, slug, slug, '', '', 0, '' from translations where slug like 'copy-%'; \
        insert into editions select t.article_id, 'en', 'en', t.slug, t.title, '{}', t.published_at, t.republished_at, \
                e.comments_open, e.comments_close_at, e.comments_threads, e.item, e.body, e.tags, \
                json_build_array(json_build_array('en', t.slug, t.title, ''))::text, '', '' \
            from translations t cross join editions e where t.slug like 'copy-%' and e.slug = 'rain'";
    app.sql()
        .await
        .batch_execute(&format!("begin; {copy}; commit"))
        .await
        .unwrap();
    let found = news(&app, "news.example").await;
    assert_eq!(found.len(), 1000);
    assert_eq!(found[0].2, "Rain", "{article}");
    assert_eq!(found[999].2, "copy-999");
    // They are in two parts, each of at most a thousand.
    assert_eq!(part(&app, 1).await.len(), 1000);
    assert_eq!(part(&app, 2).await.len(), 101);
    is_reciprocal(&pages(&app).await);
}

// As an XML parser of others reads it

#[tokio::test]
async fn other_parsers_take_what_is_written() {
    if Command::new("xmllint").arg("--version").output().is_err() {
        println!("skipped: xmllint is not installed (libxml2-utils)");
        return;
    }
    let app = TestApp::start_with(&SITE).await;
    let admin = app.admin();
    let rain = published(&admin, "]]> <script> & 'पुल' 🌉 \u{ffff}").await;
    translate(&admin, &rain, "hi", "वर्षा").await;
    let file = std::env::temp_dir().join(format!("{}.xml", uuid::Uuid::now_v7()));
    for path in [
        "/v1/sitemap.xml",
        "/v1/sitemaps/1.xml",
        "/v1/sitemap-news.xml",
        "/v1/feeds/en.rss",
        "/v1/feeds/en.atom",
    ] {
        std::fs::write(&file, app.guest().get(path).await.text).unwrap();
        let run = Command::new("xmllint").arg("--noout").arg(&file).output();
        let run = run.unwrap();
        let told = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(run.status.success() && told.is_empty(), "{path}: {told}");
    }
    std::fs::remove_file(&file).unwrap();
}
