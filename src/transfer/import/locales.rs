//! Languages on their way in.

use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{At, Outcome, Verdict, attempt};
use crate::db::Statement;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::locales::{LocaleRow, NewLocale};
use crate::projection;
use crate::transfer::line::LocaleLine;
use crate::values::locale::Locale;

/// Takes languages in. They may name each other as fallbacks: so all of them are there before any is finished. The
/// one that is to be the default comes first, so that no other ceases to be it before.
pub(super) async fn take_in(
    conn: &mut AsyncPgConnection,
    lines: &[At<'_, LocaleLine>],
    actor: Option<&str>,
) -> Result<Vec<(usize, Outcome)>> {
    let mut outcomes = vec![];
    if lines.is_empty() {
        return Ok(outcomes);
    }
    LocaleRow::take_turn(conn).await?;
    let mut lines = lines.to_vec();
    lines.sort_by_key(|(_, line)| line.settings.is_default != Some(true));
    let mut new = vec![];
    for (at, line) in &lines {
        let Some(code) = &line.code else {
            return Err(Error::Internal("a locale without a code".into()));
        };
        if LocaleRow::lock(conn, code).await?.is_none() {
            let bare = NewLocale {
                fallbacks: vec![],
                is_default: None,
                ..line.settings.clone()
            };
            LocaleRow::put(conn, code, &bare, None).await?;
            new.push(*at);
        }
    }
    for (at, line) in lines {
        let Some(code) = &line.code else {
            continue;
        };
        let is_new = new.contains(&at);
        let outcome = attempt(conn, async |conn| {
            finish(conn, code, line, is_new, actor).await
        });
        let outcome = outcome.await?;
        if is_new && outcome.verdict == Verdict::Refused {
            // Another of these may lean on it by now: then it stays, as it was begun.
            attempt(conn, async |conn| remove(conn, code).await).await?;
        }
        outcomes.push((at, outcome));
    }
    Ok(outcomes)
}

async fn remove(conn: &mut AsyncPgConnection, code: &Locale) -> Result<Outcome> {
    if let Some(row) = LocaleRow::lock(conn, code).await? {
        LocaleRow::delete(conn, &row).await?;
    }
    Ok(Outcome::of(Verdict::Unchanged, code))
}

async fn finish(
    conn: &mut AsyncPgConnection,
    code: &Locale,
    line: &LocaleLine,
    is_new: bool,
    actor: Option<&str>,
) -> Result<Outcome> {
    let before = LocaleRow::lock(conn, code).await?;
    let before = before.ok_or_else(|| Error::Internal("a locale is gone".into()))?;
    let mut settings = line.settings.clone();
    if !is_new {
        // What is not said stays: its names may be its editors' own.
        settings.name.get_or_insert_with(|| before.name.clone());
        let native = settings.native_name.take();
        settings.native_name = Some(native.unwrap_or_else(|| before.native_name.clone()));
    }
    let dated = line.created_at.is_none_or(|time| time == before.created_at)
        && line.updated_at.is_none_or(|time| time == before.updated_at);
    if !is_new && dated && is_so(&before, code, &settings) {
        return Ok(Outcome::of(Verdict::Unchanged, code));
    }
    let row = LocaleRow::put(conn, code, &settings, Some(&before)).await?;
    date(conn, code, line).await?;
    if before.fallbacks != row.fallbacks {
        projection::rename_tags_in(conn, code.as_str()).await?;
    }
    let (kind, verdict) = match is_new {
        true => ("locale.created", Verdict::Created),
        false => ("locale.updated", Verdict::Updated),
    };
    Event::new(kind, actor)
        .locale(code.as_str())
        .keys(LocaleRow::KEYS.map(str::to_owned))
        .write(conn)
        .await?;
    Ok(Outcome::of(verdict, code))
}

fn is_so(row: &LocaleRow, code: &Locale, settings: &NewLocale) -> bool {
    let fallbacks = settings.fallbacks.iter().map(Locale::as_str);
    let direction = settings.direction.unwrap_or_else(|| code.direction());
    settings.name.as_ref() == Some(&row.name)
        && settings.native_name.as_ref() == Some(&row.native_name)
        && direction.as_str() == row.direction
        && settings.is_default.unwrap_or(row.is_default) == row.is_default
        && settings.enabled == row.enabled
        && fallbacks.eq(row.fallbacks.iter().map(String::as_str))
}

async fn date(conn: &mut AsyncPgConnection, code: &Locale, line: &LocaleLine) -> Result<()> {
    let date: Statement<()> = Statement::new("update locales set created_at = coalesce(")
        .bind(line.created_at)
        .sql(", created_at), updated_at = coalesce(")
        .bind(line.updated_at)
        .sql(", updated_at) where code = ")
        .bind(code.as_str());
    date.execute(conn).await?;
    Ok(())
}
