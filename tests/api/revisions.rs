//! `/v1/articles/{article}/translations/{locale}/revisions`

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use unicode_segmentation::UnicodeSegmentation;

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make::{draft, members, published, translate};

const NOBODY: &str = "0193a000-0000-7000-8000-000000000000";

fn at(article: &str, locale: &str) -> String {
    format!("/v1/articles/{article}/translations/{locale}")
}

async fn save(caller: &Client, path: &str, words: Value) -> Value {
    caller.patch(path, words).await.expect(200)
}

async fn restore(caller: &Client, path: &str, number: i32) -> Answer {
    let path = format!("{path}/revisions/{number}/restore");
    caller.post(&path, json!({})).await
}

async fn numbers(caller: &Client, path: &str) -> Vec<Value> {
    let page = caller.get(&format!("{path}/revisions?limit=100")).await;
    members(&page.expect(200), "revision")
}

async fn diff(caller: &Client, path: &str, number: i32, against: i32) -> Value {
    let path = format!("{path}/revisions/{number}/diff?against={against}");
    caller.get(&path).await.expect(200)
}

/// The texts before and after in a member's changes.
fn sides(field: &Value) -> (String, String) {
    let (mut before, mut after) = (String::new(), String::new());
    for change in field["changes"].as_array().unwrap() {
        let text = change["text"].as_str().unwrap();
        assert!(!text.is_empty(), "{field}");
        match change["op"].as_str().unwrap() {
            "equal" => {
                before.push_str(text);
                after.push_str(text);
            }
            "delete" => before.push_str(text),
            "insert" => after.push_str(text),
            other => panic!("no such op: {other}"),
        }
    }
    (before, after)
}

/// The member's changes, compactly: ` kept`, `-gone`, `+new`.
fn marks(field: &Value) -> Vec<String> {
    let changes = field["changes"].as_array().unwrap();
    changes
        .iter()
        .map(|change| {
            let mark = match change["op"].as_str().unwrap() {
                "equal" => ' ',
                "delete" => '-',
                _ => '+',
            };
            format!("{mark}{}", change["text"].as_str().unwrap())
        })
        .collect()
}

fn field<'a>(difference: &'a Value, name: &str) -> &'a Value {
    let fields = difference["fields"].as_array().unwrap();
    let found = fields.iter().find(|field| field["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {difference}"))
}

fn names(difference: &Value) -> BTreeSet<&str> {
    let fields = difference["fields"].as_array().unwrap();
    fields
        .iter()
        .map(|field| field["name"].as_str().unwrap())
        .collect()
}

// Who may

#[tokio::test]
async fn revisions_are_for_those_who_may_read_drafts() {
    let app = TestApp::start().await;
    let article = published(&app.admin(), "Rain").await;
    let path = format!("{}/revisions", at(&article, "en"));
    let writer = app.caller(&["content:write", "content:publish"]).await;
    for path in [
        path.clone(),
        format!("{path}/1"),
        format!("{path}/1/diff"),
        // Who may not look learns nothing, not even what is there.
        format!("{path}/99"),
        format!("{}/revisions", at(NOBODY, "en")),
    ] {
        let answer = app.guest().get(&path).await;
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
        answer.problem(401, "unauthenticated");
        let problem = writer.get(&path).await.problem(403, "forbidden");
        assert!(problem["detail"].as_str().unwrap().contains("content:read"));
    }
    // A token's locales limit what it writes, not what it reads.
    let reader = app.caller_in(&["content:read"], Some(&["mr"])).await;
    for path in [path.clone(), format!("{path}/1"), format!("{path}/1/diff")] {
        let answer = reader.get(&path).await;
        assert_eq!(answer.header("cache-control"), "private, no-store");
        answer.check(200);
    }
}

#[tokio::test]
async fn restoring_needs_the_right_to_write_in_the_language() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "en");
    save(&admin, &path, json!({"title": "Snow"})).await;
    let guest = restore(&app.guest(), &path, 1).await;
    guest.problem(401, "unauthenticated");
    let reader = app.caller(&["content:read", "content:publish"]).await;
    let problem = restore(&reader, &path, 1).await.problem(403, "forbidden");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("content:write")
    );
    let marathi = app.caller_in(&["content:write"], Some(&["mr"])).await;
    for number in [1, 99] {
        let answer = restore(&marathi, &path, number).await;
        let problem = answer.problem(403, "forbidden");
        assert!(problem["detail"].as_str().unwrap().contains("`en`"));
    }
    assert_eq!(numbers(&admin, &path).await, [2, 1]);
    let english = app.caller_in(&["content:write"], Some(&["en"])).await;
    let restored = restore(&english, &path, 1).await.expect(200);
    assert_eq!(restored["revision"], 3);
}

// Which there are

#[tokio::test]
async fn every_save_that_changes_something_is_a_revision_and_nothing_else() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "en");
    assert_eq!(numbers(&admin, &path).await, [1]);
    save(&admin, &path, json!({"title": "Snow"})).await;
    let whole = json!({"title": "Snow", "body": "Some words.", "slug": "rain"});
    admin.put(&path, whole).await.check(200);
    for nothing in [
        json!({"title": "Snow"}),
        json!({}),
        json!({"subtitle": null}),
        json!({"body": "Some words.", "summary": "Some words."}),
        json!({"seo": {"title": null}}),
    ] {
        let etag = admin.get(&path).await.etag();
        let answer = admin.patch(&path, nothing).await;
        assert_eq!(answer.etag(), etag);
        answer.check(200);
    }
    assert_eq!(numbers(&admin, &path).await, [2, 1]);
    for (action, body) in [
        ("submit", json!({})),
        ("reject", json!({"reason": "No."})),
        ("publish", json!({"publish_at": "2999-01-01T00:00:00Z"})),
        ("reopen", json!({})),
        ("publish", json!({})),
        ("unpublish", json!({})),
        ("archive", json!({})),
        ("reopen", json!({})),
        ("publish", json!({})),
    ] {
        let action = format!("{path}/{action}");
        admin.post(&action, body).await.check(200);
    }
    let whole = format!("/v1/articles/{article}");
    let body = json!({"locales": ["en"]});
    admin
        .post(&format!("{whole}/publish"), body)
        .await
        .check(200);
    let neutral = json!({"authors": ["A"], "metadata": {"desk": "city"}});
    admin.patch(&whole, neutral).await.check(200);
    admin.delete(&whole).await.check(204);
    let back = admin.post(&format!("{whole}/restore"), json!({})).await;
    back.check(200);
    assert_eq!(numbers(&admin, &path).await, [2, 1]);
    for member in [
        json!({"subtitle": "s"}),
        json!({"dateline": "Pune"}),
        json!({"summary": "A summary."}),
        json!({"body": "Other words."}),
        json!({"slug": "snow"}),
        json!({"seo": {"title": "t"}}),
        json!({"seo": {"description": "d"}}),
        json!({"lead_image_alt": "a"}),
        json!({"lead_image_caption": "c"}),
        json!({"translators": ["T"]}),
    ] {
        save(&admin, &path, member).await;
    }
    let all: Vec<Value> = (1..=12).rev().map(Value::from).collect();
    assert_eq!(numbers(&admin, &path).await, all);
}

#[tokio::test]
async fn a_revision_says_what_was_saved_by_whom_and_what_became_of_it() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let made = json!({"name": "A. Deshmukh", "scopes": ["content:read", "content:write"]});
    let made = admin.post("/v1/tokens", made).await.expect(201);
    let token = made["token"].as_str().unwrap().to_owned();
    let writer = Client::new(&app.url, Some(token));
    let path = at(&article, "hi");
    let words = json!({
        "title": "पुराना पुल", "subtitle": "आज", "dateline": "पुणे", "body": "एक दो तीन।", "summary": "पुल।",
        "slug": "पुल", "seo": {"title": "पुल", "description": "विवरण"}, "lead_image_alt": "पुल का चित्र",
        "lead_image_caption": "पुल", "translators": ["अ. देशमुख", "ब. जोशी"],
    });
    writer.put(&path, words.clone()).await.check(201);
    let publish = format!("{path}/publish");
    let published = admin.post(&publish, json!({})).await.expect(200);
    save(&admin, &path, json!({"title": "नया पुल", "slug": "नया-पुल"})).await;
    save(&admin, &at(&article, "en"), json!({"title": "Bridge"})).await;
    save(&writer, &path, json!({"body": "एक।", "summary": null})).await;

    let page = admin.get(&format!("{path}/revisions")).await.expect(200);
    assert_eq!(members(&page, "revision"), [3, 2, 1]);
    assert_eq!(
        members(&page, "actor"),
        ["A. Deshmukh", "tests", "A. Deshmukh"]
    );
    assert_eq!(members(&page, "title"), ["नया पुल", "नया पुल", "पुराना पुल"]);
    assert_eq!(members(&page, "word_count"), [1, 3, 3]);
    assert_eq!(members(&page, "based_on_revision"), [2, 1, 1]);
    assert_eq!(members(&page, "is_current"), [true, false, false]);
    assert_eq!(members(&page, "is_published"), [false, false, true]);
    let times = members(&page, "published_at");
    assert_eq!(times[..2], [Value::Null, Value::Null]);
    assert_eq!(times[2], published["published_at"]);
    assert!(
        !page.to_string().contains("एक दो तीन"),
        "no texts in a list"
    );

    for item in page["data"].as_array().unwrap() {
        let one = format!("{path}/revisions/{}", item["revision"]);
        let answer = admin.get(&one).await;
        assert_eq!(Value::from(answer.etag()), item["etag"]);
        let document = answer.expect(200);
        for (name, value) in item.as_object().unwrap() {
            assert!(name == "etag" || document[name] == *value, "{name}");
        }
        assert_eq!(document["article_id"], article);
        assert_eq!(document["locale"], "hi");
        let etag = item["etag"].as_str().unwrap();
        let again = admin.get_with(&one, "if-none-match", etag).await;
        assert_eq!(again.status, 304);
        let head = Answer::of(admin.request("HEAD", &one)).await;
        assert_eq!((head.status, head.text.as_str()), (200, ""));
    }
    let first = admin.get(&format!("{path}/revisions/1")).await.expect(200);
    for (name, value) in words.as_object().unwrap() {
        assert_eq!(first[name], *value, "{name}");
    }
    let third = admin.get(&format!("{path}/revisions/3")).await.expect(200);
    assert_eq!(third["summary"], "एक।", "made from the body");
    assert_eq!(third["slug"], "नया-पुल");
    let email = admin.get(&format!("{path}/revisions")).await.text;
    assert!(!email.contains("dl_"), "no secrets");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let (en, hi) = (at(&article, "en"), at(&article, "hi"));
    let answer = admin.get(&format!("{hi}/revisions")).await;
    let problem = answer.problem(404, "translation-not-available");
    assert_eq!(problem["available_locales"], json!(["en"]));
    for path in [
        format!("{}/revisions", at(NOBODY, "en")),
        format!("{}/revisions", at("no-such-slug", "en")),
        format!("{}/revisions/1", at(NOBODY, "en")),
        format!("{}/revisions/1/diff", at(NOBODY, "en")),
        format!("{en}/revisions/0"),
        format!("{en}/revisions/2"),
        format!("{en}/revisions/-1"),
        format!("{en}/revisions/2/diff"),
        format!("{en}/revisions/0/diff"),
        format!("{en}/revisions/-2147483648/diff"),
        format!("{en}/revisions/1/diff?against=2"),
        format!("{en}/revisions/1/diff?against=0"),
        format!("{en}/revisions/1/diff?against=-1"),
    ] {
        admin.get(&path).await.problem(404, "not-found");
    }
    // WAITS FOR A FIX: r3, of which types of Rust speak.
    for path in [
        format!("{en}/revisions/2147483648"),
        format!("{en}/revisions/99999999999999999999/diff"),
        format!("{en}/revisions/1/diff?against=2147483648"),
        format!("{en}/revisions/first"),
    ] {
        let answer = admin.get(&path).await;
        assert!([400, 404].contains(&answer.status), "{}", answer.text);
        assert!(!answer.text.contains("i32"), "{path}: {}", answer.text);
    }
    for path in [
        format!("{hi}/revisions/1"),
        format!("{hi}/revisions/1/diff"),
    ] {
        let answer = admin.get(&path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
    }
    for number in [0, 2, -1] {
        restore(&admin, &en, number).await.problem(404, "not-found");
    }
    restore(&admin, &hi, 1).await.check(404);
    for path in [
        format!("{en}/revisions?limit=0"),
        format!("{en}/revisions?limit=101"),
        format!("{en}/revisions?total=some"),
        format!("{en}/revisions?sort=oldest"),
        format!("{en}/revisions?limit=1&limit=2"),
        format!("{en}/revisions/1?fields=title"),
        format!("{en}/revisions/1/diff?against=one"),
        format!("{en}/revisions/1/diff?against=1&against=1"),
        format!("{en}/revisions/1/diff?with=1"),
    ] {
        admin.get(&path).await.problem(400, "invalid-parameter");
    }
    admin
        .delete(&format!("/v1/articles/{article}"))
        .await
        .check(204);
    for path in ["", "/1", "/1/diff"] {
        let path = format!("{en}/revisions{path}");
        admin.get(&path).await.problem(404, "not-found");
    }
    restore(&admin, &en, 1).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_translation_begun_again_has_none_of_the_old_revisions() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "hi");
    let words = || json!({"title": "वर्षा"});
    admin.put(&path, words()).await.check(201);
    save(&admin, &path, json!({"title": "बर्फ़"})).await;
    admin.delete(&path).await.check(204);
    admin.put(&path, words()).await.check(201);
    assert_eq!(numbers(&admin, &path).await, [1]);
    restore(&admin, &path, 2).await.problem(404, "not-found");
}

// Paging

#[tokio::test]
async fn revisions_are_paged_newest_first_while_more_are_saved() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "en");
    for n in 2..=7 {
        save(&admin, &path, json!({"title": format!("Rain {n}")})).await;
    }
    let list = format!("{path}/revisions");
    let answer = admin.get(&format!("{list}?limit=3&total=exact")).await;
    let link = answer.header("link").to_owned();
    assert!(link.contains("rel=\"first\"") && link.contains("rel=\"next\""));
    let page = answer.expect(200);
    assert_eq!(members(&page, "revision"), [7, 6, 5]);
    assert_eq!(
        (&page["total"], &page["page"]["limit"]),
        (&json!(7), &json!(3))
    );
    assert_eq!(page["page"]["has_more"], true);
    // What is saved meanwhile is ahead.
    save(&admin, &path, json!({"title": "Rain 8"})).await;
    let next = link.split('<').nth(1).unwrap().split('>').next().unwrap();
    let answer = admin.get(next).await;
    assert_eq!(answer.json()["total"], 8);
    assert_eq!(members(&answer.json(), "revision"), [4, 3, 2]);
    let cursor = answer.json()["page"]["next_cursor"].clone();
    let cursor = cursor.as_str().unwrap().to_owned();
    let last = admin.get(&format!("{list}?limit=3&cursor={cursor}")).await;
    assert!(!last.header("link").contains("rel=\"next\""));
    let last = last.expect(200);
    assert_eq!(members(&last, "revision"), [1]);
    assert_eq!(last["page"]["next_cursor"], Value::Null);
    assert_eq!(last["page"]["has_more"], false);
    assert_eq!(last.get("total"), None);

    // A cursor is for its own list.
    let other = draft(&admin, "Snow").await;
    for n in 2..=5 {
        let words = json!({"title": format!("Snow {n}")});
        save(&admin, &at(&other, "en"), words).await;
    }
    admin
        .put(&at(&article, "hi"), json!({"title": "वर्षा"}))
        .await
        .check(201);
    let mut forged = cursor.clone();
    let flipped = if forged.ends_with('A') { 'Q' } else { 'A' };
    forged.pop();
    forged.push(flipped);
    for path in [
        format!("{}/revisions?cursor={cursor}", at(&other, "en")),
        format!("{}/revisions?cursor={cursor}", at(&article, "hi")),
        format!("/v1/articles?view=draft&cursor={cursor}"),
        format!("/v1/translations?cursor={cursor}"),
        format!("/v1/audit?cursor={cursor}"),
        format!("{list}?cursor={forged}"),
        format!("{list}?cursor=1"),
        format!("{list}?cursor="),
    ] {
        admin.get(&path).await.problem(400, "invalid-cursor");
    }
}

#[tokio::test]
async fn a_thousand_revisions_page_as_ten_do() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "en");
    let sql = app.sql().await;
    sql.batch_execute(&format!(
        "insert into revisions (article_id, locale, number, slug, title, excerpt, body, word_count, digest, actor) \
            select article_id, locale, n, slug, 'Rain ' || n, excerpt, 'Some words ' || n, word_count, \
                sha256(convert_to(n::text, 'UTF8')), 'sql' from revisions, generate_series(2, 1000) as n \
            where article_id = '{article}' and number = 1; \
        update translations set revision = 1000, title = 'Rain 1000' where article_id = '{article}'; \
        analyze;"
    ))
    .await
    .unwrap();
    let list = format!("{path}/revisions?limit=100");
    let (mut seen, mut next) = (vec![], Some(list.clone()));
    while let Some(address) = next {
        let page = admin.get(&address).await.expect(200);
        seen.extend(members(&page, "revision"));
        let cursor = page["page"]["next_cursor"].as_str();
        next = cursor.map(|cursor| format!("{list}&cursor={cursor}"));
    }
    let all: Vec<Value> = (1..=1000).rev().map(Value::from).collect();
    assert_eq!(seen, all);
    let counted = admin.get(&format!("{list}&total=exact")).await;
    assert_eq!(counted.expect(200)["total"], 1000);
    let middle = admin.get(&format!("{path}/revisions/500")).await;
    assert_eq!(middle.expect(200)["body"], "Some words 500");
    let restored = restore(&admin, &path, 500).await.expect(200);
    assert_eq!(
        (&restored["revision"], &restored["title"]),
        (&json!(1001), &json!("Rain 500"))
    );

    // What a page reads: its own rows by the key, at either end of the list.
    for after in [1001, 40] {
        let explain = format!(
            "explain (analyze, buffers, format json) select r.number, r.title from translations t \
            join articles a on a.id = t.article_id and a.deleted_at is null \
            join revisions r on r.article_id = t.article_id and r.locale = t.locale \
            where t.locale = 'en' and t.article_id = '{article}' and r.number < {after} \
            order by r.number desc limit 21"
        );
        let plan = plan_of(&sql, &explain).await;
        let text = plan.to_string();
        let top = &plan[0]["Plan"];
        let buffers = top["Shared Hit Blocks"].as_i64().unwrap()
            + top["Shared Read Blocks"].as_i64().unwrap();
        assert!(text.contains("revisions_pkey"), "{plan:#}");
        assert!(!text.contains("Sort"), "{plan:#}");
        assert!(buffers < 60, "{buffers} buffers: {plan:#}");
    }
}

async fn plan_of(sql: &tokio_postgres::Client, explain: &str) -> Value {
    let rows = sql.simple_query(explain).await.unwrap();
    let text = rows.iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    serde_json::from_str(text.unwrap()).unwrap()
}

#[tokio::test]
async fn a_page_of_revisions_reads_no_more_rows_when_there_are_more() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let mut read = vec![];
    for revisions in [50, 5000] {
        let article = draft(&admin, "Rain").await;
        let sql = app.sql().await;
        sql.batch_execute(&format!(
            "insert into revisions (article_id, locale, number, slug, title, excerpt, body, word_count, digest) \
                select article_id, locale, n, slug, title, excerpt, body || n, word_count, \
                    sha256(convert_to(n::text, 'UTF8')) from revisions, generate_series(2, {revisions}) as n \
                where article_id = '{article}' and number = 1; \
            update translations set revision = {revisions} where article_id = '{article}'; \
            analyze;"
        ))
        .await
        .unwrap();
        let path = format!("{}/revisions", at(&article, "en"));
        let before = rows_read(&app).await;
        // Often enough that a plan without the values is made too.
        for _ in 0..12 {
            let page = admin.get(&format!("{path}?total=exact")).await.expect(200);
            let cursor = page["page"]["next_cursor"].as_str().unwrap();
            let next = format!("{path}?cursor={cursor}");
            admin.get(&next).await.check(200);
            admin.get(&format!("{path}/20")).await.check(200);
            admin.get(&format!("{path}/20/diff")).await.check(200);
        }
        read.push(rows_read(&app).await - before);
    }
    assert!(read[1] <= read[0] + 50, "{read:?}");
}

/// How many rows of revisions were read by anybody. A connection tells when it ends, so all are ended.
async fn rows_read(app: &TestApp) -> i64 {
    let sql = app.sql().await;
    let others = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() \
        and backend_type = 'client backend'";
    let end = format!("select pg_terminate_backend(pid, 10000) {others}");
    sql.query(&end, &[]).await.unwrap();
    let read = "select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) from pg_stat_user_tables \
        where relname = 'revisions'";
    let sql = app.sql().await;
    sql.query_one(read, &[]).await.unwrap().get(0)
}

// What changed

#[tokio::test]
async fn a_difference_tells_member_by_member_what_went_and_came() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "hi");
    let first = json!({
        "title": "पुराना पुल खुला", "subtitle": "आज", "dateline": "पुणे", "body": "एक दो तीन।\n\nचार पाँच।",
        "summary": "पुल खुला।", "slug": "पुल", "seo": {"title": "पुल", "description": "विवरण"},
        "lead_image_alt": "चित्र", "lead_image_caption": "पुल", "translators": ["अ"],
    });
    let second = json!({
        "title": "पुराना पुल फिर खुला", "subtitle": null, "dateline": "मुंबई", "body": "एक दो चार।\n\nचार पाँच।",
        "summary": "पुल फिर खुला।", "slug": "नया-पुल", "seo": {"title": "नया पुल", "description": null},
        "lead_image_alt": "नया चित्र", "lead_image_caption": null, "translators": ["अ", "ब"],
    });
    admin.put(&path, first.clone()).await.check(201);
    admin.put(&path, second.clone()).await.check(200);
    save(&admin, &path, json!({"title": "पुल"})).await;

    let difference = diff(&admin, &path, 2, 1).await;
    assert_eq!(
        (&difference["from"], &difference["to"]),
        (&json!(1), &json!(2))
    );
    let expected = [
        "title",
        "subtitle",
        "dateline",
        "summary",
        "body",
        "slug",
        "seo.title",
        "seo.description",
        "lead_image_alt",
        "lead_image_caption",
        "translators",
    ];
    assert_eq!(names(&difference), BTreeSet::from(expected));
    for name in expected {
        if name == "translators" {
            continue;
        }
        let text = |words: &Value| {
            let pointer = format!("/{}", name.replace('.', "/"));
            let text = words.pointer(&pointer).unwrap();
            text.as_str().unwrap_or_default().to_owned()
        };
        let sides = sides(field(&difference, name));
        assert_eq!(sides, (text(&first), text(&second)), "{name}");
    }
    assert_eq!(
        marks(field(&difference, "title")),
        [" पुराना पुल ", "+फिर ", " खुला"]
    );

    // Left out: the one before; the first: nothing.
    let before = admin.get(&format!("{path}/revisions/2/diff")).await;
    assert_eq!(before.expect(200), difference);
    let start = admin.get(&format!("{path}/revisions/1/diff")).await;
    let start = start.expect(200);
    assert_eq!((&start["from"], &start["to"]), (&Value::Null, &json!(1)));
    for field in start["fields"].as_array().unwrap() {
        let changes = field["changes"].as_array().unwrap();
        assert!(changes.iter().all(|change| change["op"] == "insert"));
    }
    assert_eq!(marks(field(&start, "title")), ["+पुराना पुल खुला"]);

    // Over more than one, to itself, and backwards.
    let over = diff(&admin, &path, 3, 1).await;
    assert_eq!(
        sides(field(&over, "title")),
        ("पुराना पुल खुला".into(), "पुल".into())
    );
    let same = diff(&admin, &path, 2, 2).await;
    assert_eq!(same, json!({"from": 2, "to": 2, "fields": []}));
    let back = diff(&admin, &path, 1, 2).await;
    assert_eq!((&back["from"], &back["to"]), (&json!(2), &json!(1)));
    for name in names(&difference) {
        let (before, after) = sides(field(&difference, name));
        assert_eq!(sides(field(&back, name)), (after, before), "{name}");
    }
    restore(&admin, &path, 1).await.check(200);
    let round = diff(&admin, &path, 4, 1).await;
    assert_eq!(round["fields"], json!([]), "{round}");
}

#[tokio::test]
async fn words_and_grapheme_clusters_stay_whole_and_the_texts_come_back() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "hi");
    let texts = [
        "क्षेत्र में वर्षा हुई।",
        "क्षत्रिय में वर्षाएँ हुईं।",
        "स्त्री ज़िला\u{200d} ज़िला क्\u{200d}ष क्\u{200c}ष",
        "स्त्रियाँ ज़िले\u{200d} ज़िला क्ष क्\u{200d}ष",
        "Ünïcödé e\u{301}tude 👩‍👩‍👧 🇮🇳🇮🇳 done",
        "Ünïcöde étude 👩‍👧 🇮🇳🇮🇷 done",
        "# सिर\n\n- एक\n- दो\n\n> कहा\n\n**मोटा** [पुल](https://example.org/a?b=1)",
        "# सिरा\n\n- एक\n- तीन\n\n> कहा\n\n*मोटा* [पुल](https://example.org/a?b=2)",
        "a  b\t c\n\n\nd ",
        " a b\tc\n\nd",
        "१२३ लाख ₹4,500.50",
        "१२४ लाख ₹4,500.75",
        "",
        "漢字かな交じり文",
        "漢字カナ交じり文",
    ];
    let words = json!({"title": "शीर्षक", "body": texts[0]});
    admin.put(&path, words).await.check(201);
    let mut bodies = vec![String::new(), texts[0].to_owned()];
    for text in &texts[1..] {
        let saved = save(&admin, &path, json!({"body": text})).await;
        bodies.push(saved["body"].as_str().unwrap().to_owned());
        assert_eq!(saved["revision"], bodies.len() - 1);
    }
    let count = i32::try_from(texts.len()).unwrap();
    for to in 1..=count {
        for from in 1..=count {
            let difference = diff(&admin, &path, to, from).await;
            let [old, new] =
                [from, to].map(|number| bodies[usize::try_from(number).unwrap()].clone());
            if old == new {
                assert_eq!(difference["fields"], json!([]), "{from} to {to}");
                continue;
            }
            let body = field(&difference, "body");
            assert_eq!(sides(body), (old.clone(), new.clone()), "{from} to {to}");
            let clusters = |text: &str| -> BTreeSet<usize> {
                text.grapheme_indices(true).map(|(at, _)| at).collect()
            };
            let (old_cuts, new_cuts) = (clusters(&old), clusters(&new));
            let (mut old_at, mut new_at) = (0, 0);
            for change in body["changes"].as_array().unwrap() {
                let length = change["text"].as_str().unwrap().len();
                if change["op"] != "insert" {
                    assert!(
                        old_cuts.contains(&old_at),
                        "cut in a cluster: {change} of {old}"
                    );
                    old_at += length;
                }
                if change["op"] != "delete" {
                    assert!(
                        new_cuts.contains(&new_at),
                        "cut in a cluster: {change} of {new}"
                    );
                    new_at += length;
                }
            }
        }
    }
    let first = diff(&admin, &path, 2, 1).await;
    assert_eq!(
        marks(field(&first, "body")),
        ["-क्षेत्र", "+क्षत्रिय", "  में ", "-वर्षा हुई", "+वर्षाएँ हुईं", " ।"]
    );
}

// Bringing back

#[tokio::test]
async fn restoring_saves_the_earlier_words_as_a_new_revision() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "en");
    let full = json!({
        "title": "Rain", "subtitle": "Today", "dateline": "Pune", "summary": "It rains.", "body": "Words.",
        "slug": "rain-today", "seo": {"title": "R", "description": "D"}, "lead_image_alt": "alt",
        "lead_image_caption": "caption", "translators": ["T"],
    });
    admin.put(&path, full.clone()).await.check(200);
    let bare = json!({"title": "Snow", "slug": "snow"});
    admin.put(&path, bare).await.check(200);
    let before = admin.get(&path).await.etag();
    let answer = restore(&admin, &path, 2).await;
    let etag = answer.etag();
    assert_ne!(etag, before);
    let restored = answer.expect(200);
    let read = admin.get(&path).await;
    assert_eq!(read.etag(), etag);
    assert_eq!(read.expect(200), restored);
    assert_eq!(restored["revision"], 4);
    for (name, value) in full.as_object().unwrap() {
        assert_eq!(restored[name], *value, "{name}");
    }
    let [second, fourth] = [2, 4].map(|number| format!("{path}/revisions/{number}"));
    let (second, fourth) = (
        admin.get(&second).await.json(),
        admin.get(&fourth).await.json(),
    );
    for name in [
        "title",
        "slug",
        "subtitle",
        "summary",
        "body",
        "seo",
        "translators",
        "word_count",
    ] {
        assert_eq!(second[name], fourth[name], "{name}");
    }
    assert_eq!(fourth["actor"], "tests");
    // Once more would change nothing.
    let again = restore(&admin, &path, 2).await;
    assert_eq!(again.etag(), etag);
    assert_eq!(again.expect(200), restored);
    restore(&admin, &path, 4).await.check(200);
    assert_eq!(numbers(&admin, &path).await, [4, 3, 2, 1]);
    let history = admin
        .get(&format!("/v1/audit?article={article}"))
        .await
        .expect(200);
    assert_eq!(
        members(&history, "type")[..2],
        ["translation.saved", "translation.saved"]
    );
    assert_eq!(
        history["data"][0]["data"],
        json!({"revision": 4, "restored": 2})
    );
}

#[tokio::test]
async fn a_summary_that_was_made_is_made_again_when_its_text_comes_back() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "en");
    save(
        &admin,
        &path,
        json!({"summary": "Written.", "body": "Other."}),
    )
    .await;
    let restored = restore(&admin, &path, 1).await.expect(200);
    assert_eq!(restored["summary"], "Some words.");
    let saved = save(&admin, &path, json!({"body": "New words."})).await;
    assert_eq!(saved["summary"], "New words.");
}

#[tokio::test]
async fn a_slug_comes_back_unless_another_article_has_it_by_now() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = draft(&admin, "Rain").await;
    let path = at(&article, "en");
    let saved = save(
        &admin,
        &path,
        json!({"slug": "monsoon", "title": "Monsoon"}),
    )
    .await;
    assert_eq!(saved["slug"], "monsoon");
    // Readers never saw `rain`: it is free.
    let other = draft(&admin, "Rain").await;
    let named = admin.get(&at(&other, "en")).await.expect(200);
    assert_eq!(named["slug"], "rain");
    let restored = restore(&admin, &path, 1).await.expect(200);
    assert_eq!(
        (&restored["title"], &restored["slug"], &restored["revision"]),
        (&json!("Rain"), &json!("monsoon"), &json!(3))
    );
    // Given back, it is free again.
    admin
        .delete(&format!("/v1/articles/{other}?permanent=true"))
        .await
        .check(204);
    let restored = restore(&admin, &path, 1).await.expect(200);
    assert_eq!(
        (&restored["slug"], &restored["revision"]),
        (&json!("rain"), &json!(4))
    );

    // One that readers saw stays the article's own, and comes back over its redirect.
    let publish = format!("{path}/publish");
    admin.post(&publish, json!({})).await.check(200);
    save(&admin, &path, json!({"slug": "hail"})).await;
    admin.post(&publish, json!({})).await.check(200);
    assert_eq!(guest.get("/v1/articles/rain").await.status, 301);
    let restored = restore(&admin, &path, 4).await.expect(200);
    assert_eq!(restored["slug"], "rain");
    admin.post(&publish, json!({})).await.check(200);
    assert_eq!(guest.get("/v1/articles/rain").await.status, 200);
    assert_eq!(guest.get("/v1/articles/hail").await.status, 301);
}

#[tokio::test]
async fn restored_words_follow_the_source_where_they_did() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Rain").await;
    let (en, hi) = (at(&article, "en"), at(&article, "hi"));
    translate(&admin, &article, "hi", "वर्षा").await;
    save(&admin, &en, json!({"title": "Snow"})).await;
    admin
        .post(&format!("{en}/publish"), json!({}))
        .await
        .check(200);
    assert_eq!(admin.get(&hi).await.json()["stale"], true);
    let saved = save(&admin, &hi, json!({"title": "बर्फ़"})).await;
    assert_eq!(
        (&saved["stale"], &saved["based_on_revision"]),
        (&json!(false), &json!(2))
    );
    let restored = restore(&admin, &hi, 1).await.expect(200);
    assert_eq!(restored["based_on_revision"], 1);
    assert_eq!(restored["stale"], true);
    assert_eq!(restored["behind_by"], 1);
    assert_eq!(restored["changed_fields"], json!(["title"]));
    let listed = admin.get(&format!("{hi}/revisions")).await.expect(200);
    assert_eq!(members(&listed, "based_on_revision"), [1, 2, 1]);
    let restored = restore(&admin, &hi, 2).await.expect(200);
    assert_eq!(
        (&restored["stale"], &restored["based_on_revision"]),
        (&json!(false), &json!(2))
    );
}

#[tokio::test]
async fn restoring_what_readers_have_makes_it_published() {
    let app = TestApp::start().await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Rain").await;
    let path = at(&article, "en");
    let edition = guest.get(&format!("/v1/articles/{article}")).await;
    let saved = save(&admin, &path, json!({"title": "Snow"})).await;
    assert_eq!(
        (&saved["status"], &saved["has_unpublished_changes"]),
        (&json!("draft"), &json!(true))
    );
    let restored = restore(&admin, &path, 1).await.expect(200);
    assert_eq!(restored["status"], "published");
    assert_eq!(restored["has_unpublished_changes"], false);
    assert_eq!(restored["revision"], 3);
    let restored = restore(&admin, &path, 2).await.expect(200);
    assert_eq!(restored["status"], "draft");
    assert_eq!(restored["has_unpublished_changes"], true);
    let same = guest.get(&format!("/v1/articles/{article}")).await;
    assert_eq!((same.etag(), same.text), (edition.etag(), edition.text));
    // The revision that readers have is the first still: nothing was published since.
    restore(&admin, &path, 1).await.check(200);
    let page = admin.get(&format!("{path}/revisions")).await.expect(200);
    assert_eq!(
        members(&page, "is_published"),
        [false, false, false, false, true]
    );
}

#[tokio::test]
async fn of_two_restores_under_one_tag_exactly_one_wins() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = draft(&admin, "One").await;
    let path = at(&article, "en");
    save(&admin, &path, json!({"title": "Two"})).await;
    for round in 0..10 {
        save(&admin, &path, json!({"title": format!("Round {round}")})).await;
        let etag = admin.get(&path).await.etag();
        let mut running = JoinSet::new();
        for number in [1, 2] {
            let target = format!("{path}/revisions/{number}/restore");
            let request = admin.request("POST", &target).header("if-match", &etag);
            running.spawn(Answer::of(request));
        }
        let mut answers = running.join_all().await;
        answers.sort_by_key(|answer| answer.status);
        let [won, lost]: [Answer; 2] = answers.try_into().unwrap();
        lost.problem(412, "precondition-failed");
        let won = won.expect(200);
        assert_eq!(admin.get(&path).await.json(), won);
        assert_eq!(won["revision"], 2 * round + 4);
    }
    let stale = ("if-match", "\"t0\"");
    let target = format!("{path}/revisions/1/restore");
    let answer = admin.write("POST", &target, stale, Value::Null).await;
    answer.problem(412, "precondition-failed");
}
