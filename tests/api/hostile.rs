//! What bad input gets: a 4xx problem, or it is stored harmlessly; never a 5xx, never a panic.
//!
//! The requests are made from `/openapi.json`, so that an operation that is added is tried too.

use std::fmt::Write;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::described::{Described, Operation, World};
use crate::make;

/// Stands in a body where a hostile value goes.
const HERE: &str = "\"@here@\"";

/// What no answer may show of the inside.
const SECRETS: [&str; 8] = [
    "src/",
    "diesel",
    "postgres",
    "panicked",
    "select ",
    "insert into",
    "relation ",
    "/root",
];

/// JSON values as text, as some of them are none that a JSON library would write.
fn values() -> Vec<String> {
    let plain = [
        "null",
        "true",
        "0",
        "-1",
        "1.5",
        "2147483648",
        "-9223372036854775809",
        "18446744073709551616",
        "1e308",
        "1E-400",
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "[1]",
        "[\"\"]",
        "{\"\":null}",
        "{\"$gt\":\"\"}",
        "{\"a\":{\"b\":[1]}}",
        r#""""#,
        r#"" ""#,
        r#""\u0000""#,
        r#""a\u0000b""#,
        r#"["\u0000"]"#,
        r#"{"\u0000":1}"#,
        r#"{"a":"\u0000"}"#,
        r#""\u202e\u2066""#,
        r#""\ufeff""#,
        r#""\uffff""#,
        r#""\u200b""#,
        r#""\r\n""#,
        r#""\u001b[31m""#,
        r#""../../etc/passwd""#,
        r#""..%2f..%2f""#,
        r#""/""#,
        r#"".""#,
        r#""a/../b""#,
        r#""C:\\nul""#,
        r#""<script>alert(1)</script>""#,
        r#""[x](javascript:alert(1))""#,
        r#""' or 1=1 --""#,
        r#""javascript:alert(1)""#,
        r#""http://[""#,
        r#""http://a\u0000b/""#,
        r#""https://user:pass@127.0.0.1/""#,
        r#""data:text/html,x""#,
        r#""+10000-01-01T00:00:00Z""#,
        r#""10000-01-01T00:00:00Z""#,
        r#""-0001-01-01T00:00:00Z""#,
        r#""0000-01-01T00:00:00Z""#,
        r#""9999-12-31T23:59:60Z""#,
        r#""9999-12-31T23:59:59-23:59""#,
        r#""2026-02-30T00:00:00Z""#,
        r#""+262142-12-31T23:59:59Z""#,
        r#""-262143-01-01T00:00:00Z""#,
        r#""00000000-0000-0000-0000-000000000000""#,
        r#""x-private""#,
        r#""i-default""#,
        r#""en-x-""#,
        r#""hi_IN""#,
        r#""%s%n{}${jndi:x}""#,
        r#""\ud83d\ude00""#,
        r#""e\u0301\u0301\u0301\u0301""#,
        r#""\u0f0b\u2028\u2029""#,
    ];
    let mut values: Vec<String> = plain.iter().map(|value| (*value).to_owned()).collect();
    values.push(format!("{}{}", "9".repeat(400), ""));
    values.push(format!("\"{}\"", "x".repeat(70_000)));
    values.push(format!("[{}]", vec!["\"x\""; 2000].join(",")));
    values.push(format!("{}1{}", "[".repeat(100), "]".repeat(100)));
    values.push(format!("{}1{}", "{\"a\":".repeat(100), "}".repeat(100)));
    values.push(format!("\"{}\"", "\u{200d}\u{94d}".repeat(200)));
    values
}

/// Values that make a body no JSON at all.
fn broken_values() -> Vec<String> {
    let plain = [
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\ud800x\"",
        "\"\\x\"",
        "\"\u{0}\"",
        "\"\n\"",
        "1e999",
        "NaN",
        "01",
        "'x'",
        "",
        "tru",
    ];
    let mut values: Vec<String> = plain.iter().map(|value| (*value).to_owned()).collect();
    values.push(format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000)));
    values.push("{\"a\":".repeat(10_000));
    values
}

/// Whether the operation may be called without a body.
fn is_optional(operation: &Operation) -> bool {
    operation.about["requestBody"]["required"] != true
}

/// The body with each of its members, and those of its objects, given away for the placeholder.
fn templates(described: &Described, schema: &Value) -> Vec<String> {
    let mut whole = described.example(schema);
    let members = described.members(described.present(schema));
    // A patch and an optional body may be empty; a member that the example leaves out is put in.
    let mut templates = vec![HERE.to_owned()];
    for (name, member) in &members {
        templates.push(with(&whole, &[name], HERE));
        for inner in described.members(described.present(member)).keys() {
            templates.push(with(&whole, &[name, inner], HERE));
        }
    }
    whole["nobody_knows_this"] = json!("@here@");
    templates.push(whole.to_string());
    templates
}

fn with(whole: &Value, path: &[&String], placeholder: &str) -> String {
    let mut changed = whole.clone();
    let mut slot = &mut changed;
    for name in path {
        if !slot.is_object() {
            *slot = json!({});
        }
        slot = &mut slot[name.as_str()];
    }
    *slot = serde_json::from_str(placeholder).unwrap();
    changed.to_string()
}

/// What is wrong with an answer, with what was tried.
fn fault(answer: &Answer, tried: &str) -> Option<String> {
    let tried: String = tried.chars().take(400).collect();
    let is_problem = answer.header("content-type") == "application/problem+json"
        && answer.text.contains(&format!(
            "\"request_id\":\"{}\"",
            answer.header("x-request-id")
        ));
    let small = answer.text.to_lowercase();
    let told = SECRETS
        .iter()
        .find(|secret| small.contains(*secret) && !tried.to_lowercase().contains(*secret));
    let wrong = match answer.status {
        500.. => "fails",
        400..500 if !is_problem => "is no problem document",
        400..500 if told.is_some() => "shows the inside",
        0..400 if answer.text.contains("\\u0000") => "brings U+0000 back",
        _ => return None,
    };
    Some(format!(
        "{tried}\n    {wrong}: {} {:.300}",
        answer.status, answer.text
    ))
}

/// Holds an answer to the rule.
#[track_caller]
fn judge(answer: &Answer, tried: &str) {
    none(fault(answer, tried).into_iter().collect());
}

#[track_caller]
fn none(faults: Vec<String>) {
    assert!(
        faults.is_empty(),
        "{} faults, of which:\n{}",
        faults.len(),
        faults[..faults.len().min(40)].join("\n")
    );
}

/// The service still answers, writes included.
async fn still_well(app: &TestApp) {
    app.guest().get("/readyz").await.check(200);
    app.guest()
        .get("/v1/articles?fallback=chain&limit=100")
        .await
        .check(200);
    app.admin()
        .get("/v1/articles?view=draft&fallback=chain&limit=100")
        .await
        .check(200);
    app.guest().get("/v1/tags?limit=100").await.check(200);
    app.admin().get("/v1/comments?limit=100").await.check(200);
    app.admin().get("/v1/tokens?limit=100").await.check(200);
    app.guest().get("/v1/locales").await.check(200);
    make::published(&app.admin(), "All is well").await;
}

async fn send(
    caller: &Client,
    operation: &Operation,
    target: &str,
    media: &str,
    body: Vec<u8>,
) -> Answer {
    Answer::of(
        caller
            .request(&operation.method, target)
            .header("content-type", media)
            .body(body),
    )
    .await
}

/// Every operation with a body, as it is at work on something, and that body's media type and schema.
async fn writes(app: &TestApp) -> (Described, Vec<(Operation, World)>) {
    let described = Described::by(app).await;
    let mut writes = vec![];
    for operation in described.operations() {
        if operation.writes() && !operation.bodies().is_empty() {
            let world = World::new(&app.admin()).await;
            writes.push((operation, world));
        }
    }
    assert!(
        writes.len() > 10,
        "the document describes fewer writes than there are"
    );
    (described, writes)
}

#[tokio::test]
async fn every_member_of_every_body_withstands_every_hostile_value() {
    let app = TestApp::start().await;
    let mut faults = vec![];
    let admin = app.admin();
    let (described, writes) = writes(&app).await;
    let values = values();
    for (operation, world) in &writes {
        let target = world.target(operation);
        let (media, schema) = operation.bodies()[0];
        for template in templates(&described, schema) {
            for value in &values {
                let body = template.replace(HERE, value);
                let answer =
                    send(&admin, operation, &target, media, body.clone().into_bytes()).await;
                faults.extend(fault(&answer, &format!("{} {body}", operation.name())));
            }
        }
    }
    none(faults);
    still_well(&app).await;
}

#[tokio::test]
async fn what_is_no_json_is_malformed_wherever_it_stands() {
    let app = TestApp::start().await;
    let mut faults = vec![];
    let admin = app.admin();
    let (described, writes) = writes(&app).await;
    for (operation, world) in &writes {
        for (media, schema) in operation.bodies() {
            for template in templates(&described, schema).iter().take(3) {
                for value in broken_values() {
                    let body = template.replace(HERE, &value);
                    if body.is_empty() && is_optional(operation) {
                        continue; // No body is as good as an empty one.
                    }
                    let answer = send(
                        &admin,
                        operation,
                        &world.target(operation),
                        media,
                        body.clone().into_bytes(),
                    )
                    .await;
                    faults.extend(fault(&answer, &format!("{} {body}", operation.name())));
                    answer.problem(400, "malformed-json");
                }
            }
        }
    }
    none(faults);
    still_well(&app).await;
}

#[tokio::test]
async fn bytes_that_are_no_text_are_malformed_json() {
    let app = TestApp::start().await;
    let (_, writes) = writes(&app).await;
    let bodies: [&[u8]; 8] = [
        b"\xff\xfe{\0}\0",
        b"\xef\xbb\xbf{}",
        b"{\"name\": \"\xff\"}",
        b"{\"name\": \"\xc0\x80\"}",
        b"{\"name\": \"\xed\xa0\x80\"}",
        b"{\"name\": \"\xf4\x90\x80\x80\"}",
        b"\0",
        b"\x1f\x8b\x08\0\0\0\0\0",
    ];
    for (operation, world) in &writes {
        for body in bodies {
            let (media, _) = operation.bodies()[0];
            let answer = send(
                &app.admin(),
                operation,
                &world.target(operation),
                media,
                body.to_vec(),
            )
            .await;
            answer.problem(400, "malformed-json");
        }
    }
    still_well(&app).await;
}

#[tokio::test]
async fn a_large_body_is_refused_by_every_operation() {
    let app = TestApp::start().await;
    let (described, writes) = writes(&app).await;
    for (operation, world) in &writes {
        let (media, schema) = operation.bodies()[0];
        let template = templates(&described, schema)
            .swap_remove(1.min(described.members(described.present(schema)).len()));
        let body = template.replace(HERE, &format!("\"{}\"", "x".repeat(1024 * 1024)));
        send(
            &app.admin(),
            operation,
            &world.target(operation),
            media,
            body.into_bytes(),
        )
        .await
        .problem(413, "content-too-large");
    }
    still_well(&app).await;
}

#[tokio::test]
async fn ten_mebibytes_are_refused_by_every_operation() {
    let app = TestApp::start().await;
    let (_, writes) = writes(&app).await;
    for (operation, world) in &writes {
        let (media, _) = operation.bodies()[0];
        let body = vec![b' '; 10 * 1024 * 1024];
        send(
            &app.admin(),
            operation,
            &world.target(operation),
            media,
            body,
        )
        .await
        .problem(413, "content-too-large");
    }
    still_well(&app).await;
}

#[tokio::test]
async fn a_member_given_twice_is_refused_or_taken_once() {
    let app = TestApp::start().await;
    let (_, writes) = writes(&app).await;
    for (operation, world) in &writes {
        let (media, _) = operation.bodies()[0];
        for body in [
            r#"{"name": "a", "name": "b"}"#,
            r#"{"title": "a", "title": 1}"#,
            r#"{"body": null, "body": "b"}"#,
        ] {
            let answer = send(
                &app.admin(),
                operation,
                &world.target(operation),
                media,
                body.into(),
            )
            .await;
            judge(&answer, &format!("{} {body}", operation.name()));
        }
    }
    still_well(&app).await;
}

#[tokio::test]
async fn every_query_parameter_withstands_every_hostile_value() {
    let app = TestApp::start().await;
    let mut faults = vec![];
    let described = Described::by(&app).await;
    let long = "x".repeat(4000);
    let commas = ",".repeat(3000);
    let letters = format!("{}z", "a,".repeat(200));
    let values = [
        "",
        "%20",
        "'",
        "%22",
        "%5C",
        "%25",
        "%",
        "%zz",
        "%e2%80%ae",
        "%ef%bb%bf",
        "../../etc/passwd",
        "%2e%2e%2f",
        "/en/../../x",
        "'%20or%201=1%20--",
        ";drop%20table%20articles",
        "-1",
        "0",
        "1",
        "101",
        "1e999",
        "NaN",
        "99999999999999999999",
        "1.5",
        "true",
        "null",
        "[]",
        "{}",
        "2026-11-24",
        "2026-11-24T08:30:00Z",
        "2026-11-24T08:30:00+05:30",
        "2026-11-24T08:30:00%2B05:30",
        "10000-01-01T00:00:00Z",
        "%2B10000-01-01T00:00:00Z",
        "%2B262142-12-31T23:59:59Z",
        "-262143-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "9999-12-31T23:59:60Z",
        "00000000-0000-0000-0000-000000000000",
        "*",
        "_",
        "%25%25",
        "en",
        "EN-us",
        "xx",
        "x-y",
        "i-klingon",
        "en,,hi",
        "none",
        "chain",
        "chain,en",
        "hi,hi,hi",
        "draft",
        "exact",
        "%F0%9F%98%80",
        "%E0%A4%95%E0%A5%8D%E2%80%8D",
        "=",
        "a=b",
        "%26",
        "a%26b",
        "+",
        "%3Cscript%3E",
        &long,
        &commas,
        &letters,
    ];
    let no_text = [
        "%00",
        "a%00b",
        "%FF",
        "%C0%80",
        "%ED%A0%80",
        "%0A",
        "%1B",
        "%7F",
        "%C2%85",
    ];
    let mut tried = 0;
    for operation in described.operations() {
        let world = World::new(&app.admin()).await;
        let path = world.path(&operation.path);
        for name in operation.query() {
            for value in values {
                // A delete is tried on something that is there only where it does not go through.
                let path = if operation.writes() {
                    world.path(&operation.path)
                } else {
                    path.clone()
                };
                let target = format!("{path}?{name}={value}");
                let answer = Answer::of(app.admin().request(&operation.method, &target)).await;
                faults.extend(fault(&answer, &format!("{} {target}", operation.method)));
                tried += 1;
            }
            for value in no_text {
                let target = format!("{path}?{name}={value}");
                let answer = Answer::of(app.admin().request(&operation.method, &target)).await;
                answer.problem(400, "invalid-parameter");
            }
        }
    }
    assert!(
        tried > 1000,
        "the document describes fewer parameters than there are"
    );
    none(faults);
    still_well(&app).await;
}

#[tokio::test]
async fn every_list_withstands_two_hostile_parameters_at_once() {
    let app = TestApp::start().await;
    World::new(&app.admin()).await;
    let described = Described::by(&app).await;
    for operation in described
        .operations()
        .iter()
        .filter(|operation| operation.name() == "GET /v1/articles")
    {
        let good = |name: &str| match name {
            "locale" | "source_locale" => "en",
            "missing_locale" => "mr",
            "fallback" => "chain",
            "tag" | "any_tag" => "transport",
            "descendants" | "highlight" => "true",
            "published_after" | "updated_after" => "2000-01-01T00:00:00Z",
            "published_before" => "2100-01-01T00:00:00Z",
            "ids" => "00000000-0000-0000-0000-000000000000",
            "sort" => "title",
            "view" => "draft",
            "status" => "published",
            "fields" => "id,title",
            "limit" => "1",
            "total" => "exact",
            _ => "x",
        };
        let names = operation.query();
        for (index, one) in names.iter().enumerate() {
            for other in &names[index + 1..] {
                let target = format!("/v1/articles?{one}={}&{other}={}", good(one), good(other));
                judge(&app.admin().get(&target).await, &target);
            }
        }
        // What is searched is published, what is drafted is not.
        for without in [["cursor", "q", "highlight"], ["cursor", "view", "status"]] {
            let all = names.iter().filter(|name| !without.contains(name));
            let all: Vec<String> = all.map(|name| format!("{name}={}", good(name))).collect();
            let path = format!("/v1/articles?{}", all.join("&"));
            app.admin().get(&path).await.check(200);
        }
    }
}

#[tokio::test]
async fn every_path_withstands_every_hostile_segment() {
    let app = TestApp::start().await;
    let mut faults = vec![];
    let described = Described::by(&app).await;
    let long = "a".repeat(3000);
    let segments = [
        "%00",
        "a%00b",
        "%FF",
        "%ED%A0%80",
        "%0A",
        "%e2%80%ae",
        "..%2F..%2Fetc",
        "%2e%2e%2f",
        ".%2e",
        "%2F",
        "%5C",
        "%25",
        "'",
        "%22",
        "x'--",
        "-1",
        "99999999999999999999",
        "00000000-0000-0000-0000-000000000000",
        "null",
        "*",
        "~",
        "a;b",
        "a,b",
        "(",
        "%7B%7D",
        "%3Cscript%3E",
        "%F0%9F%98%80",
        "%E0%A4%95%E0%A5%8D",
        "x-y-z",
        "en-US-x-twain",
        "e%CC%81",
        "A",
        "-",
        "--",
        "current",
        "counts",
        &long,
    ];
    for operation in described.operations() {
        let world = World::new(&app.admin()).await;
        for parameter in operation.parameters("path") {
            let variable = format!("{{{}}}", parameter["name"].as_str().unwrap());
            for segment in segments {
                let target = world.path(&operation.path.replace(&variable, segment));
                let mut request = app.admin().request(&operation.method, &target);
                if let Some((media, schema)) = operation.bodies().first() {
                    request = request
                        .header("content-type", *media)
                        .body(described.example(schema).to_string());
                }
                faults.extend(fault(
                    &Answer::of(request).await,
                    &format!("{} {target}", operation.method),
                ));
            }
        }
    }
    none(faults);
    still_well(&app).await;
}

#[tokio::test]
async fn every_header_withstands_every_hostile_value() {
    let app = TestApp::start().await;
    let mut faults = vec![];
    let described = Described::by(&app).await;
    let world = World::new(&app.admin()).await;
    let long = "a,".repeat(4000);
    let many = (0..500).fold(String::new(), |mut text, n| {
        write!(text, "en-x{n};q=0.{n},").unwrap();
        text
    });
    let values: [&[u8]; 20] = [
        b"",
        b"*",
        b"\"",
        b"W/",
        b"W/\"",
        b"\"\"",
        b"\xff\xfe",
        b"\xe0\xa4\x95",
        b";q=",
        b"en;q=9999999999999999999",
        b"en;q=-1;q=NaN",
        b"*;q=0",
        b",,,,",
        b"\"a\" \"b\"",
        b"Bearer",
        b"Bearer ",
        b"Bearer dl_",
        b"Basic !!!",
        long.as_bytes(),
        many.as_bytes(),
    ];
    let names = [
        "accept",
        "accept-encoding",
        "accept-language",
        "authorization",
        "content-encoding",
        "content-language",
        "content-type",
        "cookie",
        "expect",
        "forwarded",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "origin",
        "range",
        "access-control-request-method",
        "access-control-request-headers",
        "comment-edit-token",
        "idempotency-key",
        "visitor-token",
        "user-agent",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-http-method-override",
        "x-request-id",
    ];
    let targets = [
        "GET /v1/articles",
        "GET /v1/articles/{article}",
        "PATCH /v1/articles/{article}",
        "PATCH /v1/comments/{comment}",
        "GET /openapi.json",
    ];
    for operation in described
        .operations()
        .iter()
        .filter(|operation| targets.contains(&operation.name().as_str()))
    {
        for name in names {
            for value in values {
                let value = reqwest::header::HeaderValue::from_bytes(value).unwrap();
                let caller = if name == "authorization" {
                    app.guest()
                } else {
                    app.admin()
                };
                let mut request = caller
                    .request(&operation.method, &world.path(&operation.path))
                    .header(name, value.clone());
                if operation.writes() && name != "content-type" {
                    request = request.header("content-type", "application/json");
                }
                if operation.writes() {
                    request = request.body("{}");
                }
                faults.extend(fault(
                    &Answer::of(request).await,
                    &format!("{} {name}: {value:?}", operation.name()),
                ));
            }
        }
    }
    none(faults);
    still_well(&app).await;
}

/// Any JSON that a program with a fault might send: members that are known and some that are not.
fn any_body(names: Vec<String>) -> impl Strategy<Value = Value> {
    let name = proptest::sample::select(names);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z]{1,8}".prop_map(Value::from),
        proptest::sample::select(vec![
            "en",
            "hi",
            "approved",
            "shared",
            "per_locale",
            "2026-11-24T08:30:00Z",
            "https://a.example/"
        ])
        .prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name.clone(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    value.boxed()
}

#[tokio::test]
async fn random_bodies_get_an_answer_and_never_a_failure() {
    let app = TestApp::start().await;
    let mut faults = vec![];
    let admin = app.admin();
    let (described, writes) = writes(&app).await;
    let mut runner = TestRunner::new(Config::default());
    for (operation, world) in &writes {
        let (media, schema) = operation.bodies()[0];
        let members = described.members(described.present(schema));
        let mut names: Vec<String> = members.keys().cloned().collect();
        names.extend(members.values().flat_map(|member| {
            described
                .members(described.present(member))
                .into_iter()
                .map(|(name, _)| name)
        }));
        names.extend([
            "nobody_knows_this".to_owned(),
            "a/b~c".to_owned(),
            String::new(),
        ]);
        let whole = prop::collection::hash_map(
            proptest::sample::select(names.clone()),
            any_body(names),
            0..8,
        );
        for _ in 0..40 {
            let members = whole.new_tree(&mut runner).unwrap().current();
            // Half of what is right and half of what is random gets further than random alone.
            let mut body = described.example(schema);
            members
                .into_iter()
                .for_each(|(name, value)| body[name] = value);
            let text = body.to_string();
            let answer = send(
                &admin,
                operation,
                &world.target(operation),
                media,
                text.clone().into_bytes(),
            )
            .await;
            faults.extend(fault(&answer, &format!("{} {text}", operation.name())));
        }
    }
    none(faults);
    still_well(&app).await;
}

/// The texts of others that are known to break things; `None`, with a message, where they are not at
/// hand.
fn corpus(path: &str) -> Option<String> {
    let shared = std::env::var("DATELINE_SHARED_DATA").map_or_else(
        |_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let file = shared.join(path);
    match std::fs::read(&file) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(_) => {
            println!("skipped: {path} is not at hand");
            None
        }
    }
}

/// What would run or load something, were it in the HTML: elements that do, and any attribute that does.
fn is_dangerous(html: &str) -> bool {
    // The box of a task list is the one input there is.
    let html = html.to_ascii_lowercase().replace("checked=\"\" ", "");
    let html = html
        .replace("<input disabled=\"\" type=\"checkbox\">", "")
        .replace("<input type=\"checkbox\" disabled=\"\">", "");
    let elements = [
        "script", "style", "iframe", "object", "embed", "svg", "math", "form", "button", "input",
        "meta", "link", "base", "template", "noscript", "frame",
    ];
    let opened = |name: &&str| -> bool {
        let tags = html
            .match_indices(&format!("<{name}"))
            .map(|(at, tag)| &html[at + tag.len()..])
            .collect::<Vec<_>>();
        tags.iter()
            .any(|behind| !behind.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    if elements.iter().any(opened) {
        return true;
    }
    // In sanitised HTML a `<` always opens a tag, and text has none.
    html.split('<')
        .skip(1)
        .filter_map(|tag| tag.split_once('>'))
        .any(|(tag, _)| {
            attributes(tag).iter().any(|(name, value)| {
                let value: String = value
                    .chars()
                    .filter(|c| !c.is_whitespace() && !c.is_control())
                    .collect();
                name.starts_with("on")
                    || name == "style"
                    || name == "srcdoc"
                    || name == "formaction"
                    || ["javascript:", "vbscript:", "data:", "livescript:"]
                        .iter()
                        .any(|scheme| value.starts_with(scheme))
            })
        })
}

/// The attributes of a tag as a sanitiser writes them: in double quotes.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = vec![];
    let mut rest = tag;
    while let Some((before, behind)) = rest.split_once("=\"") {
        let name = before
            .rsplit(|c: char| c.is_whitespace())
            .next()
            .unwrap_or_default();
        let (value, after) = behind.split_once('"').unwrap_or((behind, ""));
        found.push((name.to_owned(), value.to_owned()));
        rest = after;
    }
    found
}

#[test]
fn danger_is_recognised() {
    for html in [
        "<p><script>x</script></p>",
        "<a href=\"java\nscript:x\">",
        "<img src=\"x\" onerror=\"x\">",
        "<svg/onload=x>",
    ] {
        assert!(is_dangerous(html), "{html}");
    }
    for html in [
        "<p>&lt;script&gt; onerror=\"x\"</p>",
        "<a href=\"https://a.example/?javascript:\">javascript:</a>",
        "<strong>x</strong>",
    ] {
        assert!(!is_dangerous(html), "{html}");
    }
}

/// Publishes the text as an article and posts it as a comment: what readers then get has no danger in it.
async fn is_harmless(app: &TestApp, article: &str, text: &str) {
    let admin = app.admin();
    let written = admin
        .patch(
            &format!("/v1/articles/{article}/translations/en"),
            json!({"body": text}),
        )
        .await;
    judge(&written, text);
    if written.status == 200 {
        admin
            .post(
                &format!("/v1/articles/{article}/translations/en/publish"),
                json!({}),
            )
            .await
            .check(200);
        let read = app
            .guest()
            .get(&format!("/v1/articles/{article}"))
            .await
            .expect(200);
        let html = read["body_html"].as_str().unwrap();
        assert!(!is_dangerous(html), "{text}\nbecame\n{html}");
        // Every line end that browsers know is one; nothing else changes.
        assert_eq!(
            read["body"].as_str().unwrap().trim(),
            text.replace("\r\n", "\n").trim()
        );
    }
    let name: String = text.chars().take(80).collect();
    let comment = json!({"author_name": name, "body": text, "author_url": text});
    let posted = admin
        .post(&format!("/v1/articles/{article}/comments"), comment)
        .await;
    judge(&posted, text);
    let posted = admin
        .post(
            &format!("/v1/articles/{article}/comments"),
            json!({"author_name": "A", "body": text}),
        )
        .await;
    judge(&posted, text);
    if posted.status == 201 {
        let html = posted.json()["body_html"].as_str().unwrap().to_owned();
        assert!(!is_dangerous(&html), "{text}\nbecame\n{html}");
    }
    let title: String = text.chars().take(300).collect();
    judge(
        &admin
            .patch(
                &format!("/v1/articles/{article}/translations/en"),
                json!({"title": title}),
            )
            .await,
        text,
    );
    judge(
        &admin
            .post(
                "/v1/tags",
                json!({"name": text.chars().take(100).collect::<String>()}),
            )
            .await,
        text,
    );
}

#[tokio::test]
async fn script_in_markdown_and_in_links_never_reaches_readers() {
    let app = TestApp::start().await;
    let article = make::published(&app.admin(), "Harmless").await;
    let texts = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java&#10;script:alert(1))",
        "[x](  javascript:alert(1))",
        "![x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
        "`<script>`",
        "<iframe srcdoc=\"<script>\"></iframe>",
        "<style>*{}</style>",
        "[x](vbscript:x)",
        "[x](https://a.example/\" onmouseover=\"alert(1))",
        "![\" onerror=\"alert(1)](https://a.example/x.png)",
        "| a |\n|---|\n| <script>x</script> |",
        "<!-- <script>x</script> -->",
        "<![CDATA[<script>x</script>]]>",
        "[^1]\n\n[^1]: <script>x</script>",
        "[x](&#x6A;avascript:alert(1))",
        "[x](\u{1}javascript:alert(1))",
        "<p id=\"x\" style=\"background:url(javascript:x)\">x</p>",
    ];
    for text in texts {
        is_harmless(&app, &article, text).await;
    }
    still_well(&app).await;
}

#[tokio::test]
async fn naughty_strings_are_refused_or_kept_as_they_are() {
    let Some(list) = corpus("blns/blns.json") else {
        return;
    };
    let strings: Vec<String> = serde_json::from_str(&list).unwrap();
    assert!(strings.len() > 400);
    let app = TestApp::start().await;
    let article = make::published(&app.admin(), "Naughty").await;
    for text in strings {
        is_harmless(&app, &article, &text).await;
    }
    still_well(&app).await;
}

#[tokio::test]
async fn known_script_injections_never_reach_readers() {
    let (Some(vectors), Some(sheet)) = (
        corpus("h5sc-xss/vectors.txt"),
        corpus("owasp-xss-cheatsheet/XSS_Filter_Evasion_Cheat_Sheet.md"),
    ) else {
        return;
    };
    let app = TestApp::start().await;
    let article = make::published(&app.admin(), "Injected").await;
    let blocks = sheet
        .split("```")
        .skip(1)
        .step_by(2)
        .map(|block| block.split_once('\n').map_or(block, |(_, code)| code));
    let texts: Vec<&str> = vectors.split("<div id=").chain(blocks).collect();
    assert!(texts.len() > 150, "{}", texts.len());
    for text in texts {
        is_harmless(&app, &article, text).await;
    }
    is_harmless(&app, &article, &vectors).await;
    is_harmless(&app, &article, &sheet).await;
    still_well(&app).await;
}

#[tokio::test]
async fn slugs_that_walk_paths_are_refused() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for slug in [
        "../etc",
        "..",
        ".",
        "a/b",
        "a\\b",
        "%2e%2e",
        "/",
        "a\u{0}b",
        "",
        " ",
        "A B",
        "-",
        "a--b",
        "\u{202e}abc",
        "a?b",
        "a#b",
    ] {
        let body = json!({"source_locale": "en", "translation": {"title": "Walk", "body": "x", "slug": slug}});
        let answer = admin.post("/v1/articles", body).await;
        judge(&answer, slug);
        if answer.status == 201 {
            let kept = answer.json()["slug"].as_str().unwrap().to_owned();
            assert!(
                !kept.is_empty()
                    && !kept.contains(['/', '.', '\\', '%', '?', '#', '\0', '\u{202e}', ' ']),
                "{slug} became {kept}"
            );
        }
        judge(
            &admin
                .post("/v1/tags", json!({"name": "Walk", "slug": slug}))
                .await,
            slug,
        );
    }
}

#[tokio::test]
async fn controls_that_turn_text_round_are_not_kept_in_names() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let article = make::published(&admin, "Names").await;
    for name in [
        "Meera\u{202e}nimda",
        "\u{2066}Meera",
        "Mee\u{200f}\u{202d}ra",
        "\u{202a}\u{202c}",
    ] {
        let posted = app
            .guest()
            .post(
                &format!("/v1/articles/{article}/comments"),
                json!({"author_name": name, "body": "x"}),
            )
            .await;
        judge(&posted, name);
        if posted.status == 201 {
            let kept = posted.json()["author_name"].as_str().unwrap().to_owned();
            let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            assert!(!kept.chars().any(turns), "{name:?} is kept as {kept:?}");
        }
    }
}
