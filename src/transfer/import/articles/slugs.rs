//! Slugs for many translations at once.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::write::Piece;
use crate::db::Statement;
use crate::error::{Error, Result};
use crate::values::slug::Slug;

/// A slug in a locale.
type Address = (String, String);

/// How many slugs like one another are looked at together at first.
const WINDOW: u32 = 16;

/// Who wants a slug, and which ones will do.
struct Wish {
    article: Uuid,
    locale: String,
    slug: Slug,
    /// Whether a number may be put behind it.
    or_like_it: bool,
}

impl Wish {
    fn of(piece: &Piece<'_>) -> Result<Self> {
        let exact = piece.one.head.words.slug.clone();
        let or_like_it = exact.is_none();
        let preferred = piece.one.preferred_slug.clone();
        let title = || Slug::from_title(&piece.one.head.words.title);
        let slug = exact.or(preferred).or_else(title).ok_or_else(|| {
            Error::fault(
                &format!("{}/slug", piece.pointer()),
                "required",
                "no slug can be made from this title: give one",
            )
        })?;
        Ok(Wish {
            article: piece.article,
            locale: piece.one.locale.clone(),
            slug,
            or_like_it,
        })
    }

    /// The slugs from number `from` on, as far as they will do.
    fn window(&self, from: u32, size: u32) -> Vec<String> {
        let last = if self.or_like_it { from + size } else { 2 };
        let numbered = |n| match n {
            1 => self.slug.clone(),
            n => self.slug.numbered(n),
        };
        (from..last).map(numbered).map(String::from).collect()
    }
}

/// Chooses a slug for each translation: the one that its line gives, or the first that is free.
///
/// # Errors
/// 422 for one that is taken, or that cannot be made.
pub(super) async fn choose(
    conn: &mut AsyncPgConnection,
    pieces: &[Piece<'_>],
) -> Result<Vec<String>> {
    let wishes: Vec<Wish> = pieces.iter().map(Wish::of).collect::<Result<_>>()?;
    let mut chosen: Vec<Option<String>> = vec![None; wishes.len()];
    let mut used: HashSet<Address> = HashSet::new();
    let (mut from, mut size) = (1, WINDOW);
    while chosen.iter().any(Option::is_none) {
        let open = || {
            wishes
                .iter()
                .zip(&chosen)
                .filter(|(_, slug)| slug.is_none())
        };
        let windows = open().flat_map(|(wish, _)| {
            let window = wish.window(from, size);
            window.into_iter().map(move |slug| (wish, slug))
        });
        let taken = taken(conn, windows).await?;
        for ((wish, slug), piece) in wishes.iter().zip(&mut chosen).zip(pieces) {
            if slug.is_some() {
                continue;
            }
            let free = wish.window(from, size).into_iter().find(|slug| {
                let address = (wish.locale.clone(), slug.clone());
                !taken.contains(&address) && !used.contains(&address)
            });
            if free.is_none() && !wish.or_like_it {
                let detail = format!("the slug `{}` is taken in `{}`", wish.slug, wish.locale);
                let pointer = format!("{}/slug", piece.pointer());
                return Err(Error::fault(&pointer, "taken", detail));
            }
            used.extend(free.clone().map(|slug| (wish.locale.clone(), slug)));
            *slug = free;
        }
        from += size;
        size = size.saturating_mul(8);
    }
    Ok(chosen.into_iter().flatten().collect())
}

/// Those of these slugs that other articles have or had.
async fn taken(
    conn: &mut AsyncPgConnection,
    wanted: impl Iterator<Item = (&Wish, String)>,
) -> Result<HashSet<Address>> {
    let (mut locales, mut slugs, mut articles) = (vec![], vec![], vec![]);
    for (wish, slug) in wanted {
        locales.push(wish.locale.clone());
        slugs.push(slug);
        articles.push(wish.article);
    }
    let taken: Statement<(sql::Text, sql::Text)> = Statement::new(
        "select s.locale, s.slug from unnest(",
    )
    .bind(locales)
    .sql(", ")
    .bind(slugs)
    .sql(", ")
    .bind(articles)
    .sql(
        ") as w(locale, slug, article_id) join slugs s on s.locale = w.locale and s.slug = w.slug \
                where s.article_id is not null and s.article_id <> w.article_id",
    );
    Ok(taken.load::<Address>(conn).await?.into_iter().collect())
}

/// A slug that is to lead to an article.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) article: Uuid,
    pub(super) locale: String,
    pub(super) slug: String,
    /// When readers first saw it; none: they have not.
    pub(super) seen_at: Option<DateTime<Utc>>,
}

/// Claims slugs for articles that are there. What has been chosen may have been taken meanwhile: then all of it is
/// to be done again.
///
/// # Errors
/// [`Error::Contended`] for that, 422 where a former slug is another article's.
pub(super) async fn claim(conn: &mut AsyncPgConnection, mut claims: Vec<Claim>) -> Result<()> {
    // The order that everybody takes them in, and each once.
    claims.sort_by(|one, other| {
        let key = |claim: &Claim| {
            (
                claim.locale.clone(),
                claim.slug.clone(),
                claim.seen_at.is_none(),
            )
        };
        key(one).cmp(&key(other))
    });
    let same = |one: &mut Claim, other: &mut Claim| {
        (&one.locale, &one.slug, one.article) == (&other.locale, &other.slug, other.article)
    };
    claims.dedup_by(same);
    let wanted = claims.len();
    let (mut locales, mut slugs, mut articles, mut seen) = (vec![], vec![], vec![], vec![]);
    for claim in claims {
        locales.push(claim.locale);
        slugs.push(claim.slug);
        articles.push(claim.article);
        seen.push(
            claim
                .seen_at
                .map(|time| time.to_rfc3339())
                .unwrap_or_default(),
        );
    }
    let claim: Statement<sql::Bool> = Statement::new(
        "insert into slugs (locale, slug, article_id, published_at) \
        select locale, slug, article_id, nullif(seen, '')::timestamptz from unnest(",
    )
    .bind(locales)
    .sql(", ")
    .bind(slugs)
    .sql(", ")
    .bind(articles)
    .sql(", ")
    .bind(seen)
    .sql(
        ") with ordinality as w(locale, slug, article_id, seen, n) order by n \
        on conflict on constraint slugs_pkey do update set article_id = excluded.article_id, \
            published_at = coalesce(slugs.published_at, excluded.published_at) \
        where slugs.article_id is null or slugs.article_id = excluded.article_id returning true",
    );
    let claimed: Vec<bool> = claim.load(conn).await?;
    if claimed.len() == wanted {
        Ok(())
    } else {
        Err(Error::Contended)
    }
}

/// Refuses former slugs that other articles have: they cannot lead to two.
///
/// # Errors
/// 422 with the first.
pub(super) async fn check_former(conn: &mut AsyncPgConnection, pieces: &[Piece<'_>]) -> Result<()> {
    let wishes: Vec<(usize, Wish)> = pieces
        .iter()
        .enumerate()
        .flat_map(|(at, piece)| {
            let shown = piece
                .one
                .published
                .as_ref()
                .and_then(|shown| shown.words.slug.clone());
            let former = piece.one.former_slugs.iter().cloned().chain(shown);
            former.map(move |slug| {
                let wish = Wish {
                    article: piece.article,
                    locale: piece.one.locale.clone(),
                    slug,
                    or_like_it: false,
                };
                (at, wish)
            })
        })
        .collect();
    if wishes.is_empty() {
        return Ok(());
    }
    let wanted = wishes.iter().map(|(_, wish)| (wish, wish.slug.to_string()));
    let taken = taken(conn, wanted).await?;
    let mut claimed: HashSet<(Address, Uuid)> = HashSet::new();
    for (at, wish) in &wishes {
        let address = (wish.locale.clone(), wish.slug.to_string());
        let twice = claimed
            .iter()
            .any(|(known, article)| *known == address && *article != wish.article);
        if taken.contains(&address) || twice {
            let pointer = pieces.get(*at).map(Piece::pointer).unwrap_or_default();
            let detail = format!(
                "the slug `{}` is another article's in `{}`",
                wish.slug, wish.locale
            );
            return Err(Error::fault(
                &format!("{pointer}/former_slugs"),
                "taken",
                detail,
            ));
        }
        claimed.insert((address, wish.article));
    }
    Ok(())
}
