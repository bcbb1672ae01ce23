//! What happens by itself at its time: when, once, and together, whatever else goes on.
//!
//! Times are set and measured by the database's clock. A test never waits for so long, but for what is to
//! happen, or for another article whose time is later: when that is out, the earlier ones were dealt with.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_postgres::types::ToSql;

use crate::app::{TestApp, connect};
use crate::cli::Fresh;
use crate::client::{Answer, Client, faults};
use crate::make::{draft, id, published, translate};
use crate::process::{Folder, Process, signal};

const LATER: &str = "2100-01-01T00:00:00Z";

fn at(article: &str, locale: &str) -> String {
    format!("/v1/articles/{article}/translations/{locale}")
}

/// A look behind the scenes.
struct Desk(tokio_postgres::Client);

impl Desk {
    async fn of(app: &TestApp) -> Desk {
        Desk(app.sql().await)
    }

    async fn text(&self, query: &str, values: &[&(dyn ToSql + Sync)]) -> String {
        self.0.query_one(query, values).await.unwrap().get(0)
    }

    /// The time in so many milliseconds.
    async fn soon(&self, milliseconds: f64) -> String {
        let query = "select to_char((clock_timestamp() + make_interval(secs => $1)) at time zone 'utc', \
            'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
        self.text(query, &[&(milliseconds / 1000.0)]).await
    }

    /// Whether it is so late by now.
    async fn is_past(&self, time: &str) -> bool {
        let query = "select clock_timestamp() >= $1::text::timestamptz";
        self.0.query_one(query, &[&time]).await.unwrap().get(0)
    }

    /// Waits until it is so late, or so many milliseconds later or earlier.
    async fn wait_until(&self, time: &str, milliseconds: f64) {
        let query = "select pg_sleep(greatest(0, \
            extract(epoch from $1::text::timestamptz - clock_timestamp())::float8 + $2::float8))::text";
        self.text(query, &[&time, &(milliseconds / 1000.0)]).await;
    }

    /// What has happened to an article's translation by way of publication, in order: types and data.
    async fn happened(&self, article: &str, locale: &str) -> Vec<(String, Value)> {
        let query = "select type, data::text from events where article_id = $1::text::uuid and locale = $2 \
            and type in ('translation.published', 'translation.unpublished', 'translation.archived', \
                'translation.reopened') order by id";
        let rows = self.0.query(query, &[&article, &locale]).await.unwrap();
        rows.iter()
            .map(|row| {
                let data = serde_json::from_str(row.get(1)).unwrap();
                (
                    row.get::<_, String>(0)["translation.".len()..].to_owned(),
                    data,
                )
            })
            .collect()
    }

    /// The types alone.
    async fn kinds(&self, article: &str, locale: &str) -> Vec<String> {
        let happened = self.happened(article, locale).await;
        happened.into_iter().map(|(kind, _)| kind).collect()
    }

    /// The last event of this type came within the second after this time, and not before it.
    async fn was_in_time(&self, kind: &str, article: &str, locale: &str, time: &str) {
        let late = self.lateness(kind, article, locale, time).await;
        assert!((0.0..=1.0).contains(&late), "{kind}: {late} s late");
    }

    /// How many seconds after this time the last event of this type came.
    async fn lateness(&self, kind: &str, article: &str, locale: &str, time: &str) -> f64 {
        let query = "select extract(epoch from occurred_at - $1::text::timestamptz)::float8 from events \
            where type = 'translation.' || $2 and article_id = $3::text::uuid and locale = $4 order by id desc";
        let row = self
            .0
            .query(query, &[&time, &kind, &article, &locale])
            .await;
        row.unwrap().first().unwrap().get(0)
    }
}

/// Asks again until it is so.
async fn eventually(what: &str, holds: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds().await {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until something has happened to a translation.
async fn wait_for(desk: &Desk, kind: &str, article: &str, locale: &str) {
    let what = format!("{kind} in {locale}");
    eventually(&what, async || {
        desk.kinds(article, locale)
            .await
            .iter()
            .any(|known| known == kind)
    })
    .await;
}

/// Publishes at a time, or for so long.
async fn publish(admin: &Client, article: &str, locale: &str, times: Value) -> Value {
    let path = format!("{}/publish", at(article, locale));
    admin.post(&path, times).await.expect(200)
}

async fn act(admin: &Client, article: &str, locale: &str, action: &str) -> Answer {
    let path = format!("{}/{action}", at(article, locale));
    admin.post(&path, json!({})).await
}

async fn copy(admin: &Client, article: &str, locale: &str) -> Value {
    admin.get(&at(article, locale)).await.expect(200)
}

async fn seen(guest: &Client, article: &str, locale: &str) -> Answer {
    let path = format!("/v1/articles/{article}?locale={locale}");
    guest.get(&path).await
}

/// The state of a working copy: status, whether readers have it, and its times.
fn state(copy: &Value) -> (&str, bool, bool, bool) {
    (
        copy["status"].as_str().unwrap(),
        copy["is_published"].as_bool().unwrap(),
        copy["publish_at"].is_string(),
        copy["unpublish_at"].is_string(),
    )
}

/// Waits for an article that is published at this time, or a little later, and until nothing else is due.
async fn pass(app: &TestApp, desk: &Desk, time: &str) {
    let admin = app.admin();
    let marker = draft(&admin, "Afterwards").await;
    let query = "select to_char((greatest($1::text::timestamptz, clock_timestamp()) + interval '60 ms') \
        at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    let after = desk.text(query, &[&time]).await;
    publish(&admin, &marker, "en", json!({"publish_at": after})).await;
    wait_for(desk, "published", &marker, "en").await;
    eventually("nothing is due", async || {
        let query = "select count(*) from translations where due_at <= clock_timestamp()";
        desk.0.query_one(query, &[]).await.unwrap().get::<_, i64>(0) == 0
    })
    .await;
}

// In time

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_is_met_within_a_second_and_not_before() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let mut set = vec![];
    for number in 0..6 {
        let article = draft(&admin, &format!("Rain {number}")).await;
        let time = desk.soon(1000.0 + 70.0 * f64::from(number)).await;
        let scheduled = publish(&admin, &article, "en", json!({"publish_at": time})).await;
        assert_eq!(state(&scheduled), ("scheduled", false, true, false));
        set.push((article, time));
    }
    for (article, time) in &set {
        loop {
            let answer = seen(&app.guest(), article, "en").await;
            if answer.status == 200 {
                break;
            }
            answer.problem(404, "not-found");
        }
        assert!(desk.is_past(time).await, "readers had it too early");
        desk.was_in_time("published", article, "en", time).await;
        assert_eq!(desk.kinds(article, "en").await, ["published"]);
        let copy = copy(&admin, article, "en").await;
        assert_eq!(state(&copy), ("published", true, false, false));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edition_ends_at_its_time() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let article = draft(&admin, "Rain").await;
    let end = desk.soon(1500.0).await;
    let running = publish(&admin, &article, "en", json!({"unpublish_at": end})).await;
    assert_eq!(state(&running), ("published", true, false, true));
    let path = at(&article, "en");
    let patched = admin.patch(&path, json!({"title": "Hail"})).await;
    assert_eq!(state(&patched.expect(200)), ("draft", true, false, true));
    loop {
        let answer = seen(&app.guest(), &article, "en").await;
        if answer.status == 404 {
            break;
        }
        assert_eq!(answer.expect(200)["title"], "Rain");
    }
    assert!(desk.is_past(&end).await, "readers lost it too early");
    desk.was_in_time("unpublished", &article, "en", &end).await;
    let kinds = desk.kinds(&article, "en").await;
    assert_eq!(kinds, ["published", "unpublished"]);
    let copy = copy(&admin, &article, "en").await;
    assert_eq!(state(&copy), ("draft", false, false, false));
    assert_eq!(copy["title"], "Hail");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edition_comes_and_goes_at_its_times() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let article = draft(&admin, "Rain").await;
    let (begin, end) = (desk.soon(1000.0).await, desk.soon(1600.0).await);
    let times = json!({"publish_at": begin, "unpublish_at": end});
    let scheduled = publish(&admin, &article, "en", times).await;
    assert_eq!(state(&scheduled), ("scheduled", false, true, true));
    wait_for(&desk, "unpublished", &article, "en").await;
    desk.was_in_time("published", &article, "en", &begin).await;
    desk.was_in_time("unpublished", &article, "en", &end).await;
    assert_eq!(
        desk.kinds(&article, "en").await,
        ["published", "unpublished"]
    );
    let left = copy(&admin, &article, "en").await;
    assert_eq!(state(&left), ("draft", false, false, false));
    assert!(left["first_published_at"].is_string());
    seen(&app.guest(), &article, "en")
        .await
        .problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_is_scheduled_while_readers_keep_the_text() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let article = published(&admin, "Rain").await;
    let before = seen(&app.guest(), &article, "en").await;
    let path = at(&article, "en");
    admin
        .patch(&path, json!({"title": "Hail"}))
        .await
        .check(200);
    let time = desk.soon(1500.0).await;
    let scheduled = publish(&admin, &article, "en", json!({"publish_at": time})).await;
    assert_eq!(state(&scheduled), ("scheduled", true, true, false));
    assert_eq!(scheduled["has_unpublished_changes"], true);
    // What is due is the newest text at that time.
    admin
        .patch(&path, json!({"title": "Snow"}))
        .await
        .check(200);
    loop {
        let answer = seen(&app.guest(), &article, "en").await;
        if answer.text != before.text {
            assert_eq!(answer.expect(200)["title"], "Snow");
            break;
        }
    }
    assert!(desk.is_past(&time).await);
    desk.was_in_time("published", &article, "en", &time).await;
    let copy = copy(&admin, &article, "en").await;
    assert_eq!(state(&copy), ("published", true, false, false));
    assert_eq!(copy["has_unpublished_changes"], false);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_can_be_moved_in_both_directions() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let mut articles = vec![];
    for title in ["Earlier", "Later", "Never", "Longer", "Endless"] {
        articles.push(draft(&admin, title).await);
    }
    let [earlier, later, never, longer, endless] = [0, 1, 2, 3, 4].map(|place| &articles[place]);
    let (first, second) = (desk.soon(2500.0).await, desk.soon(3000.0).await);
    for (article, member, one, other) in [
        (earlier, "publish_at", LATER, first.as_str()),
        (later, "publish_at", &first, &second),
        (never, "publish_at", &first, LATER),
        (longer, "unpublish_at", &first, &second),
    ] {
        publish(&admin, article, "en", json!({member: one})).await;
        publish(&admin, article, "en", json!({member: other})).await;
    }
    publish(&admin, endless, "en", json!({"unpublish_at": first})).await;
    publish(&admin, endless, "en", json!({"unpublish_at": null})).await;
    assert!(
        !desk.is_past(&first).await,
        "too slow a machine to tell anything"
    );
    pass(&app, &desk, &second).await;
    desk.was_in_time("published", earlier, "en", &first).await;
    desk.was_in_time("published", later, "en", &second).await;
    desk.was_in_time("unpublished", longer, "en", &second).await;
    for (article, kinds) in [
        (earlier, &["published"][..]),
        (later, &["published"]),
        (never, &[]),
        (longer, &["published", "unpublished"]),
        (endless, &["published"]),
    ] {
        assert_eq!(desk.kinds(article, "en").await, kinds);
    }
    assert_eq!(copy(&admin, never, "en").await["publish_at"], LATER);
}

#[tokio::test]
async fn a_time_that_makes_no_sense_is_refused() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let article = draft(&admin, "Rain").await;
    let now = desk.soon(0.0).await;
    let past = "2001-01-01T00:00:00Z";
    for times in [
        json!({"publish_at": LATER, "unpublish_at": LATER}),
        json!({"publish_at": LATER, "unpublish_at": "2099-12-31T23:59:59Z"}),
        json!({"publish_at": LATER, "unpublish_at": past}),
        json!({"publish_at": null, "unpublish_at": past}),
        json!({"unpublish_at": now}),
    ] {
        for whole in [false, true] {
            let path = match whole {
                true => format!("/v1/articles/{article}/publish"),
                false => format!("{}/publish", at(&article, "en")),
            };
            let mut body = times.clone();
            if whole {
                body["locales"] = json!(["en"]);
            }
            let refused = admin.post(&path, body).await;
            let problem = refused.problem(422, "validation-failed");
            assert_eq!(faults(&problem)[0].0, "/unpublish_at", "{times}");
        }
    }
    for times in [
        json!({"publish_at": "tomorrow"}),
        json!({"publish_at": 5}),
        json!({"publish_at": "2100-01-01T00:00:00"}),
        json!({"publish_on": LATER}),
    ] {
        let refused = admin
            .post(&format!("{}/publish", at(&article, "en")), times.clone())
            .await;
        refused.problem(422, "validation-failed");
    }
    let left = copy(&admin, &article, "en").await;
    assert_eq!(state(&left), ("draft", false, false, false));
    let published = publish(&admin, &article, "en", json!({"publish_at": past})).await;
    assert_eq!(state(&published), ("published", true, false, false));
    assert_ne!(published["published_at"], past, "it is published now");
    // An end that was set before counts too.
    publish(&admin, &article, "en", json!({"unpublish_at": LATER})).await;
    let refused = admin
        .post(
            &format!("{}/publish", at(&article, "en")),
            json!({"publish_at": "2100-01-02T00:00:00Z"}),
        )
        .await;
    refused.problem(422, "validation-failed");
}

// Off again

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schedule_that_is_taken_off_does_not_happen() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let mut articles = vec![];
    for title in ["Reopened", "Archived", "Trashed", "Erased", "Rejected"] {
        articles.push(draft(&admin, title).await);
    }
    let unpublished = published(&admin, "Unpublished").await;
    let deleted = published(&admin, "Deleted").await;
    let words = json!({"title": "हटाया", "body": "शब्द"});
    admin.put(&at(&deleted, "hi"), words).await.check(201);
    let time = desk.soon(3000.0).await;
    let times = || json!({"publish_at": time});
    for article in articles.iter().chain([&unpublished]) {
        publish(&admin, article, "en", times()).await;
    }
    publish(&admin, &deleted, "hi", times()).await;
    let [reopened, archived, trashed, erased, both] = [0, 1, 2, 3, 4].map(|place| &articles[place]);
    act(&admin, reopened, "en", "reopen").await.check(200);
    act(&admin, archived, "en", "archive").await.check(200);
    act(&admin, both, "en", "archive").await.check(200);
    act(&admin, both, "en", "reopen").await.check(200);
    act(&admin, &unpublished, "en", "unpublish")
        .await
        .check(200);
    admin.delete(&at(&deleted, "hi")).await.check(204);
    admin
        .delete(&format!("/v1/articles/{trashed}"))
        .await
        .check(204);
    admin
        .delete(&format!("/v1/articles/{erased}?permanent=true"))
        .await
        .check(204);
    assert!(
        !desk.is_past(&time).await,
        "too slow a machine to tell anything"
    );
    pass(&app, &desk, &time).await;
    for (article, locale, kinds) in [
        (reopened, "en", &["reopened"][..]),
        (archived, "en", &["archived"]),
        (both, "en", &["archived", "reopened"]),
        (&unpublished, "en", &["published", "unpublished"]),
        (&deleted, "hi", &[]),
        (trashed, "en", &[]),
        (erased, "en", &[]),
    ] {
        assert_eq!(desk.kinds(article, locale).await, kinds);
        seen(&app.guest(), article, locale).await.check(404);
    }
    for (article, status) in [
        (reopened, "draft"),
        (archived, "archived"),
        (both, "draft"),
        (&unpublished, "draft"),
    ] {
        let copy = copy(&admin, article, "en").await;
        assert_eq!(state(&copy), (status, false, false, false));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passed_in_the_trash_did_not_happen() {
    let app = TestApp::start().await;
    let (admin, guest, desk) = (app.admin(), app.guest(), Desk::of(&app).await);
    let fresh = draft(&admin, "Fresh").await;
    let corrected = published(&admin, "Corrected").await;
    let ended = draft(&admin, "Ended").await;
    let waiting = draft(&admin, "Waiting").await;
    let limited = draft(&admin, "Limited").await;
    admin
        .patch(&at(&corrected, "en"), json!({"title": "Better"}))
        .await
        .check(200);
    let time = desk.soon(3000.0).await;
    publish(&admin, &fresh, "en", json!({"publish_at": time})).await;
    publish(&admin, &corrected, "en", json!({"publish_at": time})).await;
    publish(&admin, &ended, "en", json!({"unpublish_at": time})).await;
    publish(&admin, &waiting, "en", json!({"publish_at": LATER})).await;
    let times = json!({"publish_at": time, "unpublish_at": LATER});
    publish(&admin, &limited, "en", times).await;
    let all = [&fresh, &corrected, &ended, &waiting, &limited];
    for article in all {
        let path = format!("/v1/articles/{article}");
        admin.delete(&path).await.check(204);
    }
    assert!(
        !desk.is_past(&time).await,
        "too slow a machine to tell anything"
    );
    pass(&app, &desk, &time).await;
    for article in all {
        let path = format!("/v1/articles/{article}/restore");
        admin.post(&path, json!({})).await.check(200);
    }
    pass(&app, &desk, &time).await;
    for (article, expected, readers) in [
        (&fresh, ("draft", false, false, false), None),
        (&corrected, ("draft", true, false, false), Some("Corrected")),
        (&ended, ("draft", false, false, false), None),
        (&waiting, ("scheduled", false, true, false), None),
        (&limited, ("draft", false, false, false), None),
    ] {
        let copy = copy(&admin, article, "en").await;
        assert_eq!(state(&copy), expected, "{copy}");
        let answer = seen(&guest, article, "en").await;
        match readers {
            Some(title) => assert_eq!(answer.expect(200)["title"], title),
            None => {
                answer.problem(404, "not-found");
            }
        }
    }
    // What is yet to come still comes.
    let time = desk.soon(300.0).await;
    publish(&admin, &waiting, "en", json!({"publish_at": time})).await;
    let path = format!("/v1/articles/{waiting}");
    admin.delete(&path).await.check(204);
    admin
        .post(&format!("{path}/restore"), json!({}))
        .await
        .check(200);
    if copy(&admin, &waiting, "en").await["status"] != "draft" {
        wait_for(&desk, "published", &waiting, "en").await;
    }
}

// Together

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn languages_scheduled_together_appear_at_one_instant() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let article = trilingual(&admin, "Rain").await;
    let time = desk.soon(1000.0).await;
    let body = json!({"locales": ["en", "hi", "mr"], "publish_at": time});
    let path = format!("/v1/articles/{article}/publish");
    admin.post(&path, body).await.check(200);
    for locale in ["en", "hi", "mr"] {
        let copy = copy(&admin, &article, locale).await;
        assert_eq!(state(&copy), ("scheduled", false, true, false));
    }
    wait_for(&desk, "published", &article, "mr").await;
    let mut times = vec![];
    for locale in ["en", "hi", "mr"] {
        desk.was_in_time("published", &article, locale, &time).await;
        assert_eq!(desk.kinds(&article, locale).await, ["published"]);
        let edition = seen(&app.guest(), &article, locale).await.expect(200);
        assert_eq!(edition["translations"].as_array().unwrap().len(), 3);
        times.push(edition["published_at"].clone());
    }
    assert_eq!(times[0], times[1]);
    assert_eq!(times[1], times[2]);
    let together = "select count(distinct transaction)::text from events \
        where article_id = $1::text::uuid and type = 'translation.published'";
    assert_eq!(desk.text(together, &[&article]).await, "1");
}

/// An article in three languages, none of them published.
async fn trilingual(admin: &Client, title: &str) -> String {
    let article = draft(admin, title).await;
    for locale in ["hi", "mr"] {
        let words = json!({"title": format!("{title} {locale}"), "body": "शब्द"});
        admin.put(&at(&article, locale), words).await.check(201);
    }
    article
}

/// Reads all languages one after the other until all are there: none that was there before makes one
/// behind it missing.
async fn read_until_there(guest: Client, article: String) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let mut statuses = vec![];
        for locale in ["en", "hi", "mr"] {
            statuses.push(seen(&guest, &article, locale).await.status);
        }
        assert!(
            statuses.is_sorted_by_key(|status| *status == 200),
            "{statuses:?}"
        );
        if statuses[0] == 200 {
            return;
        }
        assert!(Instant::now() < deadline);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_never_see_some_languages_and_not_the_others() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    for round in 0..10 {
        let article = trilingual(&admin, &format!("Round {round}")).await;
        let mut readers = JoinSet::new();
        for _ in 0..2 {
            readers.spawn(read_until_there(app.guest(), article.clone()));
        }
        let publish_at = match round % 2 {
            0 => Value::Null,
            _ => json!(desk.soon(120.0).await),
        };
        let body = json!({"locales": ["mr", "en", "hi"], "publish_at": publish_at});
        let path = format!("/v1/articles/{article}/publish");
        admin.post(&path, body).await.check(200);
        readers.join_all().await;
    }
}

// Once

/// So many articles, all due at the time that is given with them.
async fn many(admin: &Client, desk: &Desk, number: usize) -> (String, Vec<String>) {
    let mut articles = vec![];
    for place in 0..number {
        articles.push(draft(admin, &format!("Story {place}")).await);
    }
    let time = desk.soon(6000.0).await;
    let mut scheduling = JoinSet::new();
    for article in &articles {
        let (admin, article, time) = (admin.clone(), article.clone(), time.clone());
        scheduling.spawn(async move {
            publish(&admin, &article, "en", json!({"publish_at": time})).await;
        });
    }
    scheduling.join_all().await;
    assert!(
        !desk.is_past(&time).await,
        "too slow a machine to tell anything"
    );
    (time, articles)
}

/// How many of the scheduled publications have happened, and the most often that one has.
async fn happened(desk: &Desk) -> (i64, i64) {
    let query = "select count(*), coalesce(max(times), 0) from (select count(*) as times from events \
        where type = 'translation.published' group by article_id, locale) as each";
    let row = desk.0.query_one(query, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_publish_each_article_once() {
    let app = TestApp::start().await;
    let _second = app.second_node(&[]).await;
    let _third = app.second_node(&[]).await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let (time, articles) = many(&admin, &desk, 30).await;
    eventually("all are published", async || happened(&desk).await.0 == 30).await;
    pass(&app, &desk, &time).await;
    for article in &articles {
        assert_eq!(desk.kinds(article, "en").await, ["published"]);
        // How many fit into a second is a matter of the machine; none comes too early.
        assert!(desk.lateness("published", article, "en", &time).await >= 0.0);
        let copy = copy(&admin, article, "en").await;
        assert_eq!(state(&copy), ("published", true, false, false));
        seen(&app.guest(), article, "en").await.check(200);
    }
}

/// A database of processes.
struct Shared {
    database: Fresh,
    folder: Folder,
}

impl Shared {
    async fn new() -> Shared {
        Shared {
            database: Fresh::migrated().await,
            folder: Folder::new(),
        }
    }

    fn node(&self) -> Process {
        let mut command = self.database.dateline(&self.folder, &["serve"]);
        command
            .env("DATELINE_WORKERS", "1")
            .env("DATELINE_POOL_SIZE", "6");
        Process::start(command)
    }

    async fn desk(&self) -> Desk {
        Desk(connect(&self.database.url).await)
    }
}

fn bearer(node: &Process, token: &str) -> Client {
    Client::new(&node.url(), Some(token.to_owned()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_killed_at_the_moment_loses_and_doubles_nothing() {
    let shared = Shared::new().await;
    let first = shared.node();
    let token = first.tokens().remove(0);
    let (second, third) = (shared.node(), shared.node());
    let (admin, desk) = (bearer(&second, &token), shared.desk().await);
    let guest = third.guest();
    let (time, articles) = many(&admin, &desk, 60).await;
    desk.wait_until(&time, 0.0).await;
    eventually("the first is published", async || {
        happened(&desk).await.0 > 0
    })
    .await;
    assert!(signal(first.id(), "KILL"));
    first.end();
    eventually("all are published", async || happened(&desk).await.0 == 60).await;
    for article in &articles {
        let copy = copy(&admin, article, "en").await;
        assert_eq!(state(&copy), ("published", true, false, false));
        seen(&guest, article, "en").await.check(200);
    }
    assert_eq!(happened(&desk).await, (60, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn times_that_passed_while_nothing_ran_take_effect_at_the_start() {
    let shared = Shared::new().await;
    let node = shared.node();
    let token = node.tokens().remove(0);
    let (admin, desk) = (bearer(&node, &token), shared.desk().await);
    let [begun, ended, both, waiting] = [
        draft(&admin, "Begun").await,
        draft(&admin, "Ended").await,
        draft(&admin, "Both").await,
        draft(&admin, "Waiting").await,
    ];
    let (time, end) = (desk.soon(3000.0).await, desk.soon(3010.0).await);
    publish(&admin, &begun, "en", json!({"publish_at": time})).await;
    publish(&admin, &ended, "en", json!({"unpublish_at": end})).await;
    let times = json!({"publish_at": time, "unpublish_at": end});
    publish(&admin, &both, "en", times).await;
    let times = json!({"publish_at": LATER});
    publish(&admin, &waiting, "en", times).await;
    assert!(signal(node.id(), "KILL"));
    node.end();
    assert!(
        !desk.is_past(&time).await,
        "too slow a machine to tell anything"
    );
    desk.wait_until(&end, 0.0).await;
    let node = shared.node();
    let (admin, guest) = (bearer(&node, &token), node.guest());
    wait_for(&desk, "published", &begun, "en").await;
    wait_for(&desk, "unpublished", &ended, "en").await;
    wait_for(&desk, "unpublished", &both, "en").await;
    for (article, kinds, expected) in [
        (
            &begun,
            &["published"][..],
            ("published", true, false, false),
        ),
        (
            &ended,
            &["published", "unpublished"],
            ("draft", false, false, false),
        ),
        (
            &both,
            &["published", "unpublished"],
            ("draft", false, false, false),
        ),
        (&waiting, &[], ("scheduled", false, true, false)),
    ] {
        assert_eq!(desk.kinds(article, "en").await, kinds);
        let copy = copy(&admin, article, "en").await;
        assert_eq!(state(&copy), expected);
        let status = if expected.1 { 200 } else { 404 };
        seen(&guest, article, "en").await.check(status);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn times_are_kept_when_the_listener_is_lost() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let before = draft(&admin, "Before").await;
    let time = desk.soon(1000.0).await;
    publish(&admin, &before, "en", json!({"publish_at": time})).await;
    let kill = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
        where datname = current_database() and query ilike 'listen due%'";
    eventually("the listener is killed", async || {
        desk.0.query_one(kill, &[]).await.unwrap().get::<_, i64>(0) > 0
    })
    .await;
    let after = draft(&admin, "After").await;
    let later = desk.soon(1200.0).await;
    publish(&admin, &after, "en", json!({"publish_at": later})).await;
    wait_for(&desk, "published", &before, "en").await;
    wait_for(&desk, "published", &after, "en").await;
    desk.was_in_time("published", &before, "en", &time).await;
    desk.was_in_time("published", &after, "en", &later).await;
    // And what is told after that is heard again.
    let last = draft(&admin, "Last").await;
    let time = desk.soon(300.0).await;
    publish(&admin, &last, "en", json!({"publish_at": time})).await;
    wait_for(&desk, "published", &last, "en").await;
    desk.was_in_time("published", &last, "en", &time).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_cannot_be_published_keeps_no_other_from_it() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let spoilt = draft(&admin, "Spoilt").await;
    let refuse = format!(
        "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'spoilt'; end $$; \
        create trigger refuse before update on translations for each row \
            when (new.article_id = '{spoilt}' and new.status = 'published') execute function refuse();"
    );
    desk.0.batch_execute(&refuse).await.unwrap();
    let first = desk.soon(1500.0).await;
    publish(&admin, &spoilt, "en", json!({"publish_at": first})).await;
    let mut others = vec![];
    for number in 0..8 {
        let article = draft(&admin, &format!("Sound {number}")).await;
        let time = desk.soon(1500.0 + 130.0 * f64::from(number)).await;
        publish(&admin, &article, "en", json!({"publish_at": time})).await;
        others.push((article, time));
    }
    for (article, time) in &others {
        wait_for(&desk, "published", article, "en").await;
        desk.was_in_time("published", article, "en", time).await;
    }
    let waiting = copy(&admin, &spoilt, "en").await;
    assert_eq!(state(&waiting), ("scheduled", false, true, false));
    let repair = "drop trigger refuse on translations";
    desk.0.batch_execute(repair).await.unwrap();
    wait_for(&desk, "published", &spoilt, "en").await;
    seen(&app.guest(), &spoilt, "en").await.check(200);
    assert_eq!(desk.kinds(&spoilt, "en").await, ["published"]);
}

// At the very moment

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_at_the_due_moment_comes_before_or_after_it() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let actions = ["reopen", "archive", "save", "trash", "unpublish", "delete"];
    let mut articles = vec![];
    for place in 0..24 {
        let article = published(&admin, &format!("Story {place}")).await;
        let words = json!({"title": "शब्द", "body": "शब्द"});
        admin.put(&at(&article, "hi"), words).await.check(201);
        articles.push(article);
    }
    let time = desk.soon(3000.0).await;
    for article in &articles {
        publish(&admin, article, "hi", json!({"publish_at": time})).await;
    }
    let mut moves = JoinSet::new();
    for (place, article) in articles.into_iter().enumerate() {
        let (admin, own, time) = (app.admin(), Desk::of(&app).await, time.clone());
        let action = actions[place % actions.len()];
        let offset = f64::from(u32::try_from(place / actions.len()).unwrap()) * 15.0 - 5.0;
        moves.spawn(async move {
            own.wait_until(&time, offset).await;
            let path = at(&article, "hi");
            let answer = match action {
                "save" => admin.patch(&path, json!({"title": "नया"})).await,
                "trash" => admin.delete(&format!("/v1/articles/{article}")).await,
                "delete" => admin.delete(&path).await,
                action => admin.post(&format!("{path}/{action}"), json!({})).await,
            };
            (article, action, answer)
        });
    }
    let moved = moves.join_all().await;
    pass(&app, &desk, &time).await;
    for (article, action, answer) in moved {
        let happened = desk.happened(&article, "hi").await;
        let kinds: Vec<&str> = happened.iter().map(|(kind, _)| kind.as_str()).collect();
        let readers = seen(&app.guest(), &article, "hi").await;
        let told = format!("{action}: {} {}, {happened:?}", answer.status, answer.text);
        match (action, answer.status) {
            ("reopen", 200) => assert_eq!(kinds, ["reopened"], "{told}"),
            ("reopen", _) => {
                answer.problem(409, "conflict");
                assert_eq!((kinds, readers.status), (vec!["published"], 200), "{told}");
                continue;
            }
            ("unpublish", 409) => {
                // Readers did not have it yet.
                assert_eq!((kinds, readers.status), (vec!["published"], 200), "{told}");
                continue;
            }
            ("unpublish", _) => assert_eq!(kinds, ["published", "unpublished"], "{told}"),
            ("archive", _) => {
                answer.check(200);
                assert!(
                    kinds == ["archived"] || kinds == ["published", "archived"],
                    "{told}"
                );
            }
            ("trash", _) => {
                answer.check(204);
                assert!(kinds.len() <= 1, "{told}");
                let path = format!("/v1/articles/{article}/restore");
                admin.post(&path, json!({})).await.check(200);
                let restored = copy(&admin, &article, "hi").await;
                let was_published = kinds == ["published"];
                assert_eq!(restored["is_published"], was_published, "{told}");
                let status = if was_published { "published" } else { "draft" };
                assert_eq!(restored["status"], status, "{told}");
            }
            ("delete", _) => {
                answer.check(204);
                assert!(kinds.len() <= 1, "{told}");
                admin.get(&at(&article, "hi")).await.check(404);
            }
            _ => {
                answer.check(200);
                let copy = copy(&admin, &article, "hi").await;
                assert_eq!(kinds, ["published"], "{told}");
                let saved_first = happened[0].1["revision"] == 2;
                let title = if saved_first {
                    "नया"
                } else {
                    "शब्द"
                };
                assert_eq!(readers.expect(200)["title"], title, "{told}");
                let expected = if saved_first { "published" } else { "draft" };
                assert_eq!(state(&copy), (expected, true, false, false), "{told}");
                assert_eq!(copy["has_unpublished_changes"], !saved_first);
                continue;
            }
        }
        readers.check(404);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_moves_with_one_entity_tag_one_wins() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let pairs = [
        ("publish", "archive"),
        ("submit", "publish"),
        ("submit", "submit"),
        ("archive", "archive"),
        ("publish", "publish"),
    ];
    for round in 0..3 {
        for (one, other) in pairs {
            let article = draft(&admin, &format!("{one} or {other} {round}")).await;
            let path = at(&article, "en");
            let etag = admin.get(&path).await.etag();
            let mut moves = JoinSet::new();
            for action in [one, other] {
                let (admin, path, etag) = (admin.clone(), format!("{path}/{action}"), etag.clone());
                moves.spawn(async move {
                    let guard = ("if-match", etag.as_str());
                    let answer = admin.write("POST", &path, guard, json!({})).await;
                    (action, answer)
                });
            }
            let mut answers = moves.join_all().await;
            answers.sort_by_key(|(_, answer)| answer.status);
            let (lost, won) = (answers.pop().unwrap(), answers.pop().unwrap());
            lost.1.problem(412, "precondition-failed");
            let status = match won.0 {
                "publish" => "published",
                "archive" => "archived",
                _ => "in_review",
            };
            assert_eq!(won.1.expect(200)["status"], status);
            assert_eq!(copy(&admin, &article, "en").await["status"], status);
            let expected: &[&str] = match won.0 {
                "submit" => &[],
                _ => &[status],
            };
            assert_eq!(desk.kinds(&article, "en").await, expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_article_and_its_languages_are_published_by_whoever_comes_first() {
    let app = TestApp::start().await;
    let (admin, desk) = (app.admin(), Desk::of(&app).await);
    let article = published(&admin, "Rain").await;
    translate(&admin, &article, "hi", "वर्षा").await;
    let time = desk.soon(1500.0).await;
    for locale in ["en", "hi"] {
        let path = at(&article, locale);
        admin
            .patch(&path, json!({"subtitle": "New"}))
            .await
            .check(200);
        publish(&admin, &article, locale, json!({"publish_at": time})).await;
    }
    let before = desk.kinds(&article, "en").await.len();
    desk.wait_until(&time, 0.0).await;
    let path = format!("/v1/articles/{article}/publish");
    let body = json!({"locales": ["en", "hi"]});
    let answer = admin.post(&path, body).await;
    assert_eq!(id(&answer.expect(200)), article);
    pass(&app, &desk, &time).await;
    for locale in ["en", "hi"] {
        assert_eq!(desk.kinds(&article, locale).await.len(), before + 1);
        let edition = seen(&app.guest(), &article, locale).await.expect(200);
        assert_eq!(edition["subtitle"], "New");
        let copy = copy(&admin, &article, locale).await;
        assert_eq!(state(&copy), ("published", true, false, false));
    }
}
