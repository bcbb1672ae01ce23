//! `/openapi.json` and `/docs/`: what the service says of itself is complete, and true.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::Answer;
use crate::described::{Described, Operation, World, call};
use crate::make;

#[tokio::test]
async fn the_committed_document_is_the_served_one() {
    let app = TestApp::start().await;
    let served = app.guest().get("/openapi.json").await;
    served.check(200);
    let committed = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/openapi/dateline.json"
    ))
    .unwrap_or_default();
    let same = served.text == committed;
    assert!(
        same,
        "openapi/dateline.json is out of date; run: cargo run -q -- openapi > openapi/dateline.json"
    );
}

#[tokio::test]
async fn the_document_is_openapi_3_1() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    assert!(
        described.document["openapi"]
            .as_str()
            .unwrap()
            .starts_with("3.1.")
    );
    for member in ["title", "version", "description", "license"] {
        assert!(described.document["info"].get(member).is_some(), "{member}");
    }
    assert_eq!(
        described.document["components"]["securitySchemes"]["token"]["scheme"],
        "bearer"
    );
    no_nulls(&described.document, "");
    references_lead_somewhere(&described, &described.document);
}

/// Nothing is `null` but in an example or among the values of a schema.
fn no_nulls(value: &Value, at: &str) {
    match value {
        Value::Null => panic!("{at} is null"),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| no_nulls(item, &format!("{at}/{index}"))),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| {
                !matches!(
                    name.as_str(),
                    "example" | "examples" | "default" | "enum" | "const"
                )
            })
            .for_each(|(name, value)| no_nulls(value, &format!("{at}/{name}"))),
        _ => {}
    }
}

fn references_lead_somewhere(described: &Described, value: &Value) {
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| references_lead_somewhere(described, item)),
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let target = reference
                    .strip_prefix('#')
                    .and_then(|pointer| described.document.pointer(pointer));
                assert!(target.is_some(), "{reference} leads nowhere");
            }
            members
                .values()
                .for_each(|value| references_lead_somewhere(described, value));
        }
        _ => {}
    }
}

#[tokio::test]
async fn every_operation_says_what_it_is() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let tags: BTreeSet<&str> = described.document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].as_str().unwrap())
        .collect();
    let mut ids = BTreeSet::new();
    let mut missing = vec![];
    for operation in described.operations() {
        let mut demand = |holds: bool, what: &str| {
            if !holds {
                missing.push(format!("{}: {what}", operation.name()));
            }
        };
        let about = &operation.about;
        demand(
            ids.insert(about["operationId"].as_str().unwrap_or_default().to_owned()),
            "an operationId of its own",
        );
        demand(
            about["operationId"]
                .as_str()
                .is_some_and(|id| id.contains('_')),
            "an operationId of verb and resource",
        );
        demand(
            about["summary"]
                .as_str()
                .is_some_and(|summary| summary.len() > 5),
            "a summary",
        );
        let own: Vec<&str> = about["tags"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        demand(
            own.len() == 1 && own.iter().all(|tag| tags.contains(tag)),
            "a tag that is described",
        );
        demand(about["security"].is_array(), "its security");
        for parameter in ["query", "path", "header"]
            .iter()
            .flat_map(|kind| operation.parameters(kind))
        {
            let name = parameter["name"].as_str().unwrap();
            demand(
                parameter["description"]
                    .as_str()
                    .is_some_and(|text| text.len() > 3),
                &format!("a description of {name}"),
            );
            demand(
                !described.follow(&parameter["schema"])["type"].is_null()
                    || parameter["schema"].get("enum").is_some()
                    || parameter["schema"].get("oneOf").is_some(),
                &format!("a type of {name}"),
            );
        }
        let variables = operation.path.matches('{').count();
        demand(
            operation.parameters("path").len() == variables,
            "its path's variables",
        );
        for (media, schema) in operation.bodies() {
            let content = &about["requestBody"]["content"][media];
            let example = content.get("example").is_some() || has_example(&described, schema);
            demand(example, &format!("an example of its {media}"));
        }
    }
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));
}

/// Whether a schema shows by example what it takes: itself, or in each member that must be there.
fn has_example(described: &Described, schema: &Value) -> bool {
    let schema = described.present(schema);
    let own = |schema: &Value| schema.get("example").is_some() || schema.get("examples").is_some();
    let members = described.members(schema);
    let required = described.required(schema);
    let shown = |name: &String| {
        members.get(name).is_some_and(|member| {
            own(described.follow(member)) || own(member) || has_enum(described, member)
        })
    };
    own(schema) || (!required.is_empty() && required.iter().all(shown))
}

fn has_enum(described: &Described, schema: &Value) -> bool {
    let schema = described.follow(schema);
    schema.get("enum").is_some()
        || schema
            .get("items")
            .is_some_and(|items| has_enum(described, items))
}

#[tokio::test]
async fn every_operation_says_what_it_answers() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let mut missing = vec![];
    for operation in described.operations() {
        let responses = operation.about["responses"].as_object().unwrap();
        let mut demand = |holds: bool, what: String| {
            if !holds {
                missing.push(format!("{}: {what}", operation.name()));
            }
        };
        demand(
            responses.keys().any(|status| status.starts_with('2')),
            "a success".into(),
        );
        for (status, response) in responses {
            let response = described.follow(response);
            demand(
                response["description"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                format!("what {status} means"),
            );
            if matches!(status.as_str(), "200" | "201") {
                let content = response["content"].as_object().into_iter().flatten();
                demand(
                    content.clone().count() > 0
                        && content
                            .clone()
                            .all(|(_, content)| content.get("schema").is_some()),
                    format!("the schema of {status}"),
                );
            }
            if status.starts_with(['4', '5']) {
                let schema = &response["content"]["application/problem+json"]["schema"];
                demand(
                    schema["$ref"] == "#/components/schemas/Problem",
                    format!("the problem of {status}"),
                );
            }
        }
        let needs = |status: &str| responses.contains_key(status);
        if operation.path.starts_with("/v1/") {
            for status in ["400", "401", "406", "500", "503"] {
                demand(needs(status), status.into());
            }
            demand(operation.is_public() || needs("403"), "403".into());
            demand(!operation.path.contains('{') || needs("404"), "404".into());
            for status in ["413", "415", "422"] {
                demand(
                    operation.bodies().is_empty() || needs(status),
                    status.into(),
                );
            }
        }
    }
    assert!(missing.is_empty(), "missing:\n{}", missing.join("\n"));
}

#[tokio::test]
async fn the_examples_of_bodies_are_valid_by_their_own_schema() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    for operation in described.operations() {
        for (_, schema) in operation.bodies() {
            let example = described.example(schema);
            let found = described.contradictions(schema, &example);
            assert!(found.is_empty(), "{}: {found:?}", operation.name());
        }
    }
}

#[tokio::test]
async fn a_body_is_required_where_the_document_says_so() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let mut found = vec![];
    for operation in described.operations() {
        if operation.bodies().is_empty() {
            continue;
        }
        let world = World::new(&app.admin()).await;
        let request = app
            .admin()
            .request(&operation.method, &world.target(&operation));
        let taken = Answer::of(request).await.status < 400;
        if taken == (operation.about["requestBody"]["required"] == true) {
            found.push(format!(
                "{}: without a body it is {}",
                operation.name(),
                if taken { "taken" } else { "refused" }
            ));
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

/// The schema that the document gives for this answer.
fn schema_of<'d>(
    described: &'d Described,
    operation: &'d Operation,
    status: u16,
    media: &str,
) -> Option<&'d Value> {
    let response = described.follow(&operation.about["responses"][status.to_string()]);
    response["content"][media].get("schema")
}

#[tokio::test]
async fn what_is_read_is_what_the_document_says() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let world = rich_world(&app).await;
    let mut found = vec![];
    for operation in described
        .operations()
        .iter()
        .filter(|operation| !operation.writes() && operation.answers_json())
    {
        for caller in [app.admin(), app.guest()] {
            let answer = call(&caller, &described, &world, operation).await;
            if answer.status == 301 || answer.header("content-type").starts_with("text/html") {
                continue;
            }
            let schema = schema_of(
                &described,
                operation,
                answer.status,
                answer.header("content-type"),
            );
            match schema {
                None => found.push(format!(
                    "{}: {} {} is not described",
                    operation.name(),
                    answer.status,
                    answer.header("content-type")
                )),
                Some(schema) => {
                    let contradictions = described.contradictions(schema, &answer.json());
                    found.extend(
                        contradictions
                            .iter()
                            .map(|line| format!("{} {line}", operation.name())),
                    );
                }
            }
        }
    }
    found.dedup();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn what_writes_answer_is_what_the_document_says() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let mut found = vec![];
    for operation in described
        .operations()
        .iter()
        .filter(|operation| operation.writes())
    {
        let world = rich_world(&app).await;
        let answer = call(&app.admin(), &described, &world, operation).await;
        if !operation.about["responses"]
            .as_object()
            .unwrap()
            .contains_key(&answer.status.to_string())
        {
            found.push(format!(
                "{}: {} is not described: {}",
                operation.name(),
                answer.status,
                answer.text
            ));
            continue;
        }
        if answer.status == 204 {
            assert_eq!(answer.text, "");
            continue;
        }
        let media = answer.header("content-type").to_owned();
        let schema = schema_of(&described, operation, answer.status, &media).unwrap();
        let contradictions = described.contradictions(schema, &answer.json());
        found.extend(
            contradictions
                .iter()
                .map(|line| format!("{} {} {line}", operation.name(), answer.status)),
        );
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A world in which members are set that often are not.
async fn rich_world(app: &TestApp) -> World {
    let admin = app.admin();
    let world = World::new(&admin).await;
    let article = world.path("/v1/articles/{article}");
    let change = json!({
        "authors": ["A. Deshmukh"], "metadata": {"desk": {"city": [1, "x", null]}},
        "lead_image": {"url": "https://images.example/bridge.jpg", "alt": "A bridge", "caption": "The bridge", "credit": "R. Kale", "width": 1200, "height": 800},
    });
    admin.patch(&article, change).await.check(200);
    let words = json!({"subtitle": "At last", "dateline": "Pune/ Mumbai", "summary": "Open.", "seo": {"title": "Bridge", "description": "Open"}, "lead_image_alt": "A bridge", "translators": ["S. Joshi"]});
    admin
        .patch(&format!("{article}/translations/en"), words)
        .await
        .check(200);
    admin
        .post(&format!("{article}/translations/en/publish"), json!({}))
        .await
        .check(200);
    let reply = json!({"author_name": "Ravi", "body": "Mine too", "author_email": "ravi@example.org", "author_url": "https://ravi.example/", "parent_id": world.path("{comment}")});
    admin
        .post(&format!("{article}/comments"), reply)
        .await
        .check(201);
    let tag = world.path("/v1/tags/{tag}");
    let parent = make::tag(&admin, &format!("Parent {}", uuid::Uuid::now_v7().simple())).await;
    admin.patch(&tag, json!({"description": "Ferries", "parent": parent, "synonyms": [format!("boats {parent}")]})).await.check(200);
    admin
        .put(
            &format!("{tag}/translations/hi"),
            json!({"name": format!("नाव {parent}")}),
        )
        .await
        .check(201);
    world
}

#[tokio::test]
async fn problems_are_what_the_document_says() {
    let app = TestApp::start().await;
    let described = Described::by(&app).await;
    let id = make::published(&app.admin(), "Only in English").await;
    let problem = json!({"$ref": "#/components/schemas/Problem"});
    let body = json!({"name": 1, "x": 1});
    let found = [
        app.guest()
            .get("/v1/articles/nothing")
            .await
            .problem(404, "not-found"),
        app.guest()
            .post("/v1/tags", json!({}))
            .await
            .problem(401, "unauthenticated"),
        app.admin()
            .post("/v1/tags", body)
            .await
            .problem(422, "validation-failed"),
    ];
    for document in found {
        assert_eq!(
            described.contradictions(&problem, &document),
            Vec::<String>::new()
        );
    }
    let other = app
        .guest()
        .get(&format!("/v1/articles/{id}?locale=hi"))
        .await
        .problem(404, "translation-not-available");
    assert_eq!(other["available_locales"], json!(["en"]));
}

#[tokio::test]
async fn an_article_has_the_members_of_the_contract() {
    let app = TestApp::start().await;
    let world = rich_world(&app).await;
    let article = app
        .guest()
        .get(&format!(
            "{}?locale=en",
            world.path("/v1/articles/{article}")
        ))
        .await
        .expect(200);
    let members = [
        "id",
        "external_id",
        "locale",
        "source_locale",
        "status",
        "slug",
        "title",
        "subtitle",
        "dateline",
        "summary",
        "body",
        "body_html",
        "seo",
        "authors",
        "lead_image",
        "tags",
        "translations",
        "comments",
        "word_count",
        "reading_minutes",
        "metadata",
        "published_at",
        "first_published_at",
        "created_at",
        "updated_at",
        "locale_resolution",
    ];
    let given: BTreeSet<&str> = article
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let missing: Vec<_> = members
        .iter()
        .filter(|member| !given.contains(**member))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let of = |member: &str| {
        article[member]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<BTreeSet<_>>()
    };
    let set = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(of("seo"), set(&["title", "description"]));
    assert_eq!(
        of("lead_image"),
        set(&["url", "alt", "caption", "credit", "width", "height"])
    );
    assert_eq!(of("comments"), set(&["open", "approved_count", "threads"]));
    assert_eq!(
        of("locale_resolution"),
        set(&["requested", "served", "reason"])
    );
    for member in ["id", "slug", "name"] {
        assert!(
            article["tags"][0][member].is_string(),
            "{}",
            article["tags"]
        );
    }
    for member in ["locale", "slug", "title", "published_at", "url"] {
        assert!(
            article["translations"][0][member].is_string(),
            "{}",
            article["translations"]
        );
    }
    let list = app.guest().get("/v1/articles?locale=en").await.expect(200);
    let item: BTreeSet<&str> = list["data"][0]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    for member in members
        .iter()
        .filter(|member| !matches!(**member, "body" | "body_html"))
    {
        assert!(item.contains(member), "a list's item has no {member}");
    }
    assert!(!item.contains("body") && !item.contains("body_html"));
}

// Swagger UI

#[tokio::test]
async fn the_docs_need_nothing_from_outside() {
    let app = TestApp::start().await;
    let redirect = app.guest().get("/docs").await;
    assert!(matches!(redirect.status, 301 | 302 | 307 | 308));
    assert!(redirect.header("location").ends_with("/docs/"));
    let page = app.guest().get("/docs/").await;
    page.check(200);
    assert!(page.header("content-type").starts_with("text/html"));
    let assets: Vec<String> = page
        .text
        .split(['"', '\''])
        .filter(|piece| {
            [".js", ".css", ".png"]
                .iter()
                .any(|end| piece.ends_with(end))
        })
        .map(str::to_owned)
        .collect();
    assert!(assets.len() >= 3, "{}", page.text);
    assert!(
        !page.text.contains("http://")
            && !page.text.contains("https://")
            && !page.text.contains("src=\"//"),
        "{}",
        page.text
    );
    for asset in assets {
        let path = format!("/docs/{}", asset.trim_start_matches("./"));
        let answer = app.guest().get(&path).await;
        answer.check(200);
        assert!(
            !answer.text.is_empty() && !answer.header("content-type").starts_with("text/html"),
            "{path}"
        );
    }
    let setup = app.guest().get("/docs/swagger-initializer.js").await;
    assert!(
        setup.check(200).text.contains("/openapi.json"),
        "{}",
        setup.text
    );
    let missing = app.guest().get("/docs/nothing.js").await;
    missing.problem(404, "not-found");
}

#[tokio::test]
async fn the_index_links_to_what_there_is() {
    let app = TestApp::start().await;
    let index = app.guest().get("/").await.expect(200);
    let links: Vec<&str> = index
        .as_object()
        .unwrap()
        .values()
        .filter_map(Value::as_str)
        .filter(|value| value.starts_with('/'))
        .collect();
    assert!(
        ["/docs/", "/openapi.json", "/healthz", "/readyz"]
            .iter()
            .all(|path| links.contains(path)),
        "{index}"
    );
    for link in links {
        app.guest().get(link).await.check(200);
    }
}
