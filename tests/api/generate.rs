//! `dateline generate`

use serde_json::Value;

use crate::app::{TestApp, connect};
use crate::cli::Fresh;
use crate::process::{Ended, Folder, run};

const ARTICLES: i64 = 300;

fn generate(fresh: &Fresh, folder: &Folder, seed: &str) -> Ended {
    let articles = ARTICLES.to_string();
    let order = [
        "generate",
        "--articles",
        &articles,
        "--comments",
        "500",
        "--seed",
        seed,
    ];
    run(fresh.dateline(folder, &order))
}

async fn number(sql: &tokio_postgres::Client, query: &str) -> i64 {
    sql.query_one(query, &[]).await.unwrap().get(0)
}

/// All that readers get, in one digest.
async fn content(fresh: &Fresh) -> String {
    let all = "select md5(string_agg(concat_ws('|', article_id, locale, item, body, tags, alternates), '' \
        order by article_id, locale)) || (select md5(string_agg(id || status || coalesce(body, ''), '' order by id)) \
        from comments) from editions";
    let sql = connect(&fresh.url).await;
    sql.query_one(all, &[]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_seed_makes_the_same_content_in_any_empty_database_and_once_in_each() {
    let (one, other) = (Fresh::new().await, Fresh::new().await);
    let folder = Folder::new();
    generate(&one, &folder, "7").expect(0);
    generate(&other, &folder, "7").expect(0);
    assert_eq!(content(&one).await, content(&other).await);
    let reason = generate(&one, &folder, "7").reason();
    assert!(reason.contains('7'), "{reason}");
    let before = content(&one).await;
    generate(&one, &folder, "8").expect(0);
    assert_ne!(content(&one).await, before);
    let sql = connect(&one.url).await;
    assert_eq!(
        number(&sql, "select count(*) from articles").await,
        2 * ARTICLES
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_made_is_as_if_it_had_been_written() {
    let fresh = Fresh::new().await;
    generate(&fresh, &Folder::new(), "1").expect(0);
    let sql = connect(&fresh.url).await;
    assert_eq!(number(&sql, "select count(*) from comments").await, 500);
    let nothing = [
        // What readers have follows from the published revisions, and counts from what is there.
        "select count(*) from translations t join articles a on a.id = t.article_id full join editions e \
            on (e.article_id, e.locale) = (t.article_id, t.locale) and t.published_revision is not null \
            where (t.published_revision is null) <> (e.locale is null)",
        "select count(*) from translations where stale_since is distinct from \
            stale_since(article_id, source_locale, based_on_revision)",
        "select count(*) from articles a where translated_into <> \
            array(select locale from translations t where t.article_id = a.id order by locale)",
        "select count(*) from comment_counts c where approved <> \
            (select count(*) from comments m where m.article_id = c.article_id and m.status = 'approved')",
        "select count(*) from tag_counts c where articles <> \
            (select count(*) from edition_tags f where (f.tag_id, f.locale) = (c.tag_id, c.locale))",
        "select count(*) from comments c where reply_count <> \
            (select count(*) from comments r where r.parent_id = c.id and r.status = 'approved')",
    ];
    for query in nothing {
        assert_eq!(number(&sql, query).await, 0, "{query}");
    }
    let app = TestApp::start_at(&fresh.url, &[]).await;
    let coverage = app.admin().get("/v1/coverage").await.expect(200);
    assert_eq!(coverage["articles"], ARTICLES);
    for row in coverage["data"].as_array().unwrap() {
        let locale = row["locale"].as_str().unwrap();
        let list = format!("/v1/articles?locale={locale}&total=exact&limit=3");
        let list = app.guest().get(&list).await.expect(200);
        assert!(
            list["total"].as_i64() >= Some(ARTICLES * 9 / 10),
            "{locale}: {row}"
        );
        for item in list["data"].as_array().unwrap() {
            can_be_read_and_saved_back(&app, item).await;
        }
    }
    for states in ["draft", "in_review", "scheduled", "archived"] {
        let work = format!("/v1/translations?status={states}&total=exact");
        assert!(
            app.admin().get(&work).await.expect(200)["total"].as_i64() > Some(0),
            "{states}"
        );
    }
}

/// Its slug leads to it, and its words saved again are no revision: its digests are those of the service.
async fn can_be_read_and_saved_back(app: &TestApp, item: &Value) {
    let slug = item["slug"].as_str().unwrap();
    let article = app
        .guest()
        .get(&format!("/v1/articles/{slug}"))
        .await
        .expect(200);
    assert_eq!(article["id"], item["id"]);
    let path = format!(
        "/v1/articles/{}/translations/{}",
        item["id"].as_str().unwrap(),
        item["locale"].as_str().unwrap()
    );
    let before = app.admin().get(&path).await.expect(200);
    let words = serde_json::json!({"title": before["title"], "body": before["body"], "summary": before["summary"]});
    let after = app.admin().patch(&path, words).await.expect(200);
    assert_eq!(after["revision"], before["revision"], "{before}");
}
