//! The words that lead to a tag, and the names that it is searched by.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::Tag;
use crate::db::OnConstraint;
use crate::error::{Error, Result};
use crate::schema::{tag_handles, tag_terms, tag_translations};
use crate::values::slug::Slug;
use crate::values::text::fold;

/// Lets the slug that it had lead to it still.
pub(super) async fn keep_former(conn: &mut AsyncPgConnection, before: &Tag) -> Result<()> {
    diesel::update(tag_handles::table.find((&before.slug, before.id, "slug")))
        .set(tag_handles::kind.eq("former"))
        .execute(conn)
        .await?;
    Ok(())
}

/// Files every word that leads to the tag, and every name that it is searched by.
pub(super) async fn file_words(conn: &mut AsyncPgConnection, tag: &Tag) -> Result<()> {
    let translations: Vec<(String, String)> = tag_translations::table
        .filter(tag_translations::tag_id.eq(tag.id))
        .select((tag_translations::slug, tag_translations::name))
        .load(conn)
        .await?;
    let (slugs, names): (Vec<String>, Vec<String>) = translations.into_iter().unzip();
    file_handles(conn, tag, slugs).await?;
    file_terms(conn, tag, names).await
}

async fn file_handles(conn: &mut AsyncPgConnection, tag: &Tag, slugs: Vec<String>) -> Result<()> {
    let synonyms = tag
        .synonyms
        .iter()
        .filter_map(|word| Slug::from_title(word));
    let synonyms = each_once(synonyms.map(String::from).filter(|word| *word != tag.slug));
    let mut handles: Vec<(&String, &str)> = vec![(&tag.slug, "slug")];
    handles.extend(synonyms.iter().map(|word| (word, "synonym")));
    // A former slug that the tag takes up again is former no longer.
    let taken_up: Vec<&String> = handles.iter().map(|(word, _)| *word).collect();
    let outdated = tag_handles::kind
        .ne("former")
        .or(tag_handles::handle.eq_any(taken_up));
    let own = tag_handles::table.filter(tag_handles::tag_id.eq(tag.id));
    diesel::delete(own.filter(outdated)).execute(conn).await?;
    let slugs = each_once(slugs);
    handles.extend(slugs.iter().map(|slug| (slug, "translation")));
    let rows: Vec<_> = handles
        .into_iter()
        .map(|(word, kind)| (tag_handles::handle.eq(word), tag_handles::kind.eq(kind)))
        .map(|row| (row, tag_handles::tag_id.eq(tag.id)))
        .collect();
    diesel::insert_into(tag_handles::table)
        .values(rows)
        .execute(conn)
        .await
        .on_constraint("tag_handles_address_key", || {
            Error::conflict("its slug or one of its synonyms leads to another tag")
        })?;
    Ok(())
}

async fn file_terms(conn: &mut AsyncPgConnection, tag: &Tag, names: Vec<String>) -> Result<()> {
    let names = names.iter().chain(&tag.synonyms).chain([&tag.name]);
    let terms = each_once(names.map(|name| fold(name)));
    diesel::delete(tag_terms::table.filter(tag_terms::tag_id.eq(tag.id)))
        .execute(conn)
        .await?;
    let rows: Vec<_> = terms
        .iter()
        .map(|term| (tag_terms::term.eq(term), tag_terms::tag_id.eq(tag.id)))
        .collect();
    diesel::insert_into(tag_terms::table)
        .values(rows)
        .execute(conn)
        .await?;
    Ok(())
}

fn each_once(words: impl IntoIterator<Item = String>) -> Vec<String> {
    let words: BTreeSet<String> = words.into_iter().collect();
    words.into_iter().collect()
}
