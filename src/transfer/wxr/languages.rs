//! Which language an item is in, and what it is a translation of.

use url::Url;

use super::part::Part;
use crate::transfer::languages::Languages;

/// What an item says of that itself, as far as it does.
#[derive(Debug, Default)]
pub(super) struct Tongue {
    /// Its language.
    pub(super) language: Option<usize>,
    /// The name of the group of which it is one.
    pub(super) group: Option<String>,
    /// Whether it is what the others of the group are translations of.
    pub(super) is_source: bool,
    /// The item that it is a copy of, in another language.
    pub(super) copy_of: Option<u64>,
}

impl Tongue {
    /// What an item says: by Polylang, by WPML, by its address.
    pub(super) fn of(item: &Part, languages: &mut Languages) -> Tongue {
        polylang(item, languages)
            .or_else(|| wpml(item, languages))
            .unwrap_or_else(|| Tongue {
                language: by_address(item.of("link"), languages),
                ..Tongue::default()
            })
    }
}

fn polylang(item: &Part, languages: &mut Languages) -> Option<Tongue> {
    let of = |domain: &str| {
        let found = item
            .all("category")
            .find(|category| category.domain == domain);
        found.map(|category| category.nicename.clone())
    };
    Some(Tongue {
        language: Some(languages.of(&of("language")?)?),
        group: of("post_translations"),
        ..Tongue::default()
    })
}

fn wpml(item: &Part, languages: &mut Languages) -> Option<Tongue> {
    let language = languages.of(item.meta("_wpml_import_language_code"))?;
    let group = item.meta("_wpml_import_translation_group");
    Some(Tongue {
        language: Some(language),
        group: (!group.is_empty()).then(|| format!("wpml {group}")),
        is_source: item.meta("_wpml_import_source_language_code").is_empty(),
        copy_of: item.meta("_icl_lang_duplicate_of").parse().ok(),
    })
}

fn by_address(link: &str, languages: &mut Languages) -> Option<usize> {
    let url = Url::parse(link).ok()?;
    if let Some((_, code)) = url.query_pairs().find(|(name, _)| name == "lang") {
        return languages.of(&code);
    }
    let parts: Vec<&str> = url
        .path_segments()?
        .filter(|part| !part.is_empty())
        .collect();
    match parts.as_slice() {
        [first, _, ..] => languages.of_path(first),
        _ => None,
    }
}
