//! Whether an article is what a line says.

use crate::transfer::line::{ArticleLine, RevisionLine, TranslationLine};

/// Whether the article, `is`, is what the line says already; their tags apart. Numbers of revisions are an
/// installation's own, and times that the line does not give are as they are.
pub(super) fn agrees(line: &ArticleLine, is: &ArticleLine) -> bool {
    let neutral = crate::articles::NewArticle {
        tags: is.article.tags.clone(),
        external_id: line
            .article
            .external_id
            .clone()
            .or_else(|| is.article.external_id.clone()),
        ..line.article.clone()
    };
    neutral == is.article
        && line.source_locale == is.source_locale
        && given(line.created_at, is.created_at)
        && line.deleted_at == is.deleted_at
        && line.translations.iter().all(|one| {
            let is = is.translations.iter().find(|is| is.locale == one.locale);
            is.is_some_and(|is| translation_agrees(one, is))
        })
}

/// Whether the translation, `is`, is what the line says already.
pub(super) fn translation_agrees(line: &TranslationLine, is: &TranslationLine) -> bool {
    words_agree(&line.head, &is.head)
        && line.status == is.status
        && line.publish_at == is.publish_at
        && line.unpublish_at == is.unpublish_at
        && given(line.published_at, is.published_at)
        && given(line.first_published_at, is.first_published_at)
        && given(line.created_at, is.created_at)
        && shown_agrees(line, is)
        && line
            .former_slugs
            .iter()
            .all(|slug| is.former_slugs.contains(slug))
        && line
            .former_addresses
            .iter()
            .all(|address| is.former_addresses.contains(address))
}

/// Whether readers have what the line says.
pub(super) fn shown_agrees(line: &TranslationLine, is: &TranslationLine) -> bool {
    match (line.shown(), is.shown()) {
        (None, None) => true,
        (Some(line), Some(is)) => words_agree(line, is),
        _ => false,
    }
}

/// Whether the words are those of the line, under the slug that it gives if it does.
pub(super) fn words_agree(line: &RevisionLine, is: &RevisionLine) -> bool {
    line.says_the_same(is) && given(line.words.slug.as_ref(), is.words.slug.as_ref())
}

fn given<T: PartialEq>(line: Option<T>, is: Option<T>) -> bool {
    line.is_none() || line == is
}
