//! Threads as a whole: counts that stay right, when comments close, and what becomes of old ones.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make::{id, published};

fn comments(article: &str) -> String {
    format!("/v1/articles/{article}/comments")
}

async fn post(client: &Client, article: &str, parent: Option<&Value>, body: &str) -> Value {
    let parent = parent.map(|parent| parent["id"].clone());
    let new = json!({"author_name": "Meera", "body": body, "locale": "en", "parent_id": parent});
    client.post(&comments(article), new).await.expect(201)
}

/// What counts are, and what they should be, comment by comment and article by article.
const WRONG: &str = "select count(*) from comments c where c.reply_count <> (\
        select count(*) from comments r where r.parent_id = c.id and r.status = 'approved') \
    or c.approved_below <> (select count(*) from comments u where c.id = any(u.ancestors) and u.status = 'approved') \
    or c.visible <> (c.status = 'approved' or c.status = 'deleted' and exists (\
        select from comments u where c.id = any(u.ancestors) and u.status = 'approved'))";
const WRONG_TOTALS: &str = "select count(*) from comment_counts k where k.approved <> (\
    select count(*) from comments c where c.article_id = k.article_id and c.status = 'approved')";

async fn assert_counts_are_right(app: &TestApp) {
    let sql = app.sql().await;
    for query in [WRONG, WRONG_TOTALS] {
        let wrong: i64 = sql.query_one(query, &[]).await.unwrap().get(0);
        assert_eq!(wrong, 0, "{query}");
    }
}

#[tokio::test]
async fn counts_are_right_when_approving_deleting_and_replying_race() {
    let app = TestApp::start_with(&["--workers", "2", "--comments-premoderation", "false"]).await;
    let second = app
        .second_node(&["--comments-premoderation", "false"])
        .await;
    let (admin, guests) = (app.admin(), [app.guest(), second.guest()]);
    let article = published(&admin, "Ferries").await;
    let root = post(&admin, &article, None, "Root").await;
    let mut thread = vec![root];
    for n in 0..12 {
        let parent = thread[n / 2].clone();
        thread.push(post(&admin, &article, Some(&parent), &format!("Reply {n}")).await);
    }
    for round in 0..4 {
        let works = thread.iter().enumerate().map(|(n, comment)| {
            let (admin, guest) = (admin.clone(), guests[n % 2].clone());
            let (article, path) = (article.clone(), format!("/v1/comments/{}", id(comment)));
            let comment = comment["id"].clone();
            async move {
                let answer = match (n + round) % 4 {
                    0 => admin.patch(&path, json!({"status": "pending"})).await,
                    1 => admin.patch(&path, json!({"status": "approved"})).await,
                    2 if n % 5 == 2 => admin.delete(&path).await,
                    _ => {
                        let body = format!("Another {round} {n}");
                        let new = json!({"author_name": "Arjun", "body": body, "locale": "en", "parent_id": comment});
                        guest.post(&comments(&article), new).await
                    }
                };
                // Taken; or gone, deleted or not approved by then.
                assert!(matches!(answer.status, 200 | 201 | 204 | 404 | 409 | 422), "{}", answer.text);
            }
        });
        join_all(works).await;
        assert_counts_are_right(&app).await;
    }
    let article = guests[0]
        .get(&format!("/v1/articles/{article}"))
        .await
        .expect(200);
    let sql = app.sql().await;
    let count = "select count(*) from comments where status = 'approved'";
    let approved: i64 = sql.query_one(count, &[]).await.unwrap().get(0);
    assert_eq!(article["comments"]["approved_count"], approved);
}

#[tokio::test]
async fn comments_close_so_many_days_after_an_article_was_first_published() {
    let app = TestApp::start_with(&["--cache-mb", "0", "--comments-close-after-days", "30"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let path = format!("/v1/articles/{article}");
    let open = async || guest.get(&path).await.expect(200)["comments"]["open"].clone();
    let new = |body: &str| json!({"author_name": "Meera", "body": body});
    assert_eq!(open().await, true);
    guest
        .post(&comments(&article), new("In time."))
        .await
        .check(201);
    // Thirty days pass, and something else is published.
    let sql = app.sql().await;
    let earlier =
        "update translations set first_published_at = first_published_at - interval '30 days'";
    sql.execute(earlier, &[]).await.unwrap();
    guest
        .post(&comments(&article), new("Too late."))
        .await
        .problem(409, "conflict");
    admin
        .patch(&path, json!({"authors": ["A. Deshmukh"]}))
        .await
        .expect(200);
    assert_eq!(open().await, false);
    // What the article says itself goes before.
    admin
        .patch(&path, json!({"comments_close_at": "2199-01-01T00:00:00Z"}))
        .await
        .expect(200);
    assert_eq!(open().await, true);
    guest
        .post(&comments(&article), new("In time again."))
        .await
        .check(201);
}

#[tokio::test]
async fn a_node_that_starts_with_another_number_of_days_goes_through_what_is_there() {
    let app = TestApp::start_with(&["--cache-mb", "0"]).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let sql = app.sql().await;
    let earlier =
        "update translations set first_published_at = first_published_at - interval '10 days'";
    sql.execute(earlier, &[]).await.unwrap();
    let path = format!("/v1/articles/{article}");
    let until = async |open: bool| {
        while guest.get(&path).await.expect(200)["comments"]["open"] != open {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    until(true).await;
    let closing = app.second_node(&["--comments-close-after-days", "7"]).await;
    until(false).await;
    drop(closing);
    let _reopening = app.second_node(&["--comments-close-after-days", "0"]).await;
    until(true).await;
}

#[tokio::test]
async fn words_of_comments_from_before_are_taken() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = published(&admin, "Ferries").await;
    for n in 0..3 {
        post(&admin, &article, None, &format!("Comment {n}")).await;
    }
    let sql = app.sql().await;
    sql.execute("update comments set words = ''", &[])
        .await
        .unwrap();
    let db = dateline::db::Database::new(&app.database_url, 2).unwrap();
    // The worker of the service does the same meanwhile.
    let take = async || {
        db.write(async |conn| dateline::comments::words::take_missing(conn).await)
            .await
            .unwrap()
    };
    while take().await > 0 {}
    let all = "select count(*) from comments where words @@ 'comment'::tsquery and words @@ '''@meera'''::tsquery";
    let taken: i64 = sql.query_one(all, &[]).await.unwrap().get(0);
    assert_eq!(taken, 3);
}

#[tokio::test]
async fn keys_for_addresses_change_and_old_ones_go() {
    let app = TestApp::start().await;
    let sql = app.sql().await;
    let db = dateline::db::Database::new(&app.database_url, 2).unwrap();
    let change = async || {
        db.write(async |conn| dateline::comments::visitors::change_keys(conn).await)
            .await
            .unwrap();
    };
    let keys = async || -> Vec<i32> {
        let rows = sql
            .query("select id from address_keys order by id", &[])
            .await
            .unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    };
    let first = keys().await;
    assert_eq!(first.len(), 1);
    change().await;
    assert_eq!(keys().await, first);
    let month = "update address_keys set created_at = created_at - interval '31 days'";
    sql.execute(month, &[]).await.unwrap();
    change().await;
    change().await;
    let both = keys().await;
    assert_eq!((both.len(), both[0]), (2, first[0]));
    sql.execute(month, &[]).await.unwrap();
    change().await;
    let last = keys().await;
    assert_eq!((last.len(), last[0]), (2, both[1]));
}

#[tokio::test]
async fn the_direction_of_a_comment_is_that_of_its_text() {
    let app = TestApp::start_with(&["--comments-premoderation", "false"]).await;
    let admin = app.admin();
    let article = published(&admin, "Ferries").await;
    for (text, direction) in [
        ("Late.", "ltr"),
        ("देर से।", "ltr"),
        ("“تاخیر سے آئی۔”", "rtl"),
        ("+1", "ltr"),
    ] {
        let new = json!({"author_name": "Meera", "body": text, "locale": "en"});
        let comment = app.guest().post(&comments(&article), new).await.expect(201);
        assert_eq!(comment["direction"], direction, "{text}");
    }
}

#[tokio::test]
async fn a_guests_change_is_looked_at_like_a_new_comment() {
    let settings = [
        "--comments-premoderation",
        "false",
        "--comment-blocked-words",
        "casino",
    ];
    let app = TestApp::start_with(&settings).await;
    let (admin, guest) = (app.admin(), app.guest());
    let article = published(&admin, "Ferries").await;
    let comment = post(&guest, &article, None, "Late.").await;
    let path = format!("/v1/comments/{}", id(&comment));
    let change = async |body: &str| {
        let token = comment["edit_token"].as_str().unwrap();
        let request = guest
            .request("PATCH", &path)
            .header("comment-edit-token", token);
        Answer::of(request.json(&json!({"body": body})))
            .await
            .expect(200)
    };
    assert_eq!(change("Very late.").await["status"], "approved");
    assert_eq!(change("Come to my casino.").await["status"], "pending");
    assert_eq!(
        admin.get(&path).await.expect(200)["held_for"],
        json!(["blocked_word"])
    );
    // It stays so until a moderator has looked.
    assert_eq!(change("Very late indeed.").await["status"], "pending");
}
