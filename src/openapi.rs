//! The OpenAPI document: what the routes do not say themselves.

use serde_json::json;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, Content, ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi as Document, PathItem, Ref, RefOr,
    Response, ResponseBuilder, Schema, ServerBuilder, header::HeaderBuilder,
};
use utoipa::{OpenApi, ToSchema};

use crate::error::{Code, ProblemDocument};
use crate::values::fields::Fault;

#[derive(OpenApi)]
#[openapi(
    components(schemas(ProblemDocument, Fault)),
    tags(
        (name = "articles", description = "The story as a whole, and its editions as readers get them."),
        (name = "translations", description = "The story in each language: working copies and their publication."),
        (name = "tags", description = "What stories are about, named in every language."),
        (name = "comments", description = "What readers say, in threads, and its moderation."),
        (name = "locales", description = "The languages of the publication."),
        (name = "tokens", description = "Who may call, and what they may do."),
        (name = "operations", description = "Health, and this document."),
    )
)]
struct Frame;

/// The document's own parts, before the routes add theirs.
pub fn frame() -> Document {
    let mut document = Frame::openapi();
    document.info = InfoBuilder::new()
        .title("Dateline")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(include_str!("openapi/description.md")))
        .license(Some(LicenseBuilder::new().name("MIT").identifier(Some("MIT")).build()))
        .contact(Some(ContactBuilder::new().name(Some("The Dateline contributors")).build()))
        .build();
    document
}

/// Adds what holds for every operation by rule: the security scheme, the descriptions of path
/// parameters, request headers, and the problems that can come of each.
pub fn complete(mut document: Document) -> Document {
    document.servers = Some(vec![ServerBuilder::new().url("/").description(Some("This server")).build()]);
    let components = document.components.take().unwrap_or_else(|| ComponentsBuilder::new().build());
    let mut components = components;
    components.add_security_scheme(
        "token",
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .bearer_format("dl_…")
                .description(Some("A token as `dateline token create` or `POST /v1/tokens` prints it."))
                .build(),
        ),
    );
    for code in Code::ALL {
        components.responses.insert(response_name(code), RefOr::T(problem_response(code)));
    }
    document.components = Some(components);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            describe_parameters(operation);
            add_headers(operation, method);
            add_problems(operation, path, method);
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("get", item.get.as_mut()),
        ("post", item.post.as_mut()),
        ("put", item.put.as_mut()),
        ("patch", item.patch.as_mut()),
        ("delete", item.delete.as_mut()),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.map(|operation| (method, operation)))
}

/// Path parameters mean the same wherever they stand.
fn describe_parameters(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if parameter.parameter_in != ParameterIn::Path {
            continue;
        }
        let (description, example, longest) = match parameter.name.as_str() {
            "article" => ("The article: its id, or a slug of one of its editions.", "bridge-reopens", 200),
            "locale" => ("A language tag (BCP 47).", "hi", 35),
            "tag" => ("The tag: its id, its slug, or a synonym.", "transport", 120),
            "comment" => ("The comment's id.", "01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10", 36),
            "number" => ("The revision's number, from 1.", "2", 10),
            "code" => ("The last segment of a problem's type.", "not-found", 60),
            _ => ("The id.", "01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10", 36),
        };
        parameter.description = Some(description.into());
        parameter.example = Some(json!(example));
        parameter.schema = Some(text_schema(longest));
    }
}

fn text_schema(longest: usize) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).max_length(Some(longest)).build().into()
}

fn header_parameter(name: &str, description: &str, example: &str) -> Parameter {
    let mut parameter = Parameter::new(name);
    parameter.parameter_in = ParameterIn::Header;
    parameter.required = utoipa::openapi::Required::False;
    parameter.description = Some(description.into());
    parameter.example = Some(json!(example));
    parameter.schema = Some(text_schema(1000));
    parameter
}

fn add_headers(operation: &mut Operation, method: &str) {
    let takes_locale =
        operation.parameters.iter().flatten().any(|parameter| parameter.name == "fallback");
    let parameters = operation.parameters.get_or_insert_default();
    if method == "get" {
        parameters.push(header_parameter("If-None-Match", "An `ETag` seen before: 304 while it still holds.", "\"t7\""));
        if takes_locale {
            parameters.push(header_parameter("Accept-Language", "The languages wanted, where `locale` does not say it.", "mr, hi;q=0.8"));
        }
    } else if writes_one(operation, method) {
        let parameters = operation.parameters.get_or_insert_default();
        parameters.push(header_parameter("If-Match", "The `ETag` that the change was made on: 412 when it has changed since.", "\"t7\""));
        if method == "put" {
            parameters.push(header_parameter("If-None-Match", "`*`: only create, 412 when it exists.", "*"));
        }
    }
}

/// Whether the operation honours `If-Match`: it says so by taking [`Preconditions`].
///
/// [`Preconditions`]: crate::http::Preconditions
fn writes_one(operation: &Operation, method: &str) -> bool {
    method != "post" || operation.description.as_deref().is_some_and(|text| text.contains("If-Match"))
}

fn add_problems(operation: &mut Operation, path: &str, method: &str) {
    let mut codes = vec![Code::InvalidParameter, Code::Internal];
    if path.starts_with("/v1") {
        codes.extend([Code::Unauthenticated, Code::NotAcceptable, Code::Unavailable]);
    }
    if path.contains('{') {
        codes.push(Code::NotFound);
    }
    if is_secured(operation) {
        codes.push(Code::Forbidden);
    }
    if operation.request_body.is_some() {
        codes.extend([Code::RequestTimeout, Code::ContentTooLarge, Code::UnsupportedMediaType, Code::ValidationFailed]);
    }
    if method != "get" {
        codes.push(Code::Conflict);
        if writes_one(operation, method) {
            codes.extend([Code::PreconditionFailed, Code::PreconditionRequired]);
        }
    }
    for code in codes {
        let reference = RefOr::Ref(Ref::from_response_name(response_name(code)));
        operation.responses.responses.entry(code.status().as_str().to_owned()).or_insert(reference);
    }
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with('2')
        {
            add_answer_headers(response, status);
        }
    }
}

fn is_secured(operation: &Operation) -> bool {
    operation.security.as_ref().is_some_and(|security| {
        security.iter().any(|requirement| json!(requirement) != json!({}))
    })
}

fn add_answer_headers(response: &mut Response, status: &str) {
    let mut add = |name: &str, description: &str| {
        let header = HeaderBuilder::new().schema(text_schema(8192)).description(Some(description)).build();
        response.headers.entry(name.to_owned()).or_insert(header.into());
    };
    add("X-Request-Id", "The request's id, which the log has too.");
    if status != "204" {
        add("ETag", "The state of what is answered.");
    }
    if status == "201" {
        add("Location", "Where it is.");
    }
}

fn response_name(code: Code) -> String {
    code.name().to_owned()
}

fn problem_response(code: Code) -> Response {
    let problem = crate::error::Problem::new(code, code.explanation());
    let example = json!(problem.document("http://127.0.0.1:8080", "/v1/articles", "01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10"));
    let mut content = Content::new(Some(RefOr::<Schema>::Ref(Ref::from_schema_name(ProblemDocument::name()))));
    content.example = Some(example);
    ResponseBuilder::new().description(code.title()).content("application/problem+json", content).build()
}
