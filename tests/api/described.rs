//! What `/openapi.json` says, for tests that walk every operation.

use serde_json::{Map, Value, json};

use crate::app::TestApp;
use crate::client::{Answer, Client};
use crate::make;

/// The document as the service serves it.
pub(crate) struct Described {
    /// The whole of it.
    pub(crate) document: Value,
}

/// One operation of it.
pub(crate) struct Operation {
    /// In capitals.
    pub(crate) method: String,
    /// With its variables in braces.
    pub(crate) path: String,
    /// What the document says of it.
    pub(crate) about: Value,
}

impl Described {
    /// What a service says of itself.
    pub(crate) async fn by(app: &TestApp) -> Described {
        Described {
            document: app.guest().get("/openapi.json").await.expect(200),
        }
    }

    /// Every path with what is known of it.
    pub(crate) fn paths(&self) -> &Map<String, Value> {
        self.document["paths"].as_object().unwrap()
    }

    /// Every operation. What deletes comes last, so that there is something to try the others on.
    pub(crate) fn operations(&self) -> Vec<Operation> {
        let all = self.paths().iter().flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(|(method, about)| Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    about: about.clone(),
                })
        });
        let mut all: Vec<Operation> = all.collect();
        all.sort_by_key(|operation| {
            operation.method == "DELETE" || operation.path.ends_with("/merge")
        });
        all
    }

    /// The schema itself where this is a reference to one.
    pub(crate) fn follow<'d>(&'d self, schema: &'d Value) -> &'d Value {
        match schema["$ref"].as_str() {
            Some(reference) => self
                .document
                .pointer(reference.strip_prefix('#').unwrap())
                .unwrap(),
            None => schema,
        }
    }

    /// The same without the choice of being null.
    pub(crate) fn present<'d>(&'d self, schema: &'d Value) -> &'d Value {
        let schema = self.follow(schema);
        let mut choices = schema["oneOf"].as_array().into_iter().flatten();
        match choices.find(|choice| choice["type"] != "null") {
            Some(choice) => self.follow(choice),
            None => schema,
        }
    }

    /// The members of an object's schema, those of its parts included.
    pub(crate) fn members(&self, schema: &Value) -> Map<String, Value> {
        let schema = self.follow(schema);
        let own = schema["properties"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        let parts = schema["allOf"].as_array().into_iter().flatten();
        parts
            .flat_map(|part| self.members(part))
            .chain(own)
            .collect()
    }

    /// The names of the members that an object must have.
    pub(crate) fn required(&self, schema: &Value) -> Vec<String> {
        let schema = self.follow(schema);
        let own = schema["required"].as_array().into_iter().flatten();
        let own = own.map(|name| name.as_str().unwrap().to_owned());
        let parts = schema["allOf"].as_array().into_iter().flatten();
        own.chain(parts.flat_map(|part| self.required(part)))
            .collect()
    }

    /// Where a value is not what its schema says: one line each. Members that the schema does not name
    /// are not passed over, as a reader of the document cannot know of them.
    pub(crate) fn contradictions(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut found = vec![];
        self.compare(schema, value, "", &mut found);
        found
    }

    fn compare(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        let schema = self.follow(schema);
        if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
            let tries = choices
                .iter()
                .map(|choice| self.contradictions(choice, value));
            let tries: Vec<Vec<String>> = tries.collect();
            if tries
                .iter()
                .all(|contradictions| !contradictions.is_empty())
            {
                found.push(format!("{at}: none of {}: {value}", json!(tries)));
            }
            return;
        }
        if !is_of_type(&schema["type"], value) {
            return found.push(format!("{at}: {value} is not of type {}", schema["type"]));
        }
        match value {
            Value::Object(given) => self.compare_members(schema, given, at, found),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.compare(&schema["items"], item, &format!("{at}/{index}"), found);
                }
            }
            Value::String(text) => compare_text(schema, text, at, found),
            _ => {}
        }
        if schema["enum"]
            .as_array()
            .is_some_and(|known| !known.contains(value))
        {
            found.push(format!("{at}: {value} is not among {}", schema["enum"]));
        }
    }

    fn compare_members(
        &self,
        schema: &Value,
        given: &Map<String, Value>,
        at: &str,
        found: &mut Vec<String>,
    ) {
        let (known, required) = (self.members(schema), self.required(schema));
        for name in required.iter().filter(|name| !given.contains_key(*name)) {
            found.push(format!("{at}/{name}: is required, and missing"));
        }
        let is_open = schema.get("additionalProperties").is_some() || known.is_empty();
        for (name, value) in given {
            match known.get(name) {
                Some(member) => self.compare(member, value, &format!("{at}/{name}"), found),
                None if is_open => self.compare(
                    &schema["additionalProperties"],
                    value,
                    &format!("{at}/{name}"),
                    found,
                ),
                None => found.push(format!("{at}/{name}: is not described")),
            }
        }
    }

    /// A body that the operation's schema would take: its example, or one made of its members.
    pub(crate) fn example(&self, schema: &Value) -> Value {
        let schema = self.follow(schema);
        if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
            return example.clone();
        }
        let schema = self.present(schema);
        if let Some(example) = schema.get("example").or_else(|| schema["examples"].get(0)) {
            return example.clone();
        }
        let members = self.members(schema);
        if !members.is_empty() {
            return members
                .iter()
                .map(|(name, member)| (name.clone(), self.example(member)))
                .collect();
        }
        if let Some(known) = schema["enum"].as_array() {
            return known[0].clone();
        }
        let kind = schema["type"]
            .as_str()
            .or_else(|| schema["type"][0].as_str());
        match kind.unwrap_or("object") {
            "array" => json!([self.example(&schema["items"])]),
            "string" => match schema["format"].as_str() {
                Some("date-time") => json!("2100-01-01T00:00:00Z"),
                Some("uuid") => json!("01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10"),
                _ => json!("text"),
            },
            "integer" => schema.get("minimum").cloned().unwrap_or(json!(1)),
            "boolean" => json!(true),
            _ => json!({}),
        }
    }
}

impl Operation {
    /// `GET /v1/articles`
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Its parameters of this kind: `query`, `path` or `header`.
    pub(crate) fn parameters(&self, kind: &str) -> Vec<&Value> {
        let all = self.about["parameters"].as_array().into_iter().flatten();
        all.filter(|parameter| parameter["in"] == kind).collect()
    }

    /// The names of its query parameters.
    pub(crate) fn query(&self) -> Vec<&str> {
        self.parameters("query")
            .iter()
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect()
    }

    /// The media types of its body with the schema of each; none where it takes no JSON.
    pub(crate) fn bodies(&self) -> Vec<(&str, &Value)> {
        let content = self.about["requestBody"]["content"]
            .as_object()
            .into_iter()
            .flatten();
        content
            .filter(|(media, _)| media.ends_with("json") && !media.ends_with("ndjson"))
            .map(|(media, content)| (media.as_str(), &content["schema"]))
            .collect()
    }

    /// Whether it answers with JSON, or with nothing.
    pub(crate) fn answers_json(&self) -> bool {
        let answers = self.about["responses"].as_object().unwrap();
        let content = answers.iter().filter(|(status, _)| status.starts_with('2'));
        content
            .filter_map(|(_, answer)| answer["content"].as_object())
            .all(|content| content.contains_key("application/json"))
    }

    /// The media types that it answers with when all is well.
    pub(crate) fn answers(&self) -> Vec<String> {
        let content = self.about["responses"]["200"]["content"].as_object();
        content
            .into_iter()
            .flat_map(|content| content.keys().cloned())
            .collect()
    }

    /// Whether it changes anything.
    pub(crate) fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// Whether it may be called without a token.
    pub(crate) fn is_public(&self) -> bool {
        self.about["security"]
            .as_array()
            .unwrap()
            .contains(&json!({}))
    }
}

/// One of everything, so that every path leads somewhere.
pub(crate) struct World {
    article: String,
    tag: String,
    comment: String,
    ban: String,
    token: String,
    preview: String,
}

impl World {
    /// An article in English and Hindi, published, with a tag and a comment; and a token.
    pub(crate) async fn new(admin: &Client) -> World {
        let article = make::published(admin, "The old bridge reopens").await;
        make::translate(admin, &article, "hi", "पुराना पुल").await;
        let tag = make::tag(
            admin,
            &format!("Transport {}", uuid::Uuid::now_v7().simple()),
        )
        .await;
        admin
            .put(&format!("/v1/articles/{article}/tags/{tag}"), json!({}))
            .await
            .check(200);
        let comment = json!({"author_name": "Meera", "body": "My bus is faster now."});
        let comment = admin
            .post(&format!("/v1/articles/{article}/comments"), comment)
            .await
            .expect(201);
        let token = admin
            .post(
                "/v1/tokens",
                json!({"name": "spare", "scopes": ["content:read"]}),
            )
            .await
            .expect(201);
        let ban = format!("{}@example.org", uuid::Uuid::now_v7().simple());
        let ban = admin
            .post("/v1/bans", json!({"author_email": ban}))
            .await
            .expect(201);
        let preview = format!("/v1/articles/{article}/preview-links");
        let preview = admin.post(&preview, json!({})).await.expect(201);
        World {
            article,
            tag,
            comment: make::id(&comment),
            ban: make::id(&ban),
            token: make::id(&token),
            preview: preview["token"].as_str().unwrap().to_owned(),
        }
    }

    /// Of things that there are.
    pub(crate) fn of(article: String, tag: String, comment: String, token: String) -> World {
        World {
            article,
            tag,
            comment,
            ban: "none".into(),
            token,
            preview: "none".into(),
        }
    }

    /// The path with its variables filled in, and a required query.
    pub(crate) fn target(&self, operation: &Operation) -> String {
        let path = self.path(&operation.path);
        let required = operation
            .parameters("query")
            .into_iter()
            .filter(|parameter| parameter["required"] == true);
        let query: Vec<String> = required
            .map(|parameter| match parameter["name"].as_str().unwrap() {
                "path" => "path=/en/the-old-bridge-reopens".to_owned(),
                "articles" => format!("articles={}", self.article),
                other => panic!("what is a good value for the parameter {other}?"),
            })
            .collect();
        if query.is_empty() {
            path
        } else {
            format!("{path}?{}", query.join("&"))
        }
    }

    /// The path with its variables filled in.
    pub(crate) fn path(&self, path: &str) -> String {
        let known = [
            ("{article}", self.article.as_str()),
            ("{locale}", "hi"),
            ("{tag}", &self.tag),
            ("{comment}", &self.comment),
            ("{ban}", &self.ban),
            ("{id}", &self.token),
            ("{token}", &self.preview),
            ("{revision}", "1"),
            ("{part}", "1"),
            ("{code}", "not-found"),
        ];
        let filled = known.iter().fold(path.to_owned(), |path, (name, value)| {
            path.replace(name, value)
        });
        assert!(!filled.contains('{'), "what is a good value in {path}?");
        filled
    }
}

/// Calls the operation on something that is there, with a body that its description takes.
pub(crate) async fn call(
    caller: &Client,
    described: &Described,
    world: &World,
    operation: &Operation,
) -> Answer {
    let request = caller.request(&operation.method, &world.target(operation));
    Answer::of(match operation.bodies().first() {
        Some((_, schema)) => request.json(&described.example(schema)),
        None => request,
    })
    .await
}

fn is_of_type(kind: &Value, value: &Value) -> bool {
    let fits = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("there is no type {other}"),
    };
    match kind {
        Value::String(kind) => fits(kind),
        Value::Array(kinds) => kinds.iter().any(|kind| fits(kind.as_str().unwrap())),
        _ => true,
    }
}

fn compare_text(schema: &Value, text: &str, at: &str, found: &mut Vec<String>) {
    let fits = match schema["format"].as_str() {
        Some("uuid") => text.parse::<uuid::Uuid>().is_ok(),
        Some("date-time") => {
            text.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(text).is_ok()
        }
        _ => true,
    };
    if !fits {
        found.push(format!(
            "{at}: {text:?} has not the format {}",
            schema["format"]
        ));
    }
    let length = u64::try_from(text.chars().count()).unwrap();
    if schema["maxLength"]
        .as_u64()
        .is_some_and(|most| length > most)
    {
        found.push(format!(
            "{at}: has {length} characters, more than {}",
            schema["maxLength"]
        ));
    }
}
