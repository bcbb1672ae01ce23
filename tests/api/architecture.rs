//! The house keeps its own rules: who imports whom, as the table in `src/lib.rs` has it, and how large
//! a file may be.

use std::fs;
use std::path::{Path, PathBuf};

/// The features, each of which may lean on those before it.
const FEATURES: [&str; 8] = [
    "locales",
    "tags",
    "articles",
    "translations",
    "editions",
    "comments",
    "publishing",
    "transfer",
];

/// What the models of all features may import besides features.
const MODELS: [&str; 7] = [
    "schema",
    "db",
    "error",
    "values",
    "events",
    "document",
    "projection",
];

/// What all routes may import: the models of any feature, and these. Of `app` they take the state.
const ROUTES: [&str; 9] = [
    "app",
    "auth",
    "db",
    "document",
    "error",
    "events",
    "http",
    "projection",
    "values",
];

/// What the modules that are no features may import.
const OTHERS: [(&str, &[&str]); 12] = [
    ("values", &[]),
    ("schema", &[]),
    ("config", &["values"]),
    ("error", &["values"]),
    ("db", &["error", "values"]),
    ("events", &["db", "error", "schema", "values"]),
    ("document", &["db", "error", "values"]),
    (
        "projection",
        &["db", "document", "error", "schema", "values"],
    ),
    // The state is what a request brings along; what is kept follows the log.
    (
        "http",
        &["app", "db", "error", "events", "tokens", "values"],
    ),
    ("auth", &["app", "db", "error", "tokens", "values"]),
    ("openapi", &["error", "values"]),
    ("operations", &["app", "db", "error", "http", "values"]),
];

/// What stands above all that and may import everything.
const ABOVE: [&str; 6] = ["main", "lib", "cli", "app", "demo", "worker"];

/// A file of the source, without its comments and its tests.
struct Source {
    /// From `src/` on.
    name: String,
    code: String,
    /// The same with its comments.
    text: String,
    lines: usize,
}

impl Source {
    /// The module at the top that it belongs to.
    fn module(&self) -> &str {
        self.name.split(['/', '.']).next().unwrap()
    }

    /// Whether it is a feature's HTTP side.
    fn is_routes(&self) -> bool {
        self.name.contains("/routes")
    }

    /// The modules at the top that it names, besides its own.
    fn imports(&self) -> Vec<String> {
        let ident = |text: &str| {
            text.trim_start()
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect::<String>()
        };
        let mut found: Vec<String> = vec![];
        for (at, root) in self.code.match_indices("crate::") {
            let behind = &self.code[at + root.len()..];
            match behind.strip_prefix('{') {
                Some(list) => found.extend(parts(list).iter().map(|part| ident(part))),
                None => found.push(ident(behind)),
            }
        }
        found.retain(|name| !name.is_empty() && name != self.module());
        found.sort();
        found.dedup();
        found
    }
}

/// The parts of a list in braces, of which the first brace is gone: those between commas at its level.
fn parts(list: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(String::new()),
            _ => {}
        }
        parts.last_mut().unwrap().push(c);
    }
    parts
        .into_iter()
        .map(|part| part.trim_start_matches(',').to_owned())
        .collect()
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = vec![];
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path
                    .strip_prefix(&root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .replace('\\', "/");
                let text = fs::read_to_string(&path).unwrap();
                let product: Vec<&str> = text
                    .lines()
                    .take_while(|line| line.trim() != "#[cfg(test)]")
                    .collect();
                let code: Vec<&str> = product
                    .iter()
                    .copied()
                    .filter(|line| !line.trim_start().starts_with("//"))
                    .collect();
                sources.push(Source {
                    name,
                    code: code.join("\n"),
                    text: product.join("\n"),
                    lines: product.len(),
                });
            }
        }
    }
    // Files of tests alone are held to nothing here.
    sources
        .retain(|source| !source.name.ends_with("/tests.rs") && !source.name.contains("/tests/"));
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(sources.len() > 50, "where is the source?");
    sources
}

#[track_caller]
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Why a file may not import a module, where it may not.
fn fault(source: &Source, import: &str) -> Option<String> {
    let module = source.module();
    let place = |name: &str| FEATURES.iter().position(|feature| *feature == name);
    let allowed = if ABOVE.contains(&module) {
        true
    } else if source.is_routes() {
        ROUTES.contains(&import) || place(import).is_some()
    } else if let Some(own) = place(module) {
        MODELS.contains(&import) || place(import).is_some_and(|other| other < own)
    } else if module == "tokens" {
        // A token is scopes, and scopes are what auth asks for.
        MODELS.contains(&import) || import == "auth"
    } else {
        let known = OTHERS.iter().find(|(name, _)| *name == module);
        known.is_some_and(|(_, imports)| imports.contains(&import))
    };
    (!allowed).then(|| format!("src/{} may not import crate::{import}", source.name))
}

#[test]
fn modules_import_only_what_the_table_lets_them() {
    let sources = sources();
    let faults = sources.iter().flat_map(|source| {
        source
            .imports()
            .into_iter()
            .filter_map(|import| fault(source, &import))
            .collect::<Vec<_>>()
    });
    none(&faults.collect::<Vec<_>>());
}

#[test]
fn every_module_has_a_place_in_the_table() {
    let known = |module: &str| {
        ABOVE.contains(&module)
            || FEATURES.contains(&module)
            || module == "tokens"
            || OTHERS.iter().any(|(name, _)| *name == module)
    };
    let faults = sources()
        .iter()
        .map(|source| source.module().to_owned())
        .filter(|module| !known(module))
        .collect::<Vec<_>>();
    none(&faults);
}

#[test]
fn models_and_values_know_no_http() {
    let silent = |source: &Source| {
        FEATURES.contains(&source.module()) && !source.is_routes()
            || !source.is_routes()
                && matches!(
                    source.module(),
                    "values" | "projection" | "document" | "events" | "schema"
                )
            || source.name == "tokens/model.rs"
    };
    let sources = sources();
    let silent: Vec<&Source> = sources.iter().filter(|source| silent(source)).collect();
    assert!(silent.len() > 20);
    let faults = silent
        .iter()
        .filter(|source| source.code.contains("actix_web") || source.code.contains("crate::http"));
    none(
        &faults
            .map(|source| format!("src/{} speaks HTTP", source.name))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn values_know_no_database() {
    let faults = sources()
        .iter()
        .filter(|source| {
            source.module() == "values"
                && (source.code.contains("AsyncPgConnection")
                    || source.code.contains("diesel_async"))
        })
        .map(|source| source.name.clone())
        .collect::<Vec<_>>();
    none(&faults);
}

#[test]
fn routes_take_only_the_state_from_app() {
    let sources = sources();
    let routes = sources.iter().filter(|source| source.is_routes());
    let faults = routes.flat_map(|source| {
        let uses = source
            .code
            .match_indices("crate::app::")
            .map(|(at, path)| &source.code[at + path.len()..]);
        uses.filter(|behind| !behind.starts_with("State"))
            .map(|_| format!("src/{} takes more than the state from app", source.name))
            .collect::<Vec<_>>()
    });
    none(&faults.collect::<Vec<_>>());
}

#[test]
fn no_file_is_longer_than_one_can_keep_in_mind() {
    let long = sources()
        .into_iter()
        .filter(|source| source.lines > 350 && source.name != "schema.rs");
    none(
        &long
            .map(|source| format!("src/{}: {} lines", source.name, source.lines))
            .collect::<Vec<_>>(),
    );
    let main = sources()
        .into_iter()
        .find(|source| source.name == "main.rs")
        .unwrap();
    assert!(main.lines <= 40);
}

#[test]
fn files_have_names_that_say_something() {
    let empty = [
        "mod.rs",
        "utils.rs",
        "util.rs",
        "helpers.rs",
        "common.rs",
        "manager.rs",
        "service.rs",
        "dto.rs",
    ];
    let faults = sources()
        .into_iter()
        .map(|source| source.name)
        .filter(|name| empty.contains(&name.rsplit('/').next().unwrap()));
    none(&faults.collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_to_do_and_nothing_may_panic() {
    let notes = ["TODO", "FIXME", "XXX", "todo!", "unimplemented!"];
    let panics = ["dbg!", ".unwrap()", ".expect(", "panic!(", "unreachable!("];
    let faults = sources().into_iter().flat_map(|source| {
        let notes = notes.iter().filter(|word| source.text.contains(**word));
        let panics = panics.iter().filter(|word| source.code.contains(**word));
        notes
            .chain(panics)
            .map(|word| format!("src/{}: {word}", source.name))
            .collect::<Vec<_>>()
    });
    none(&faults.collect::<Vec<_>>());
}

#[test]
fn every_file_says_first_what_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let faults = sources()
        .into_iter()
        .filter(|source| source.name != "schema.rs")
        .filter(|source| {
            let text = fs::read_to_string(root.join(&source.name)).unwrap();
            !text.starts_with("//! ")
        });
    none(
        &faults
            .map(|source| format!("src/{} has no doc comment", source.name))
            .collect::<Vec<_>>(),
    );
}

fn example(name: &str, code: &str) -> Source {
    Source {
        name: name.into(),
        code: code.into(),
        text: code.into(),
        lines: 1,
    }
}

#[test]
fn imports_are_read_in_all_their_forms() {
    let code = "use crate::http::{Body, query::Query};\nuse crate::{articles, db::{Reader, Statement}, tags};\nfn f() { crate::values::x() }";
    let source = example("articles/model.rs", code);
    assert_eq!(source.imports(), ["db", "http", "tags", "values"]);
}

#[test]
fn what_the_table_forbids_is_found() {
    let model = example("articles/model.rs", "");
    for import in [
        "http",
        "auth",
        "app",
        "comments",
        "editions",
        "translations",
        "config",
    ] {
        assert!(fault(&model, import).is_some(), "{import}");
    }
    for import in ["tags", "locales", "db", "values"] {
        assert!(fault(&model, import).is_none(), "{import}");
    }
    assert!(fault(&example("values/slug.rs", ""), "error").is_some());
    assert!(fault(&example("articles/routes/tagging.rs", ""), "cli").is_some());
}
