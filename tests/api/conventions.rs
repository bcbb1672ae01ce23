//! What holds for every path: shapes, bodies, problems, preconditions, caching, and HTTP itself.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client, faults};
use crate::described::{Described, Operation, World, call};
use crate::make;

/// What every problem of the document under `/v1` is about.
async fn described(app: &TestApp) -> (Described, Vec<Operation>, World) {
    let described = Described::by(app).await;
    let operations = described
        .operations()
        .into_iter()
        .filter(|operation| operation.path.starts_with("/v1/"))
        .collect();
    (described, operations, World::new(&app.admin()).await)
}

/// A GET with one more header.
async fn get_with(caller: &Client, path: &str, name: &str, value: &str) -> Answer {
    Answer::of(caller.request("GET", path).header(name, value)).await
}

/// Sends bytes as they are; what came back until the service closed the connection.
fn raw(app: &TestApp, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(app.url.strip_prefix("http://").unwrap()).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    // It may hang up before it has read everything.
    let _ = stream.write_all(request);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of an answer as it came over the socket.
#[track_caller]
fn status(answer: &str) -> u16 {
    let line = answer.lines().next().unwrap_or_default();
    line.split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

/// The addresses in a `Link` header by their relation.
fn link(answer: &Answer, relation: &str) -> Option<String> {
    let links = answer
        .header("link")
        .split(", ")
        .map(str::to_owned)
        .collect::<Vec<_>>();
    let link = links
        .into_iter()
        .find(|link| link.ends_with(&format!("rel=\"{relation}\"")))?;
    Some(
        link.strip_prefix('<')
            .unwrap()
            .split_once('>')
            .unwrap()
            .0
            .to_owned(),
    )
}

// Single resources and collections

#[tokio::test]
async fn a_collection_has_data_and_page_and_every_item_its_etag() {
    let app = TestApp::start().await;
    let (described, operations, world) = described(&app).await;
    let mut seen = 0;
    for operation in reading_json(&operations) {
        let members = described
            .members(&operation.about["responses"]["200"]["content"]["application/json"]["schema"]);
        let answer = call(&app.admin(), &described, &world, operation).await;
        let answer = if answer.status == 301 {
            app.admin().get(answer.header("location")).await
        } else {
            answer
        };
        let body = answer.check(200).json();
        if !members.contains_key("page") {
            continue;
        }
        seen += 1;
        let page = body["page"].as_object().unwrap();
        assert_eq!(
            page.keys().collect::<Vec<_>>(),
            ["limit", "has_more", "next_cursor"],
            "{}",
            operation.name()
        );
        assert!(
            page["has_more"] == false && page["next_cursor"].is_null(),
            "{body}"
        );
        assert!(body.get("total").is_none(), "{body}");
        assert!(
            link(&answer, "first").is_some() && link(&answer, "next").is_none(),
            "{}",
            answer.header("link")
        );
        // What has happened is not edited.
        if ["/v1/audit", "/v1/comments/{comment}/history"].contains(&operation.path.as_str()) {
            continue;
        }
        for item in body["data"].as_array().unwrap() {
            let etag = item["etag"].as_str().unwrap_or_default();
            assert!(
                etag.starts_with('"') && etag.ends_with('"') && etag.len() > 2,
                "{}: {item}",
                operation.name()
            );
        }
    }
    assert!(seen >= 7, "only {seen} collections are described");
}

#[tokio::test]
async fn limit_is_from_1_to_100() {
    let app = TestApp::start().await;
    let (_, operations, world) = described(&app).await;
    for operation in operations
        .iter()
        .filter(|operation| operation.query().contains(&"limit"))
    {
        let path = world.path(&operation.path);
        for bad in ["0", "101", "-1", "x", "", "1.0", "99999999999999999999"] {
            let problem = app
                .admin()
                .get(&format!("{path}?limit={bad}"))
                .await
                .problem(400, "invalid-parameter");
            assert!(
                problem["detail"].as_str().unwrap().contains("limit"),
                "{problem}"
            );
        }
        for good in [1, 100] {
            let page = app
                .admin()
                .get(&format!("{path}?limit={good}"))
                .await
                .expect(200);
            // What is no collection has no page, only a limit.
            assert!(page.get("page").is_none_or(|page| page["limit"] == good));
        }
        let parameters = operation.about["parameters"].as_array().unwrap();
        let limit = parameters.iter().find(|one| one["name"] == "limit");
        let usual = &limit.unwrap()["schema"]["default"];
        let page = app.admin().get(&path).await.expect(200);
        assert!(page.get("page").is_none_or(|page| page["limit"] == *usual));
        let id = operation.about["operationId"].as_str().unwrap();
        assert!(usual == 20 || ["list_related", "suggest_articles"].contains(&id));
    }
}

#[tokio::test]
async fn total_is_counted_when_asked_for() {
    let app = TestApp::start().await;
    let (_, operations, world) = described(&app).await;
    for operation in operations
        .iter()
        .filter(|operation| operation.query().contains(&"total"))
    {
        let path = world.path(&operation.path);
        app.admin()
            .get(&format!("{path}?total=yes"))
            .await
            .problem(400, "invalid-parameter");
        let page = app
            .admin()
            .get(&format!("{path}?total=exact&limit=1"))
            .await
            .expect(200);
        assert!(
            page["total"].as_i64() >= Some(1),
            "{}: {page}",
            operation.name()
        );
    }
}

#[tokio::test]
async fn pages_follow_one_another_by_their_links() {
    let app = TestApp::start().await;
    for number in 0..5 {
        make::published(&app.admin(), &format!("Report {number}")).await;
    }
    let mut path = "/v1/articles?limit=2&fields=title&sort=title".to_owned();
    let (mut titles, mut pages) = (vec![], 0);
    loop {
        let answer = app.guest().get(&path).await;
        let page = answer.check(200).json();
        titles.extend(
            page["data"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["title"].as_str().unwrap().to_owned()),
        );
        pages += 1;
        assert_eq!(
            link(&answer, "first").unwrap(),
            "/v1/articles?limit=2&fields=title&sort=title"
        );
        let Some(next) = link(&answer, "next") else {
            assert!(page["page"]["has_more"] == false && page["page"]["next_cursor"].is_null());
            break;
        };
        assert_eq!(page["page"]["has_more"], true);
        assert!(
            next.ends_with(&format!(
                "cursor={}",
                page["page"]["next_cursor"].as_str().unwrap()
            )),
            "{next}"
        );
        path = next;
    }
    assert_eq!(pages, 3);
    assert_eq!(
        titles,
        ["Report 0", "Report 1", "Report 2", "Report 3", "Report 4"]
    );
}

#[tokio::test]
async fn a_cursor_that_was_not_answered_is_refused_everywhere() {
    let app = TestApp::start().await;
    let (_, operations, world) = described(&app).await;
    make::published(&app.admin(), "One more").await;
    let good = app.guest().get("/v1/articles?limit=1").await.expect(200)["page"]["next_cursor"]
        .as_str()
        .unwrap()
        .to_owned();
    app.guest()
        .get(&format!("/v1/articles?limit=1&cursor={good}"))
        .await
        .check(200);
    let changed = format!(
        "{}{}",
        &good[..good.len() - 2],
        if good.ends_with("AA") { "BA" } else { "AA" }
    );
    app.guest()
        .get(&format!("/v1/articles?limit=1&cursor={changed}"))
        .await
        .problem(400, "invalid-cursor");
    app.guest()
        .get(&format!("/v1/articles?locale=en&cursor={good}"))
        .await
        .problem(400, "invalid-cursor");
    for operation in operations
        .iter()
        .filter(|operation| operation.query().contains(&"cursor"))
    {
        let path = world.path(&operation.path);
        for bad in ["", "x", "AAAA", "%20", "WyIyMDI2Il0", &changed] {
            app.admin()
                .get(&format!("{path}?cursor={bad}"))
                .await
                .problem(400, "invalid-cursor");
        }
        if operation.path != "/v1/articles" {
            app.admin()
                .get(&format!("{path}?cursor={good}"))
                .await
                .problem(400, "invalid-cursor");
        }
    }
}

#[tokio::test]
async fn what_is_made_has_an_address_and_an_etag() {
    let app = TestApp::start().await;
    let (described, operations, world) = described(&app).await;
    for operation in operations
        .iter()
        .filter(|operation| operation.about["responses"].get("201").is_some())
    {
        // A PUT on a locale that is there already only replaces.
        // What a preview link leads to is the article, not the link.
        // Where a report leads to are all of them.
        if operation.method == "PUT"
            || operation.path.ends_with("/preview-links")
            || operation.path.ends_with("/reports")
        {
            continue;
        }
        let mut body = described.example(operation.bodies()[0].1);
        for member in ["tags", "parent"] {
            body.as_object_mut().unwrap().remove(member);
        }
        if operation.path == "/v1/tokens" {
            body = json!({"name": "made", "scopes": ["content:read"]});
        }
        let made = app.admin().post(&world.path(&operation.path), body).await;
        made.check(201);
        assert!(made.etag().starts_with('"'), "{}", operation.name());
        let found = app.admin().get(made.header("location")).await;
        let found = if operation.path == "/v1/articles" {
            app.admin()
                .get(&format!("{}?view=draft", made.header("location")))
                .await
                .expect(200)
        } else {
            found.expect(200)
        };
        assert_eq!(found["id"], made.json()["id"], "{}", operation.name());
        let id: uuid::Uuid = found["id"].as_str().unwrap().parse().unwrap();
        assert_eq!(id.get_version_num(), 7);
    }
}

// Queries

#[tokio::test]
async fn an_unknown_parameter_is_refused_by_every_operation() {
    let app = TestApp::start().await;
    let (described, operations, world) = described(&app).await;
    for operation in &operations {
        let target = world.target(operation);
        let join = if target.contains('?') { '&' } else { '?' };
        let mut request = app.admin().request(
            &operation.method,
            &format!("{target}{join}nobody_knows_this=1"),
        );
        if let Some((_, schema)) = operation.bodies().first() {
            request = request.json(&described.example(schema));
        }
        let problem = Answer::of(request).await.problem(400, "invalid-parameter");
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("nobody_knows_this"),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn a_parameter_of_one_value_given_twice_is_refused() {
    let app = TestApp::start().await;
    let (_, operations, world) = described(&app).await;
    for operation in &operations {
        for name in operation.query().into_iter().filter(|name| *name != "tag") {
            let target = format!("{}?{name}=1&{name}=1", world.path(&operation.path));
            let problem = Answer::of(app.admin().request(&operation.method, &target))
                .await
                .problem(400, "invalid-parameter");
            assert!(
                problem["detail"].as_str().unwrap().contains(name),
                "{target} {problem}"
            );
        }
    }
}

#[tokio::test]
async fn a_query_that_is_no_utf_8_is_refused() {
    let app = TestApp::start().await;
    for query in ["author=%FF", "%FF=1", "author=%ED%A0%80", "author=%00"] {
        app.guest()
            .get(&format!("/v1/articles?{query}"))
            .await
            .problem(400, "invalid-parameter");
    }
}

// Bodies

#[tokio::test]
async fn a_body_of_another_media_type_is_refused_with_those_that_are_taken() {
    let app = TestApp::start().await;
    let (described, operations, world) = described(&app).await;
    for operation in operations
        .iter()
        .filter(|operation| !operation.bodies().is_empty())
    {
        let patches = operation.method == "PATCH";
        let body = described.example(operation.bodies()[0].1).to_string();
        let mut bad = vec![
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/xml",
            "application/jsonp",
            "text/json",
            "*/*",
            "json",
        ];
        if !patches {
            bad.push("application/merge-patch+json");
        }
        for media in bad {
            let request = app
                .admin()
                .request(&operation.method, &world.target(operation));
            let answer = Answer::of(request.header("content-type", media).body(body.clone())).await;
            let takes = answer
                .header(if patches {
                    "accept-patch"
                } else {
                    "accept-post"
                })
                .to_owned();
            answer.problem(415, "unsupported-media-type");
            assert!(
                takes.contains("application/json"),
                "{}: {takes}",
                operation.name()
            );
            assert_eq!(takes.contains("application/merge-patch+json"), patches);
        }
        let request = app
            .admin()
            .request(&operation.method, &world.target(operation))
            .body(body);
        Answer::of(request)
            .await
            .problem(415, "unsupported-media-type");
    }
}

#[tokio::test]
async fn the_media_types_of_the_contract_are_taken() {
    let app = TestApp::start().await;
    let tag = make::tag(&app.admin(), "Transport").await;
    for media in [
        "application/json",
        "application/merge-patch+json",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
    ] {
        let request = app
            .admin()
            .request("PATCH", &format!("/v1/tags/{tag}"))
            .header("content-type", media);
        Answer::of(request.body("{}")).await.check(200);
    }
}

#[tokio::test]
async fn what_cannot_be_read_as_json_is_told_with_its_place() {
    let app = TestApp::start().await;
    for body in [
        "",
        " ",
        "{",
        "{\"name\": }",
        "{\"name\": \"x\"} x",
        "{} {}",
        "{\"name\": 'x'}",
        "{\"name\": \"x\",}",
        "nul",
        "// x\n{}",
    ] {
        let request = app
            .admin()
            .request("POST", "/v1/tags")
            .header("content-type", "application/json");
        let problem = Answer::of(request.body(body))
            .await
            .problem(400, "malformed-json");
        assert!(
            problem["detail"].as_str().unwrap().contains("line"),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_no_object_is_not_valid() {
    let app = TestApp::start().await;
    let (_, operations, world) = described(&app).await;
    for operation in operations
        .iter()
        .filter(|operation| !operation.bodies().is_empty())
    {
        for body in [json!([]), json!("x"), json!(1), Value::Null, json!([{}])] {
            let request = app
                .admin()
                .request(&operation.method, &world.target(operation))
                .json(&body);
            let problem = Answer::of(request).await.problem(422, "validation-failed");
            assert_eq!(
                faults(&problem),
                [(String::new(), "wrong_type".to_owned())],
                "{}",
                operation.name()
            );
        }
    }
}

#[tokio::test]
async fn an_unknown_member_is_named_by_every_operation() {
    let app = TestApp::start().await;
    let (described, operations, world) = described(&app).await;
    for operation in operations
        .iter()
        .filter(|operation| !operation.bodies().is_empty())
    {
        for (media, schema) in operation.bodies() {
            for value in [json!(1), json!({"a": 1}), Value::Null] {
                let mut body = described.example(schema);
                body["nobody/knows~this"] = value;
                let request = app
                    .admin()
                    .request(&operation.method, &world.target(operation))
                    .header("content-type", media);
                let problem = Answer::of(request.body(body.to_string()))
                    .await
                    .problem(422, "validation-failed");
                let expected = (
                    "/nobody~1knows~0this".to_owned(),
                    "unknown_field".to_owned(),
                );
                assert!(
                    faults(&problem).contains(&expected),
                    "{} {problem}",
                    operation.name()
                );
            }
        }
    }
}

#[tokio::test]
async fn every_fault_of_a_body_is_told_at_once() {
    let app = TestApp::start().await;
    let body = json!({
        "source_locale": "not a tag", "publish": "yes", "authors": ["A", "", 7, "x".repeat(2000)], "comments_open": 1,
        "comments_close_at": "tomorrow", "comments_threads": "some", "external_id": "x".repeat(201), "metadata": [],
        "lead_image": {"url": "ftp://x", "width": -1, "height": "tall", "alt": 1, "more": true},
        "translation": {"title": " ", "subtitle": "x".repeat(301), "body": 1, "slug": "", "seo": {"title": 1, "words": []}, "translators": "me"},
        "tags": "transport", "a/b": 1, "": 1,
    });
    let problem = app
        .admin()
        .post("/v1/articles", body)
        .await
        .problem(422, "validation-failed");
    let found: BTreeSet<String> = faults(&problem)
        .into_iter()
        .map(|(pointer, _)| pointer)
        .collect();
    let expected = [
        "/",
        "/a~1b",
        "/authors/1",
        "/authors/2",
        "/authors/3",
        "/comments_close_at",
        "/comments_open",
        "/comments_threads",
        "/external_id",
        "/lead_image/alt",
        "/lead_image/height",
        "/lead_image/more",
        "/lead_image/url",
        "/lead_image/width",
        "/metadata",
        "/publish",
        "/source_locale",
        "/tags",
        "/translation/body",
        "/translation/seo/title",
        "/translation/seo/words",
        "/translation/subtitle",
        "/translation/title",
        "/translation/translators",
    ];
    let missing: Vec<_> = expected
        .iter()
        .filter(|pointer| !found.contains(**pointer))
        .collect();
    assert!(missing.is_empty(), "{missing:?} are not among {found:?}");
    let problem = app
        .admin()
        .post("/v1/articles", json!({}))
        .await
        .problem(422, "validation-failed");
    let pointers: BTreeSet<String> = faults(&problem)
        .into_iter()
        .map(|(pointer, _)| pointer)
        .collect();
    assert_eq!(
        pointers.into_iter().collect::<Vec<_>>(),
        ["/source_locale", "/translation"]
    );
    assert_eq!(
        app.admin()
            .get("/v1/articles?view=draft&total=exact")
            .await
            .expect(200)["total"],
        0,
        "nothing is partly written"
    );
}

#[tokio::test]
async fn a_body_of_one_mebibyte_is_taken_and_one_more_byte_is_not() {
    let app = TestApp::start().await;
    let padded = |length: usize| {
        let body = json!({"name": format!("Long {length}")}).to_string();
        body.clone() + &" ".repeat(length - body.len())
    };
    let send = |length: usize| {
        app.admin()
            .request("POST", "/v1/tags")
            .header("content-type", "application/json")
            .body(padded(length))
    };
    Answer::of(send(1024 * 1024)).await.check(201);
    Answer::of(send(1024 * 1024 + 1))
        .await
        .problem(413, "content-too-large");
}

#[tokio::test]
async fn a_body_announced_too_large_is_refused_unread() {
    let app = TestApp::start().await;
    let head = format!(
        "POST /v1/tags HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n",
        app.admin().token()
    );
    let answer = raw(&app, head.as_bytes());
    assert_eq!(status(&answer), 413, "{answer}");
    assert!(answer.contains("content-too-large"), "{answer}");
}

#[tokio::test]
async fn a_body_in_chunks_is_refused_when_it_has_grown_too_large() {
    let app = TestApp::start().await;
    let head = |length: &str| {
        format!(
            "POST /v1/tags HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n{length}\r\n\r\n",
            app.admin().token()
        )
    };
    let small =
        head("Transfer-Encoding: chunked") + "10\r\n{\"name\": \"Small\"\r\n1\r\n}\r\n0\r\n\r\n";
    assert_eq!(status(&raw(&app, small.as_bytes())), 201);
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let large = head("Transfer-Encoding: chunked") + &chunk.repeat(17);
    let answer = raw(&app, large.as_bytes());
    assert_eq!(status(&answer), 413, "{answer}");
}

// Methods and paths

#[tokio::test]
async fn head_answers_like_get_without_a_body() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let world = World::new(&app.admin()).await;
    for operation in described
        .operations()
        .iter()
        .filter(|operation| operation.method == "GET")
    {
        let target = world.target(operation);
        let get = app.admin().get(&target).await;
        let head = Answer::of(app.admin().request("HEAD", &target)).await;
        assert_eq!(head.status, get.status, "{target}");
        assert_eq!(head.text, "", "{target}");
        for name in [
            "etag",
            "content-type",
            "cache-control",
            "vary",
            "link",
            "content-language",
            "last-modified",
            "location",
        ] {
            assert_eq!(head.header(name), get.header(name), "{target} {name}");
        }
    }
    let missing = Answer::of(app.guest().request("HEAD", "/v1/articles/nothing")).await;
    assert_eq!((missing.status, missing.text.as_str()), (404, ""));
    assert_eq!(missing.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn a_path_tells_its_methods_and_refuses_the_others() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let world = World::new(&app.admin()).await;
    let mut taken = vec![];
    for (path, item) in described.paths() {
        let there: BTreeSet<String> = item
            .as_object()
            .unwrap()
            .keys()
            .map(|method| method.to_uppercase())
            .collect();
        let mut expected: BTreeSet<String> = there.clone();
        expected.insert("OPTIONS".into());
        if there.contains("GET") {
            expected.insert("HEAD".into());
        }
        let allowed = |answer: &Answer| -> BTreeSet<String> {
            answer
                .header("allow")
                .split(", ")
                .map(str::to_owned)
                .collect()
        };
        let target = world.path(path);
        let options = Answer::of(app.guest().request("OPTIONS", &target)).await;
        options.check(204);
        assert_eq!(allowed(&options), expected, "{path}");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "BREW"]
            .iter()
            .filter(|method| !there.contains(**method))
        {
            for caller in [app.guest(), app.admin()] {
                let answer = Answer::of(caller.request(method, &target)).await;
                if answer.status == 405 {
                    assert_eq!(allowed(&answer), expected, "{method} {path}");
                    answer.problem(405, "method-not-allowed");
                } else {
                    taken.push(format!("{method} {path}: {}", answer.status));
                }
            }
        }
    }
    assert!(taken.is_empty(), "{taken:?}");
}

#[tokio::test]
async fn an_unknown_path_is_a_problem_like_any_other() {
    let app = TestApp::start().await;
    for path in [
        "/nothing",
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/articles/",
        "/v1//articles",
        "/V1/articles",
        "/v1/articles/x/y/z",
        "/v2/articles",
        "/v1/articles%2Fx%2Fcomments",
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let answer = Answer::of(app.guest().request(method, path)).await;
            let instance = answer.problem(404, "not-found")["instance"]
                .as_str()
                .unwrap()
                .to_owned();
            assert_eq!(instance, path);
        }
    }
}

#[tokio::test]
async fn a_target_over_8_kib_is_refused() {
    let app = TestApp::start().await;
    let just = format!(
        "/v1/articles?author={}",
        "x".repeat(8192 - "/v1/articles?author=".len())
    );
    let answer = app.guest().get(&just).await;
    assert_ne!(answer.status, 414);
    app.guest()
        .get(&format!("{just}x"))
        .await
        .problem(414, "uri-too-long");
    app.guest()
        .get(&format!("/{}", "x".repeat(9000)))
        .await
        .problem(414, "uri-too-long");
}

#[tokio::test]
async fn who_takes_no_json_is_told_so() {
    let app = TestApp::start().await;
    let (_, operations, world) = described(&app).await;
    for operation in operations.iter().filter(|operation| !operation.writes()) {
        let target = world.target(operation);
        let xml = operation
            .answers()
            .iter()
            .any(|media| media.ends_with("xml"));
        let other = if xml {
            "audio/*"
        } else {
            "application/xml, text/*;q=0.5"
        };
        for accept in ["text/html", other, "application/json;q=0", "image/*"] {
            get_with(&app.admin(), &target, "accept", accept)
                .await
                .problem(406, "not-acceptable");
        }
        for accept in [
            "*/*",
            "application/json",
            "application/*",
            "text/html, */*;q=0.1",
            "APPLICATION/JSON",
            "application/problem+json, application/json",
        ] {
            let answer = get_with(&app.admin(), &target, "accept", accept).await;
            assert!(answer.status < 400, "{target} {accept} {}", answer.text);
        }
    }
}

#[tokio::test]
async fn what_an_operation_answers_is_what_it_may_be_asked_for() {
    let app = TestApp::start().await;
    let (_, operations, world) = described(&app).await;
    let mut others = 0;
    for operation in operations.iter().filter(|operation| !operation.writes()) {
        let target = world.target(operation);
        for media in operation.answers() {
            let answer = get_with(&app.admin(), &target, "accept", &media).await;
            assert_eq!(answer.status, 200, "{target} {media} {}", answer.text);
            assert_eq!(answer.header("content-type"), media, "{target}");
            others += usize::from(media != "application/json");
            if media.ends_with("xml") {
                for accept in ["application/xml", "text/xml", "text/*, image/png"] {
                    let answer = get_with(&app.admin(), &target, "accept", accept).await;
                    assert_eq!(answer.header("content-type"), media, "{target} {accept}");
                }
            }
            let refused = format!("{media};q=0, text/html");
            get_with(&app.admin(), &target, "accept", &refused)
                .await
                .problem(406, "not-acceptable");
        }
    }
    assert!(
        others >= 8,
        "feeds, sitemaps, structured data and XLIFF are no JSON"
    );
}

// Problems and request ids

#[tokio::test]
async fn a_sane_request_id_is_taken_over_and_any_other_is_replaced() {
    let app = TestApp::start().await;
    for sane in [
        "abc",
        "01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10",
        "req_1.2:3",
        "A-Z0",
    ] {
        let answer = get_with(&app.guest(), "/v1/articles", "x-request-id", sane).await;
        assert_eq!(answer.header("x-request-id"), sane);
        let problem = get_with(&app.guest(), "/v1/articles/nothing", "x-request-id", sane)
            .await
            .problem(404, "not-found");
        assert_eq!(problem["request_id"], sane);
    }
    let long = "x".repeat(1000);
    for insane in ["", " ", "a b", "<script>", "\"", "a\tb", &long, "{}", "a;b"] {
        let answer = get_with(&app.guest(), "/v1/articles/nothing", "x-request-id", insane).await;
        let id = answer.header("x-request-id").to_owned();
        assert_ne!(id, insane);
        let id: uuid::Uuid = id.parse().unwrap();
        assert_eq!(id.get_version_num(), 7);
        answer.problem(404, "not-found");
    }
}

#[tokio::test]
async fn every_answer_has_a_request_id() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let world = World::new(&app.admin()).await;
    for operation in described.operations() {
        for caller in [app.guest(), app.admin()] {
            let answer = call(&caller, &described, &world, &operation).await;
            assert!(
                !answer.header("x-request-id").is_empty(),
                "{}",
                operation.name()
            );
        }
    }
    for path in ["/docs", "/docs/", "/nothing"] {
        assert!(
            !app.guest()
                .get(path)
                .await
                .header("x-request-id")
                .is_empty(),
            "{path}"
        );
    }
    let two = (app.guest().get("/").await, app.guest().get("/").await);
    assert_ne!(two.0.header("x-request-id"), two.1.header("x-request-id"));
}

#[tokio::test]
async fn the_type_of_a_problem_is_an_address_that_explains_it() {
    let app = TestApp::start().await;
    let codes = [
        ("malformed-json", 400),
        ("invalid-parameter", 400),
        ("invalid-cursor", 400),
        ("unauthenticated", 401),
        ("forbidden", 403),
        ("not-found", 404),
        ("translation-not-available", 404),
        ("method-not-allowed", 405),
        ("not-acceptable", 406),
        ("request-timeout", 408),
        ("conflict", 409),
        ("precondition-failed", 412),
        ("content-too-large", 413),
        ("uri-too-long", 414),
        ("unsupported-media-type", 415),
        ("validation-failed", 422),
        ("precondition-required", 428),
        ("internal", 500),
        ("unavailable", 503),
    ];
    for (code, status) in codes {
        let page = app.guest().get(&format!("/problems/{code}")).await;
        page.check(200);
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(
            page.text.contains(code) && page.text.contains(&status.to_string()),
            "{}",
            page.text
        );
    }
    let problem = app
        .guest()
        .get("/v1/articles/nothing")
        .await
        .problem(404, "not-found");
    let path = problem["type"]
        .as_str()
        .unwrap()
        .strip_prefix(&app.url)
        .unwrap()
        .to_owned();
    app.guest().get(&path).await.check(200);
}

#[tokio::test]
async fn problems_stand_under_the_public_address() {
    let app = TestApp::start_with(&["--public-url", "https://api.news.example"]).await;
    let problem = app
        .guest()
        .get("/v1/articles/nothing")
        .await
        .problem(404, "not-found");
    assert_eq!(
        problem["type"],
        "https://api.news.example/problems/not-found"
    );
}

// CORS

async fn preflight(app: &TestApp, origin: &str, method: &str) -> Answer {
    let request = app
        .guest()
        .request("OPTIONS", "/v1/articles")
        .header("origin", origin);
    Answer::of(
        request
            .header("access-control-request-method", method)
            .header(
                "access-control-request-headers",
                "authorization, if-match, content-type",
            ),
    )
    .await
}

#[tokio::test]
async fn without_a_setting_no_other_origin_is_let_in() {
    let app = TestApp::start().await;
    let answer = get_with(
        &app.guest(),
        "/v1/articles",
        "origin",
        "https://news.example",
    )
    .await;
    answer.check(200);
    assert_eq!(answer.header("access-control-allow-origin"), "");
    assert_eq!(
        preflight(&app, "https://news.example", "PATCH")
            .await
            .header("access-control-allow-origin"),
        ""
    );
}

#[tokio::test]
async fn browsers_of_a_set_origin_may_call_everything() {
    let app = TestApp::start_with(&[
        "--cors-origins",
        "https://news.example,https://other.example",
    ])
    .await;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let answer = preflight(&app, "https://news.example", method).await;
        assert!(matches!(answer.status, 200 | 204), "{}", answer.text);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "https://news.example"
        );
        assert!(
            answer
                .header("access-control-allow-methods")
                .contains(method)
        );
        let headers = answer.header("access-control-allow-headers").to_lowercase();
        assert!(
            ["authorization", "if-match", "content-type"]
                .iter()
                .all(|name| headers.contains(name)),
            "{headers}"
        );
        assert!(!answer.header("x-request-id").is_empty());
    }
    for path in [
        "/v1/articles",
        "/v1/articles/nothing",
        "/nothing",
        "/v1/tokens",
    ] {
        let answer = get_with(&app.guest(), path, "origin", "https://other.example").await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "https://other.example",
            "{path} {}",
            answer.status
        );
        let exposed = answer
            .header("access-control-expose-headers")
            .to_lowercase();
        for name in [
            "etag",
            "link",
            "location",
            "x-request-id",
            "content-language",
            "retry-after",
        ] {
            assert!(exposed.contains(name), "{path}: {exposed}");
        }
        assert!(
            answer.header("vary").to_lowercase().contains("origin"),
            "{path}: {}",
            answer.header("vary")
        );
    }
}

#[tokio::test]
async fn browsers_of_another_origin_are_not_let_in() {
    let app = TestApp::start_with(&["--cors-origins", "https://news.example"]).await;
    for origin in [
        "https://evil.example",
        "http://news.example",
        "https://news.example.evil.example",
        "null",
    ] {
        assert_eq!(
            preflight(&app, origin, "PATCH")
                .await
                .header("access-control-allow-origin"),
            ""
        );
        let answer = get_with(&app.guest(), "/v1/articles", "origin", origin).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
    }
}

#[tokio::test]
async fn a_star_lets_every_origin_in() {
    let app = TestApp::start_with(&["--cors-origins", "*"]).await;
    let answer = get_with(
        &app.guest(),
        "/v1/articles",
        "origin",
        "https://any.example",
    )
    .await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    assert_eq!(
        preflight(&app, "https://any.example", "PATCH")
            .await
            .header("access-control-allow-origin"),
        "*"
    );
}

// Representations

/// An article with enough words that packing them is worth it.
async fn long_article(app: &TestApp) -> String {
    let text = "The bridge is open again, and the buses run. ".repeat(200);
    let body = json!({"source_locale": "en", "translation": {"title": "Long", "body": text}, "publish": true});
    make::id(&app.admin().post("/v1/articles", body).await.expect(201))
}

#[tokio::test]
async fn each_coding_has_an_etag_of_its_own_and_any_is_taken_back() {
    let app = TestApp::start().await;
    let path = format!("/v1/articles/{}", long_article(&app).await);
    let plain = app.guest().get(&path).await;
    assert_eq!(plain.header("content-encoding"), "");
    let mut tags = vec![plain.etag()];
    for coding in ["gzip", "br", "zstd"] {
        let request = app
            .guest()
            .request("GET", &path)
            .header("accept-encoding", coding);
        let response = request.send().await.unwrap();
        let headers: &HeaderMap = response.headers();
        assert_eq!(headers["content-encoding"], coding);
        assert!(
            headers["vary"]
                .to_str()
                .unwrap()
                .to_lowercase()
                .contains("accept-encoding")
        );
        tags.push(headers["etag"].to_str().unwrap().to_owned());
        let bytes = response.bytes().await.unwrap();
        assert!(
            bytes.len() * 2 < plain.text.len(),
            "{coding}: {}",
            bytes.len()
        );
    }
    assert_eq!(tags.iter().collect::<BTreeSet<_>>().len(), 4, "{tags:?}");
    assert!(tags.iter().all(|tag| tag.starts_with('"')), "{tags:?}");
    assert!(
        plain
            .header("vary")
            .to_lowercase()
            .contains("accept-encoding")
    );
    for tag in &tags {
        for coding in ["identity", "gzip", "br", "zstd"] {
            let request = app
                .guest()
                .request("GET", &path)
                .header("accept-encoding", coding)
                .header("if-none-match", tag);
            Answer::of(request).await.check(304);
        }
    }
}

#[tokio::test]
async fn the_etag_of_a_packed_draft_is_one_to_write_with() {
    let app = TestApp::start().await;
    let path = format!("/v1/articles/{}", long_article(&app).await);
    for coding in ["gzip", "br", "zstd", "identity"] {
        let request = app
            .admin()
            .request("GET", &format!("{path}?view=draft"))
            .header("accept-encoding", coding);
        let etag = request.send().await.unwrap().headers()["etag"]
            .to_str()
            .unwrap()
            .to_owned();
        let change = json!({"authors": [format!("A. {coding}")]});
        let write = || {
            app.admin()
                .request("PATCH", &path)
                .header("if-match", &etag)
                .json(&change)
        };
        Answer::of(write()).await.check(200);
        Answer::of(
            app.admin()
                .request("PATCH", &path)
                .header("if-match", &etag)
                .json(&json!({"authors": []})),
        )
        .await
        .problem(412, "precondition-failed");
    }
}

#[tokio::test]
async fn the_coding_is_the_one_that_the_client_likes_best() {
    let app = TestApp::start().await;
    let path = format!("/v1/articles/{}", long_article(&app).await);
    for (accepts, coding) in [
        ("gzip;q=0.5, br;q=0.9", "br"),
        ("br;q=0, gzip", "gzip"),
        ("identity", ""),
        ("x-unknown", ""),
        ("gzip, br, zstd;q=0", "br"),
    ] {
        let request = app
            .guest()
            .request("GET", &path)
            .header("accept-encoding", accepts);
        let response = request.send().await.unwrap();
        let got = response
            .headers()
            .get("content-encoding")
            .map_or("", |value| value.to_str().unwrap())
            .to_owned();
        assert_eq!(got, coding, "{accepts}");
    }
}

#[tokio::test]
async fn what_has_not_changed_is_304_wherever_get_is() {
    let app = TestApp::start().await;
    let (_, operations, world) = described(&app).await;
    // What is written while it is sent has no tag: that would be known at the end.
    let streamed = |operation: &&Operation| operation.path == "/v1/export";
    let reads = operations.iter().filter(|operation| !operation.writes());
    for operation in reads.filter(|operation| !streamed(operation)) {
        for caller in [app.admin(), app.guest()] {
            let target = world.target(operation);
            let seen = caller.get(&target).await;
            if seen.status != 200 {
                continue;
            }
            let tag = seen.etag();
            assert!(
                tag.starts_with('"') && tag.ends_with('"'),
                "{target}: {tag}"
            );
            for same in [
                tag.clone(),
                format!("W/{tag}"),
                format!("\"x\", {tag}"),
                "*".to_owned(),
            ] {
                let answer = get_with(&caller, &target, "if-none-match", &same).await;
                answer.check(304);
                assert_eq!(answer.text, "");
                assert_eq!(answer.etag(), tag, "{target}");
                assert_eq!(
                    answer.header("cache-control"),
                    seen.header("cache-control"),
                    "{target}"
                );
                assert_eq!(answer.header("vary"), seen.header("vary"), "{target}");
            }
            for other in ["\"x\"", "x", "", "\"\""] {
                get_with(&caller, &target, "if-none-match", other)
                    .await
                    .check(200);
            }
        }
    }
}

#[tokio::test]
async fn what_anyone_may_read_may_be_kept_on_the_way_and_nothing_else() {
    let app = TestApp::start().await;
    let (_, operations, world) = described(&app).await;
    let mut keyless = vec![];
    // A preview is for whoever holds its link, a form for whoever asks, and both for nobody else to keep.
    let kept = |operation: &&Operation| {
        !operation.writes()
            && !operation.path.starts_with("/v1/previews/")
            && !operation.path.ends_with("/comments/form")
    };
    for operation in operations.iter().filter(kept) {
        let target = world.target(operation);
        let answer = app.guest().get(&target).await;
        let cache = answer.header("cache-control");
        if answer.status == 200 {
            for directive in [
                "public",
                "s-maxage=",
                "stale-while-revalidate=",
                "stale-if-error=",
            ] {
                assert!(cache.contains(directive), "{target}: {cache}");
            }
            if answer.header("surrogate-key").is_empty() {
                keyless.push(operation.name());
            }
        } else if answer.status != 404 && answer.status != 301 {
            assert!(
                cache.contains("no-store"),
                "{target} {}: {cache}",
                answer.status
            );
        }
        assert_eq!(
            app.admin().get(&target).await.header("cache-control"),
            "private, no-store",
            "{target}"
        );
    }
    assert!(keyless.is_empty(), "no Surrogate-Key: {keyless:?}");
    let missing = app.guest().get("/v1/articles/nothing").await;
    let longest = missing
        .header("cache-control")
        .split("s-maxage=")
        .nth(1)
        .and_then(|rest| rest.split(',').next())
        .map(|age| age.parse::<u32>().unwrap());
    assert!(
        longest.is_none_or(|age| age <= 5),
        "{}",
        missing.header("cache-control")
    );
}

#[tokio::test]
async fn an_article_tells_when_it_last_changed() {
    let app = TestApp::start().await;
    let id = make::published(&app.admin(), "Dated").await;
    let answer = app.guest().get(&format!("/v1/articles/{id}")).await;
    let told = chrono::DateTime::parse_from_rfc2822(answer.header("last-modified")).unwrap();
    let body = answer.json();
    let updated: chrono::DateTime<chrono::Utc> =
        body["updated_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(told.timestamp(), updated.timestamp());
    assert!(answer.header("last-modified").ends_with(" GMT"));
}

#[tokio::test]
async fn times_are_utc_and_names_are_snake_case_in_every_answer() {
    let app = TestApp::start().await;
    let (described, operations, world) = described(&app).await;
    for operation in reading_json(&operations) {
        let answer = call(&app.admin(), &described, &world, operation).await;
        if answer.status == 200 {
            assert_eq!(answer.header("content-type"), "application/json");
            check_names(&answer.json(), &operation.name());
        }
    }
}

fn check_names(value: &Value, at: &str) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| check_names(item, at)),
        Value::Object(members) => {
            for (name, value) in members {
                assert!(
                    name.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
                    "{at}: {name}"
                );
                if name.ends_with("_at") && !value.is_null() {
                    let text = value.as_str().unwrap();
                    assert!(
                        text.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(text).is_ok(),
                        "{at}: {name} {text}"
                    );
                }
                check_names(value, at);
            }
        }
        _ => {}
    }
}

// Preconditions

/// The operations that change something that is there, as the document has it.
fn changes(operations: &[Operation]) -> impl Iterator<Item = &Operation> {
    operations.iter().filter(|operation| {
        operation
            .parameters("header")
            .iter()
            .any(|parameter| parameter["name"] == "If-Match")
    })
}

/// Whether the operation makes something by its nature, or is about many things at once, so that there is
/// nothing to hold it against; a reaction is the visitor's own, and so is what a mail's token decides.
fn only_makes(operation: &Operation) -> bool {
    operation.path.ends_with("/reaction")
        || operation.method == "POST"
            && [
                "/v1/comments/{comment}/reports",
                "/v1/comments/{comment}/notice-token",
                "/v1/comments/notices/confirm",
                "/v1/comments/notices/stop",
                "/v1/articles",
                "/v1/tags",
                "/v1/tokens",
                "/v1/articles/{article}/comments",
                "/v1/articles/{article}/preview-links",
                "/v1/bans",
                "/v1/comments/moderate",
                "/v1/comments/export",
                "/v1/comments/erase",
                "/v1/import",
            ]
            .contains(&operation.path.as_str())
}

/// The operations that read, and answer with JSON.
fn reading_json(operations: &[Operation]) -> impl Iterator<Item = &Operation> {
    let reading = |operation: &&Operation| !operation.writes() && operation.answers_json();
    operations.iter().filter(reading)
}

async fn call_if(
    caller: &Client,
    described: &Described,
    world: &World,
    operation: &Operation,
    name: &str,
    value: &str,
) -> Answer {
    let request = caller
        .request(&operation.method, &world.target(operation))
        .header(name, value);
    Answer::of(match operation.bodies().first() {
        Some((_, schema)) => request.json(&precise(described, operation, schema)),
        None => request,
    })
    .await
}

/// A body that goes through on the world's things.
fn precise(described: &Described, operation: &Operation, schema: &Value) -> Value {
    match operation.path.as_str() {
        "/v1/tags/{tag}/merge" => json!({"into": "nothing"}),
        "/v1/articles/{article}" => json!({"authors": ["A. Deshmukh"]}),
        "/v1/tags/{tag}" => json!({"description": "Ferries"}),
        _ => described.example(schema),
    }
}

#[tokio::test]
async fn every_write_that_can_be_stale_is_described_with_if_match() {
    let app = TestApp::start().await;
    let (_, operations, _) = described(&app).await;
    let known: BTreeSet<String> = changes(&operations).map(Operation::name).collect();
    for operation in operations
        .iter()
        .filter(|operation| operation.writes() && !only_makes(operation))
    {
        assert!(known.contains(&operation.name()), "{}", operation.name());
    }
}

#[tokio::test]
async fn a_malformed_if_match_is_refused_by_every_write() {
    let app = TestApp::start().await;
    let (described, operations, world) = described(&app).await;
    for operation in changes(&operations) {
        for bad in ["x", "\"x", "W/x", "\"a\" \"b\"", "", "*, \"x\"", "\u{e9}"] {
            let answer =
                call_if(&app.admin(), &described, &world, operation, "if-match", bad).await;
            answer.problem(400, "invalid-parameter");
        }
    }
}

#[tokio::test]
async fn a_stale_if_match_is_refused_by_every_write_and_changes_nothing() {
    let app = TestApp::start().await;
    let (described, operations, world) = described(&app).await;
    let state = async || {
        let mut state = vec![];
        for path in [
            "/v1/articles?view=draft",
            "/v1/tags",
            "/v1/comments",
            "/v1/locales",
            "/v1/articles",
        ] {
            state.push(app.admin().get(path).await.expect(200));
        }
        state
    };
    let before = state().await;
    // A merge leads on to its tag; XML is looked at elsewhere.
    let tried = |operation: &&Operation| {
        !operation.path.ends_with("/merge") && !operation.path.ends_with("/xliff")
    };
    for operation in changes(&operations).filter(tried) {
        for stale in ["\"x\"", "W/\"x\"", "\"x\", \"y\"", "\"\""] {
            let answer = call_if(
                &app.admin(),
                &described,
                &world,
                operation,
                "if-match",
                stale,
            )
            .await;
            if operation.path == "/v1/articles/{article}/restore" && answer.status == 409 {
                continue; // It is not in the trash.
            }
            answer.problem(412, "precondition-failed");
        }
    }
    assert_eq!(before, state().await);
}

#[tokio::test]
async fn with_preconditions_required_every_write_without_one_is_refused() {
    let app = TestApp::start_with(&["--require-preconditions", "true"]).await;
    let described = Described::by(&app).await;
    let article = make::published(&app.admin(), "Guarded").await;
    let tag = make::tag(&app.admin(), "Guarded").await;
    let comment = json!({"author_name": "Meera", "body": "Hello"});
    let comment = make::id(
        &app.admin()
            .post(&format!("/v1/articles/{article}/comments"), comment)
            .await
            .expect(201),
    );
    let token = make::id(
        &app.admin()
            .post(
                "/v1/tokens",
                json!({"name": "spare", "scopes": ["content:read"]}),
            )
            .await
            .expect(201),
    );
    let world = World::of(article, tag, comment, token);
    for operation in described.operations().iter().filter(|operation| {
        operation.writes() && operation.path.starts_with("/v1/") && !only_makes(operation)
    }) {
        let answer = call(&app.admin(), &described, &world, operation).await;
        assert_eq!(answer.status, 428, "{} {}", operation.name(), answer.text);
        answer.problem(428, "precondition-required");
    }
    app.admin().get("/v1/articles?view=draft").await.check(200);
    let path = world.path("/v1/articles/{article}/translations/{locale}");
    let write = |name: &'static str, value: &str| {
        app.admin()
            .request("PUT", &path)
            .header(name, value)
            .json(&json!({"title": "शीर्षक"}))
    };
    Answer::of(write("if-none-match", "\"x\""))
        .await
        .problem(428, "precondition-required");
    let made = Answer::of(write("if-none-match", "*")).await;
    made.check(201);
    Answer::of(write("if-match", &made.etag())).await.check(200);
    Answer::of(write("if-match", "*")).await.check(200);
}

#[tokio::test]
async fn an_etag_to_write_with_is_taken_once() {
    let app = TestApp::start().await;
    let id = make::published(&app.admin(), "Edited").await;
    let path = format!("/v1/articles/{id}");
    let tag = app.admin().get(&format!("{path}?view=draft")).await.etag();
    let write = |header: String, author: &str| {
        app.admin()
            .request("PATCH", &path)
            .header("if-match", header)
            .json(&json!({"authors": [author]}))
    };
    Answer::of(write(format!("W/{tag}"), "A"))
        .await
        .problem(412, "precondition-failed");
    let first = Answer::of(write(format!("\"x\", {tag}"), "B")).await;
    first.check(200);
    Answer::of(write(tag.clone(), "C"))
        .await
        .problem(412, "precondition-failed");
    let second = Answer::of(write(first.etag(), "C")).await;
    second.check(200);
    assert_ne!(first.etag(), second.etag());
    Answer::of(write("*".into(), "D")).await.check(200);
    let current = app.admin().get(&format!("{path}?view=draft")).await.etag();
    let unchanged = Answer::of(write(current.clone(), "D")).await;
    assert_eq!(
        unchanged.etag(),
        current,
        "a save that changes nothing keeps the ETag"
    );
}

#[tokio::test]
async fn a_readers_etag_is_not_one_to_write_with() {
    let app = TestApp::start().await;
    let id = make::published(&app.admin(), "Read").await;
    for (path, method) in [
        (format!("/v1/articles/{id}"), "PATCH"),
        (format!("/v1/articles/{id}/translations/en"), "PATCH"),
    ] {
        let tag = app.guest().get(&path).await.etag();
        let body = if path.ends_with("/en") {
            json!({"subtitle": "New"})
        } else {
            json!({"authors": ["New"]})
        };
        Answer::of(
            app.admin()
                .request(method, &path)
                .header("if-match", tag)
                .json(&body),
        )
        .await
        .problem(412, "precondition-failed");
    }
}

#[tokio::test]
async fn an_etag_from_a_list_is_one_to_write_with() {
    let app = TestApp::start().await;
    let id = make::published(&app.admin(), "Listed").await;
    let tag = make::tag(&app.admin(), "Listed").await;
    app.guest()
        .post(
            &format!("/v1/articles/{id}/comments"),
            json!({"author_name": "Meera", "body": "Hello"}),
        )
        .await
        .check(201);
    let first = async |path: &str| app.admin().get(path).await.expect(200)["data"][0].clone();
    let comment = first("/v1/comments").await;
    let writes = [
        (
            first("/v1/articles?view=draft").await,
            format!("/v1/articles/{id}"),
            json!({"authors": ["X"]}),
        ),
        (
            first(&format!("/v1/articles/{id}/translations")).await,
            format!("/v1/articles/{id}/translations/en"),
            json!({"subtitle": "X"}),
        ),
        (
            first("/v1/tags").await,
            format!("/v1/tags/{tag}"),
            json!({"description": "X"}),
        ),
        (
            comment.clone(),
            format!("/v1/comments/{}", make::id(&comment)),
            json!({"status": "approved"}),
        ),
    ];
    for (item, path, change) in writes {
        let etag = item["etag"].as_str().unwrap();
        let write = |body: &Value| {
            app.admin()
                .request("PATCH", &path)
                .header("if-match", etag)
                .json(body)
        };
        Answer::of(write(&change)).await.check(200);
        Answer::of(write(&json!({})))
            .await
            .problem(412, "precondition-failed");
    }
}

#[tokio::test]
async fn a_put_makes_only_where_nothing_is_when_told_so() {
    let app = TestApp::start().await;
    let id = make::draft(&app.admin(), "Made").await;
    let tag = make::tag(&app.admin(), "Made").await;
    let puts = [
        (
            format!("/v1/articles/{id}/translations/hi"),
            json!({"title": "बना"}),
        ),
        (
            format!("/v1/tags/{tag}/translations/hi"),
            json!({"name": "बना"}),
        ),
        ("/v1/locales/ur".to_owned(), json!({})),
    ];
    for (path, body) in puts {
        let put = |name: &'static str, value: &str| {
            app.admin()
                .request("PUT", &path)
                .header(name, value)
                .json(&body)
        };
        if !path.contains("/tags/") {
            // A tag's name has the ETag of the tag, which is there.
            Answer::of(put("if-match", "*"))
                .await
                .problem(412, "precondition-failed");
            Answer::of(put("if-match", "\"x\""))
                .await
                .problem(412, "precondition-failed");
        }
        Answer::of(put("if-none-match", "*")).await.check(201);
        Answer::of(put("if-none-match", "*"))
            .await
            .problem(412, "precondition-failed");
        Answer::of(put("if-match", "*")).await.check(200);
    }
}

// HTTP itself, as no client library would send it

#[test]
fn the_status_of_a_raw_answer_is_read() {
    assert_eq!(status("HTTP/1.1 404 Not Found\r\n"), 404);
}

#[tokio::test]
async fn a_path_with_a_broken_escape_is_a_problem() {
    let app = TestApp::start().await;
    for target in [
        "/v1/articles/%",
        "/v1/articles/%zz",
        "/v1/articles/%FF",
        "/v1/articles/%00",
        "/v1/tags/%C0%80",
        "/v1/articles?author=%",
        "/v1/articles?author=%zz",
        "/%",
    ] {
        let answer = raw(
            &app,
            format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes(),
        );
        let status = status(&answer);
        assert!(matches!(status, 200 | 400 | 404), "{target}: {answer}");
        assert!(
            status == 200 || answer.contains("application/problem+json"),
            "{target}: {answer}"
        );
    }
}

#[tokio::test]
async fn what_is_no_http_gets_400_and_the_service_goes_on() {
    let app = TestApp::start().await;
    let requests: [&[u8]; 12] = [
        b"GARBAGE\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /v1/articles\r\n\r\n",
        b"GET /v1/art\0icles HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/art icles HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/articles HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /v1/articles HTTP/1.1\r\nHost x\r\n\r\n",
        b"GET /v1/articles HTTP/1.1\r\nHo st: x\r\n\r\n",
        b"GET /v1/articles HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
        b"POST /v1/tags HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"POST /v1/tags HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /v1/tags HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    ];
    for request in requests {
        let answer = raw(&app, request);
        assert_eq!(
            status(&answer),
            400,
            "{}\n{answer}",
            String::from_utf8_lossy(request)
        );
        assert!(
            !answer.contains("panicked") && !answer.contains("src/"),
            "{answer}"
        );
    }
    app.guest().get("/v1/articles").await.check(200);
}

#[tokio::test]
async fn a_broken_chunk_is_a_problem() {
    let app = TestApp::start().await;
    let head = format!(
        "POST /v1/tags HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        app.admin().token()
    );
    for chunks in [
        "zz\r\n{}\r\n0\r\n\r\n",
        "5\r\n{}",
        "2\r\n{}",
        "ffffffffffffffffff\r\n{}\r\n",
    ] {
        let answer = raw(&app, format!("{head}{chunks}").as_bytes());
        assert!(
            answer.is_empty() || status(&answer) == 400,
            "{chunks:?}: {answer}"
        );
    }
    app.guest().get("/v1/articles").await.check(200);
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let app = TestApp::start().await;
    let one = format!(
        "GET /v1/articles HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n",
        "x".repeat(1024 * 1024)
    );
    let many = format!(
        "GET /v1/articles HTTP/1.1\r\nHost: x\r\n{}\r\n",
        "X: y\r\n".repeat(10_000)
    );
    for request in [one, many] {
        let answer = raw(&app, request.as_bytes());
        assert!(
            answer.is_empty() || matches!(status(&answer), 400 | 413 | 431),
            "{:.300}",
            answer
        );
    }
    app.guest().get("/v1/articles").await.check(200);
}

#[tokio::test]
async fn odd_but_lawful_requests_are_answered() {
    let app = TestApp::start().await;
    let host = app.url.strip_prefix("http://").unwrap();
    let requests = [
        "GET /v1/articles HTTP/1.0\r\n\r\n".to_owned(),
        format!(
            "GET http://{host}/v1/articles HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        ),
        format!("GET /v1/articles HTTP/1.1\r\nhOsT:{host}\r\nCONNECTION:close\r\n\r\n"),
        format!("GET /v1/articles? HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
        format!("GET /v1/articles?& HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"),
    ];
    for request in requests {
        let answer = raw(&app, request.as_bytes());
        assert_eq!(status(&answer), 200, "{request}\n{answer}");
    }
}
