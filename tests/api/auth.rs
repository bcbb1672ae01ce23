//! Who may call what.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::described::{Described, Operation, World};
use crate::make;

/// Every scope but `admin`, which has them all.
const SCOPES: [&str; 7] = [
    "content:read",
    "content:write",
    "content:publish",
    "tags:write",
    "comments:moderate",
    "webhooks:manage",
    "tokens:manage",
];

/// Whom an operation lets in.
#[derive(Clone, Copy, Debug)]
enum Who {
    /// Anyone.
    Anyone,
    /// Whoever has a token.
    Known,
    /// Who has a token with all of these scopes.
    With(&'static [&'static str]),
    /// The same; without a token, the writer with the `Comment-Edit-Token`.
    WriterOr(&'static [&'static str]),
    /// Whoever holds what was sent by mail, which is in the body; nobody else, with whatever token.
    Mailed,
}
use Who::{Anyone, Known, Mailed, With, WriterOr};

/// Every operation. One that is added has no place here yet, and fails the test until it has.
const TABLE: [(&str, Who); 37] = [
    ("list_articles", Anyone),
    ("find_article", Anyone),
    ("create_article", With(&["content:write"])),
    ("update_article", With(&["content:write"])),
    // The world's article is published: who may not publish may not take it away.
    (
        "delete_article",
        With(&["content:write", "content:publish"]),
    ),
    (
        "restore_article",
        With(&["content:write", "content:publish"]),
    ),
    ("tag_article", With(&["content:write"])),
    ("untag_article", With(&["content:write"])),
    ("resolve_address", Anyone),
    ("list_translations", Anyone),
    ("find_translation", Anyone),
    ("replace_translation", With(&["content:write"])),
    ("update_translation", With(&["content:write"])),
    (
        "delete_translation",
        With(&["content:write", "content:publish"]),
    ),
    ("publish_translation", With(&["content:publish"])),
    ("unpublish_translation", With(&["content:publish"])),
    ("list_tags", Anyone),
    ("find_tag", Anyone),
    ("create_tag", With(&["tags:write"])),
    ("update_tag", With(&["tags:write"])),
    ("delete_tag", With(&["tags:write"])),
    ("merge_tag", With(&["tags:write"])),
    ("list_tag_translations", Anyone),
    ("replace_tag_translation", With(&["tags:write"])),
    ("delete_tag_translation", With(&["tags:write"])),
    ("list_article_comments", Anyone),
    ("create_comment", Anyone),
    ("list_comments", With(&["comments:moderate"])),
    ("count_comments", Anyone),
    ("find_comment", Anyone),
    ("update_comment", WriterOr(&["comments:moderate"])),
    ("delete_comment", WriterOr(&["comments:moderate"])),
    ("list_locales", Anyone),
    ("find_locale", Anyone),
    ("replace_locale", With(&["admin"])),
    ("delete_locale", With(&["admin"])),
    ("list_tokens", With(&["tokens:manage"])),
];

/// The rest of the table.
const MORE: [(&str, Who); 54] = [
    ("import_content", With(&["admin"])),
    ("export_content", With(&["content:read"])),
    ("find_comment_form", Anyone),
    ("replace_reaction", Anyone),
    ("delete_reaction", Anyone),
    ("create_report", Anyone),
    ("list_reports", With(&["comments:moderate"])),
    ("create_notice_token", With(&["comments:moderate"])),
    ("confirm_notice", Mailed),
    ("stop_notice", Mailed),
    ("list_related", Anyone),
    ("suggest_articles", Anyone),
    ("submit_translation", With(&["content:write"])),
    ("reject_translation", With(&["content:publish"])),
    ("archive_translation", With(&["content:publish"])),
    ("reopen_translation", With(&["content:publish"])),
    ("publish_article", With(&["content:publish"])),
    ("list_work", With(&["content:read"])),
    ("find_coverage", With(&["content:read"])),
    ("list_revisions", With(&["content:read"])),
    ("find_revision", With(&["content:read"])),
    ("diff_revision", With(&["content:read"])),
    ("find_source_changes", With(&["content:read"])),
    ("find_xliff", With(&["content:read"])),
    ("replace_xliff", With(&["content:write"])),
    ("restore_revision", With(&["content:write"])),
    ("create_preview_link", With(&["content:write"])),
    ("revoke_preview_links", With(&["content:write"])),
    ("find_preview", Anyone),
    ("list_audit", With(&["admin"])),
    ("moderate_comments", With(&["comments:moderate"])),
    ("list_history", With(&["comments:moderate"])),
    ("export_comments", With(&["comments:moderate"])),
    ("erase_comments", With(&["comments:moderate"])),
    ("list_bans", With(&["comments:moderate"])),
    ("find_ban", With(&["comments:moderate"])),
    ("create_ban", With(&["comments:moderate"])),
    ("delete_ban", With(&["comments:moderate"])),
    ("current_token", Known),
    ("find_token", With(&["tokens:manage"])),
    ("create_token", With(&["tokens:manage"])),
    ("delete_token", With(&["tokens:manage"])),
    ("find_rss_feed", Anyone),
    ("find_atom_feed", Anyone),
    ("find_json_feed", Anyone),
    ("find_sitemap_index", Anyone),
    ("find_sitemap", Anyone),
    ("find_news_sitemap", Anyone),
    ("find_jsonld", Anyone),
    ("find_index", Anyone),
    ("find_health", Anyone),
    ("find_readiness", Anyone),
    ("find_openapi", Anyone),
    ("explain_problem", Anyone),
];

fn who(operation: &Operation) -> Who {
    let id = operation.about["operationId"].as_str().unwrap();
    let known = TABLE.iter().chain(&MORE).find(|(name, _)| *name == id);
    known
        .unwrap_or_else(|| panic!("who may call {id}? Put it into the table"))
        .1
}

/// Calls the operation with what its description takes.
async fn call(
    caller: &Client,
    described: &Described,
    world: &World,
    operation: &Operation,
) -> Answer {
    let request = caller.request(&operation.method, &world.target(operation));
    Answer::of(match operation.bodies().first() {
        Some(_) if operation.path == "/v1/tokens" => {
            request.json(&json!({"name": "made", "scopes": ["tokens:manage"]}))
        }
        Some(_) if operation.path.ends_with("/merge") => request.json(&json!({"into": "nothing"})),
        Some((_, schema)) => request.json(&described.example(schema)),
        None => request,
    })
    .await
}

#[track_caller]
fn is_unauthenticated(answer: Answer, what: &str) {
    assert_eq!(answer.status, 401, "{what}: {}", answer.text);
    let challenge = answer.header("www-authenticate").to_owned();
    assert!(
        challenge == "Bearer" || challenge.starts_with("Bearer "),
        "{what}: {challenge}"
    );
    assert!(
        answer.header("cache-control").contains("no-store"),
        "{what}: {}",
        answer.header("cache-control")
    );
    answer.problem(401, "unauthenticated");
}

#[track_caller]
fn lacks(answer: Answer, what: &str, name: &str) {
    assert_eq!(answer.status, 403, "{what} without {name}: {}", answer.text);
    let problem = answer.problem(403, "forbidden");
    assert!(
        problem["detail"].as_str().unwrap().contains(name),
        "{what} without {name}: {problem}"
    );
}

#[tokio::test]
async fn the_table_and_the_document_are_of_one_mind() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let mut seen = BTreeSet::new();
    for operation in described.operations() {
        let public = matches!(who(&operation), Anyone | WriterOr(_) | Mailed);
        assert_eq!(operation.is_public(), public, "{}", operation.name());
        seen.insert(operation.about["operationId"].as_str().unwrap().to_owned());
    }
    for (id, _) in TABLE.iter().chain(&MORE) {
        assert!(seen.contains(*id), "there is no operation {id}");
    }
}

#[tokio::test]
async fn without_a_token_what_needs_one_is_401() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let world = World::new(&app.admin()).await;
    for operation in described.operations() {
        let answer = call(&app.guest(), &described, &world, &operation).await;
        match who(&operation) {
            Anyone => assert!(
                !matches!(answer.status, 401 | 403),
                "{}: {}",
                operation.name(),
                answer.text
            ),
            Known | With(_) | WriterOr(_) => is_unauthenticated(answer, &operation.name()),
            Mailed => {
                answer.problem(403, "forbidden");
            }
        }
    }
}

#[tokio::test]
async fn who_is_not_known_is_not_told_what_else_is_wrong() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    for operation in described
        .operations()
        .iter()
        .filter(|operation| matches!(who(operation), With(_)))
    {
        let path = ["{article}", "{tag}", "{comment}", "{ban}", "{id}"]
            .iter()
            .fold(operation.path.clone(), |path, name| {
                path.replace(name, "nothing")
            });
        let request = app
            .guest()
            .request(&operation.method, &path.replace("{locale}", "hi"));
        let request = if operation.writes() {
            request
                .header("content-type", "application/json")
                .body("{\"x\": 1}")
        } else {
            request
        };
        is_unauthenticated(Answer::of(request).await, &operation.name());
    }
}

#[tokio::test]
async fn a_bad_token_is_401_everywhere_under_v1() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let world = World::new(&app.admin()).await;
    let zeros = format!("Bearer dl_{}", "0".repeat(64));
    let upper = format!("Bearer {}", app.admin().token().to_uppercase());
    let cut = format!("Bearer {}", &app.admin().token()[..60]);
    let twice = format!("Bearer {0} {0}", app.admin().token());
    let other_scheme = format!("Basic {}", app.admin().token());
    let bare = app.admin().token().to_owned();
    let bad = [
        "Bearer nonsense",
        "Bearer",
        "Bearer ",
        "",
        "Basic dXNlcjpwYXNz",
        &zeros,
        &upper,
        &cut,
        &twice,
        &other_scheme,
        &bare,
    ];
    for operation in described
        .operations()
        .iter()
        .filter(|operation| operation.path.starts_with("/v1/"))
    {
        for header in bad {
            let request = app
                .guest()
                .request(&operation.method, &world.target(operation))
                .header("authorization", header);
            let request = match operation.bodies().first() {
                Some((_, schema)) => request.json(&described.example(schema)),
                None => request,
            };
            is_unauthenticated(
                Answer::of(request).await,
                &format!("{} {header}", operation.name()),
            );
        }
    }
}

#[tokio::test]
async fn a_bad_token_is_told_before_a_bad_body_or_query() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let world = World::new(&app.admin()).await;
    let bad = Client::new(&app.url, Some(format!("dl_{}", "0".repeat(64))));
    let mut told = vec![];
    for operation in described
        .operations()
        .iter()
        .filter(|operation| operation.path.starts_with("/v1/"))
    {
        let path = world.path(&operation.path);
        let mut requests =
            vec![bad.request(&operation.method, &format!("{path}?nobody_knows_this=1"))];
        if !operation.bodies().is_empty() {
            requests.push(
                bad.request(&operation.method, &path)
                    .json(&json!({"nobody_knows_this": 1})),
            );
            requests.push(
                bad.request(&operation.method, &path)
                    .header("content-type", "application/json")
                    .body("{"),
            );
            requests.push(
                bad.request(&operation.method, &path)
                    .header("content-type", "text/plain")
                    .body("x"),
            );
        }
        for request in requests {
            let answer = Answer::of(request).await;
            if answer.status != 401 {
                told.push(format!("{}: {}", operation.name(), answer.status));
            }
        }
    }
    assert!(told.is_empty(), "{told:?}");
}

#[tokio::test]
async fn the_scheme_is_read_in_any_case() {
    let app = TestApp::start().await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let header = format!("{scheme} {}", app.admin().token());
        Answer::of(
            app.guest()
                .request("GET", "/v1/tokens/current")
                .header("authorization", header),
        )
        .await
        .check(200);
    }
}

#[tokio::test]
async fn without_a_scope_that_it_needs_an_operation_is_403_and_names_it() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let world = World::new(&app.admin()).await;
    for scope in SCOPES.iter().chain(&["admin"]) {
        let others: Vec<&str> = SCOPES
            .iter()
            .copied()
            .filter(|other| other != scope)
            .collect();
        let caller = app.caller(&others).await;
        for operation in described.operations() {
            let (With(needed) | WriterOr(needed)) = who(&operation) else {
                continue;
            };
            if !needed.contains(scope) {
                continue;
            }
            // What is not in the trash can be restored by nobody: who may not is told first.
            let answer = call(&caller, &described, &world, &operation).await;
            lacks(answer, &operation.name(), scope);
        }
    }
}

#[tokio::test]
async fn with_the_scopes_that_it_needs_and_no_other_an_operation_is_open() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    for operation in described.operations() {
        let world = World::new(&app.admin()).await;
        let caller = match who(&operation) {
            Anyone => app.guest(),
            Mailed => continue,
            Known => app.caller(&["webhooks:manage"]).await,
            With(needed) | WriterOr(needed) => app.caller(needed).await,
        };
        let answer = call(&caller, &described, &world, &operation).await;
        assert!(
            !matches!(answer.status, 401 | 403),
            "{}: {}",
            operation.name(),
            answer.text
        );
        assert!(answer.status < 500, "{}: {}", operation.name(), answer.text);
    }
}

#[tokio::test]
async fn admin_may_do_everything() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    for operation in described.operations() {
        if matches!(who(&operation), Mailed) {
            continue;
        }
        let world = World::new(&app.admin()).await;
        let answer = call(&app.admin(), &described, &world, &operation).await;
        assert!(
            !matches!(answer.status, 401 | 403),
            "{}: {}",
            operation.name(),
            answer.text
        );
    }
}

#[tokio::test]
async fn a_token_with_no_right_to_it_still_reads_what_is_public() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let world = World::new(&app.admin()).await;
    let caller = app.caller(&["webhooks:manage"]).await;
    for operation in described
        .operations()
        .iter()
        .filter(|operation| matches!(who(operation), Anyone) && !operation.writes())
    {
        let (guest, known) = (
            call(&app.guest(), &described, &world, operation).await,
            call(&caller, &described, &world, operation).await,
        );
        assert_eq!(known.status, guest.status, "{}", operation.name());
        assert_eq!(
            known.text.contains("\"data\""),
            guest.text.contains("\"data\"")
        );
    }
}

#[tokio::test]
async fn to_publish_at_once_needs_the_right_to_publish() {
    let app = TestApp::start().await;
    let writer = app.caller(&["content:read", "content:write"]).await;
    let body = json!({"source_locale": "en", "translation": {"title": "At once"}, "publish": true});
    lacks(
        writer.post("/v1/articles", body).await,
        "create_article",
        "content:publish",
    );
    assert_eq!(
        app.admin()
            .get("/v1/articles?view=draft&total=exact")
            .await
            .expect(200)["total"],
        0
    );
    let body = json!({"source_locale": "en", "translation": {"title": "Later"}, "publish": false});
    let made = writer.post("/v1/articles", body).await.expect(201);
    app.guest()
        .get(&format!("/v1/articles/{}", make::id(&made)))
        .await
        .problem(404, "not-found");
    writer
        .delete(&format!("/v1/articles/{}", make::id(&made)))
        .await
        .check(204);
    lacks(
        writer
            .delete(&format!("/v1/articles/{}?permanent=true", make::id(&made)))
            .await,
        "permanent",
        "admin",
    );
}

#[tokio::test]
async fn working_copies_are_for_those_who_may_read_them() {
    let app = TestApp::start().await;
    let id = make::draft(&app.admin(), "Secret plans").await;
    let other = app
        .caller(&[
            "content:write",
            "content:publish",
            "tags:write",
            "comments:moderate",
        ])
        .await;
    let reader = app.caller(&["content:read"]).await;
    for path in [
        format!("/v1/articles/{id}?view=draft"),
        "/v1/articles?view=draft".to_owned(),
    ] {
        is_unauthenticated(app.guest().get(&path).await, &path);
        lacks(other.get(&path).await, &path, "content:read");
        reader.get(&path).await.check(200);
    }
    for path in [
        format!("/v1/articles/{id}"),
        format!("/v1/articles/{id}/translations"),
        format!("/v1/articles/{id}/translations/en"),
        format!("/v1/articles/{id}/comments"),
        "/v1/articles/secret-plans".to_owned(),
    ] {
        for caller in [app.guest(), other.clone()] {
            let answer = caller.get(&path).await;
            assert!(!answer.text.contains("Secret"), "{path}: {}", answer.text);
            answer.problem(404, "not-found");
        }
    }
    reader
        .get(&format!("/v1/articles/{id}/translations/en"))
        .await
        .check(200);
    reader
        .get(&format!("/v1/articles/{id}/translations"))
        .await
        .check(200);
}

#[tokio::test]
async fn the_edit_token_of_one_comment_opens_no_other() {
    let app = TestApp::start().await;
    let article = make::published(&app.admin(), "Talk").await;
    let path = format!("/v1/articles/{article}/comments");
    let post = async |words: &str| {
        app.guest()
            .post(&path, json!({"author_name": "Meera", "body": words}))
            .await
            .expect(201)
    };
    let (mine, other) = (post("Mine").await, post("Another's").await);
    let change = |comment: &Value, token: &Value| {
        let request = app
            .guest()
            .request("PATCH", &format!("/v1/comments/{}", make::id(comment)));
        request
            .header("comment-edit-token", token.as_str().unwrap())
            .json(&json!({"body": "Changed"}))
    };
    Answer::of(change(&mine, &other["edit_token"]))
        .await
        .problem(403, "forbidden");
    Answer::of(change(&mine, &json!("nonsense")))
        .await
        .problem(403, "forbidden");
    Answer::of(change(&mine, &mine["edit_token"]))
        .await
        .check(200);
}

// Tokens for some languages only

#[tokio::test]
async fn a_token_for_a_language_writes_in_no_other() {
    let app = TestApp::start().await;
    let id = make::published(&app.admin(), "Limited").await;
    make::translate(&app.admin(), &id, "hi", "सीमित").await;
    let limited = app
        .caller_in(
            &["content:read", "content:write", "content:publish"],
            Some(&["hi"]),
        )
        .await;
    let path = format!("/v1/articles/{id}/translations");
    for locale in ["en", "mr"] {
        let at = format!("{path}/{locale}");
        lacks(limited.put(&at, json!({"title": "x"})).await, "put", locale);
        lacks(
            limited.patch(&at, json!({"title": "x"})).await,
            "patch",
            locale,
        );
        lacks(limited.delete(&at).await, "delete", locale);
        lacks(
            limited.post(&format!("{at}/publish"), json!({})).await,
            "publish",
            locale,
        );
        lacks(
            limited.post(&format!("{at}/unpublish"), json!({})).await,
            "unpublish",
            locale,
        );
    }
    lacks(
        limited
            .post(
                "/v1/articles",
                json!({"source_locale": "en", "translation": {"title": "x"}}),
            )
            .await,
        "create",
        "en",
    );
    lacks(
        limited.delete(&format!("/v1/articles/{id}")).await,
        "delete the article",
        "en",
    );
    app.guest()
        .get(&format!("/v1/articles/{id}?locale=en"))
        .await
        .check(200);
}

#[tokio::test]
async fn a_token_for_a_language_reads_all_and_writes_its_own() {
    let app = TestApp::start().await;
    let id = make::published(&app.admin(), "Limited").await;
    let limited = app
        .caller_in(
            &["content:read", "content:write", "content:publish"],
            Some(&["hi", "PT-br"]),
        )
        .await;
    assert_eq!(
        limited.get("/v1/tokens/current").await.expect(200)["locales"],
        json!(["hi", "pt-BR"])
    );
    limited
        .get(&format!("/v1/articles/{id}/translations/en"))
        .await
        .check(200);
    let path = format!("/v1/articles/{id}/translations/hi");
    limited
        .put(&path, json!({"title": "सीमित"}))
        .await
        .check(201);
    limited
        .patch(&path, json!({"subtitle": "और"}))
        .await
        .check(200);
    limited
        .post(&format!("{path}/publish"), json!({}))
        .await
        .check(200);
    limited
        .post(&format!("{path}/unpublish"), json!({}))
        .await
        .check(200);
    limited.delete(&path).await.check(204);
    limited
        .patch(
            &format!("/v1/articles/{id}"),
            json!({"authors": ["A. Deshmukh"]}),
        )
        .await
        .check(200);
    limited
        .post(
            "/v1/articles",
            json!({"source_locale": "hi", "translation": {"title": "अपना"}, "publish": true}),
        )
        .await
        .check(201);
}
