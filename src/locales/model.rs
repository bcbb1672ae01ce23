//! Locales in the database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::{OnConstraint, Reader, Statement};
use crate::error::{Error, Result};
use crate::schema::locales;
use crate::values::fields::{Decode, Fields};
use crate::values::locale::{Direction, Locale};

/// A language of the publication.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = locales)]
#[schema(as = Locale)]
pub struct LocaleRow {
    /// Its tag (BCP 47) in canonical form.
    #[schema(max_length = 35, example = "hi")]
    pub code: String,
    /// Its name in English.
    #[schema(max_length = 100, example = "Hindi")]
    pub name: String,
    /// Its name in itself.
    #[schema(max_length = 100, example = "हिन्दी")]
    pub native_name: String,
    /// Which way it is written: `ltr` or `rtl`.
    #[schema(max_length = 3, example = "ltr")]
    pub direction: String,
    /// Whether readers get it when nothing else was asked for.
    #[schema(example = false)]
    pub is_default: bool,
    /// Where to look when an article is not there in it: the whole chain.
    #[schema(max_items = 20, example = json!(["en"]))]
    pub fallbacks: Vec<String>,
    /// Whether readers get it at all.
    #[schema(example = true)]
    pub enabled: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Counts the changes.
    #[serde(skip)]
    pub version: i64,
}

/// What is said of a locale; names and direction come from CLDR where they are left out.
#[derive(Debug, Clone, PartialEq, ToSchema)]
#[schema(example = json!({"fallbacks": ["en"]}))]
pub struct NewLocale {
    /// Its name in English.
    #[schema(max_length = 100, nullable, required = false, example = "Hindi")]
    pub name: Option<String>,
    /// Its name in itself.
    #[schema(max_length = 100, nullable, required = false, example = "हिन्दी")]
    pub native_name: Option<String>,
    /// Which way it is written.
    #[schema(nullable, required = false)]
    pub direction: Option<Direction>,
    /// Makes it the one that readers get when nothing else was asked for; left out: as it is.
    #[schema(nullable, required = false)]
    pub is_default: Option<bool>,
    /// Where to look when an article is not there in it: the whole chain, never followed further.
    #[schema(max_items = 20, required = false, example = json!(["en"]))]
    pub fallbacks: Vec<Locale>,
    /// Whether readers get it at all; left out: yes.
    #[schema(default = true, required = false)]
    pub enabled: bool,
}

impl Decode for NewLocale {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let direction: Option<Written> = fields.parsed("direction", "invalid");
        NewLocale {
            name: fields.line("name", 100),
            native_name: fields.line("native_name", 100),
            direction: direction.map(|Written(direction)| direction),
            is_default: fields.flag("is_default"),
            fallbacks: fields
                .parsed_list("fallbacks", 20, "malformed_locale")
                .unwrap_or_default(),
            enabled: fields.flag("enabled").unwrap_or(true),
        }
    }
}

/// A direction as a client writes it.
struct Written(Direction);

impl std::str::FromStr for Written {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ltr" => Ok(Written(Direction::Ltr)),
            "rtl" => Ok(Written(Direction::Rtl)),
            _ => Err("takes ltr or rtl"),
        }
    }
}

impl LocaleRow {
    /// The cache keys of what a change of any of them changes: everything that readers get.
    pub const KEYS: [&str; 3] = ["locales", "list", "site"];

    /// All of them, the default first; without `all` those that readers get.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(reader: &Reader, all: bool) -> Result<Vec<LocaleRow>> {
        let order = (locales::is_default.desc(), locales::code.asc());
        let shown = locales::enabled
            .eq(true)
            .or(all.into_sql::<diesel::sql_types::Bool>());
        reader
            .load(
                locales::table
                    .select(LocaleRow::as_select())
                    .filter(shown)
                    .order(order),
            )
            .await
    }

    /// The locale with this code.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(reader: &Reader, code: &Locale) -> Result<Option<LocaleRow>> {
        reader
            .first(
                locales::table
                    .find(code.as_str().to_owned())
                    .select(LocaleRow::as_select()),
            )
            .await
    }

    /// The same, kept from changing until the transaction ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock(conn: &mut AsyncPgConnection, code: &Locale) -> Result<Option<LocaleRow>> {
        let found = locales::table
            .find(code.as_str())
            .select(LocaleRow::as_select())
            .for_update();
        Ok(found.first(conn).await.optional()?)
    }

    /// Waits for its turn to change locales: they lean on each other, and change seldom.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_turn(conn: &mut AsyncPgConnection) -> Result<()> {
        let turn: Statement<()> =
            Statement::new("select pg_advisory_xact_lock(hashtext('locales'))");
        turn.execute(conn).await?;
        Ok(())
    }

    /// Whether content may be written in it; it then stays until the transaction ends.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn exists(conn: &mut AsyncPgConnection, code: &Locale) -> Result<bool> {
        let found = locales::table
            .find(code.as_str())
            .select(locales::code)
            .for_key_share();
        let found: Option<String> = found.first(conn).await.optional()?;
        Ok(found.is_some())
    }

    /// The locale that readers get when nothing else was asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn default_code(conn: &mut AsyncPgConnection) -> Result<String> {
        Ok(locales::table
            .filter(locales::is_default)
            .select(locales::code)
            .for_key_share()
            .first(conn)
            .await?)
    }

    /// Creates it or puts it in the place of what is there.
    ///
    /// # Errors
    /// 422 for a chain that makes no sense, 409 when there would be no default left.
    pub async fn put(
        conn: &mut AsyncPgConnection,
        code: &Locale,
        new: &NewLocale,
        before: Option<&LocaleRow>,
    ) -> Result<LocaleRow> {
        check_fallbacks(conn, code, &new.fallbacks).await?;
        let was_default = before.is_some_and(|before| before.is_default);
        let is_default = new.is_default.unwrap_or(was_default);
        if was_default && !is_default {
            return Err(Error::conflict(
                "there is always a default locale: make another one the default instead",
            ));
        }
        if is_default && !new.enabled {
            return Err(Error::conflict("the default locale cannot be disabled"));
        }
        if is_default && !was_default {
            diesel::update(locales::table.filter(locales::is_default))
                .set((
                    locales::is_default.eq(false),
                    locales::version.eq(locales::version + 1),
                ))
                .execute(conn)
                .await?;
        }
        let values = (
            locales::name.eq(new.name.clone().unwrap_or_else(|| code.english_name())),
            locales::native_name.eq(new
                .native_name
                .clone()
                .unwrap_or_else(|| code.native_name())),
            locales::direction.eq(new.direction.unwrap_or_else(|| code.direction()).as_str()),
            locales::is_default.eq(is_default),
            locales::enabled.eq(new.enabled),
            locales::fallbacks.eq(new.fallbacks.iter().map(Locale::as_str).collect::<Vec<_>>()),
        );
        if before.is_some() {
            let changed = (
                values,
                locales::version.eq(locales::version + 1),
                locales::updated_at.eq(diesel::dsl::now),
            );
            let update = diesel::update(locales::table.find(code.as_str())).set(changed);
            return Ok(update
                .returning(LocaleRow::as_returning())
                .get_result(conn)
                .await?);
        }
        diesel::insert_into(locales::table)
            .values((locales::code.eq(code.as_str()), values))
            .returning(LocaleRow::as_returning())
            .get_result(conn)
            .await
            .on_constraint("locales_pkey", || {
                Error::conflict("it was created by somebody else just now")
            })
    }

    /// Deletes it, where nothing is written in it.
    ///
    /// # Errors
    /// 409 for the default, for one with content, and for one that others fall back to.
    pub async fn delete(conn: &mut AsyncPgConnection, row: &LocaleRow) -> Result<()> {
        if row.is_default {
            return Err(Error::conflict("the default locale cannot be deleted"));
        }
        let leaning: Vec<String> = locales::table
            .filter(locales::fallbacks.contains(vec![row.code.as_str()]))
            .select(locales::code)
            .order(locales::code)
            .load(conn)
            .await?;
        if !leaning.is_empty() {
            return Err(Error::conflict(format!(
                "it is a fallback of {}",
                leaning.join(", ")
            )));
        }
        diesel::delete(locales::table.find(&row.code))
            .execute(conn)
            .await
            .map_err(|error| match error {
                diesel::result::Error::DatabaseError(
                    diesel::result::DatabaseErrorKind::ForeignKeyViolation,
                    _,
                ) => Error::conflict("there is content in it; it can be disabled instead"),
                other => other.into(),
            })?;
        Ok(())
    }
}

/// A chain names other locales, known ones, each once.
async fn check_fallbacks(
    conn: &mut AsyncPgConnection,
    code: &Locale,
    chain: &[Locale],
) -> Result<()> {
    let tags: Vec<String> = chain.iter().cloned().map(String::from).collect();
    // Locked, so that none of them is deleted before this is committed.
    let known: Statement<(diesel::sql_types::Text,)> =
        Statement::new("select code from locales where code = any(")
            .bind(tags)
            .sql(") order by code for share");
    let known: Vec<(String,)> = known.load(conn).await?;
    let mut faults = vec![];
    for (index, fallback) in chain.iter().enumerate() {
        let problem = if fallback == code {
            Some(("self_reference", "a locale is no fallback of itself"))
        } else if !known.iter().any(|(tag,)| tag == fallback.as_str()) {
            Some(("unknown_locale", "there is no such locale here"))
        } else if chain.iter().take(index).any(|earlier| earlier == fallback) {
            Some(("repeated", "it is in the chain already"))
        } else {
            None
        };
        if let Some((kind, detail)) = problem {
            faults.push(crate::values::fields::Fault::new(
                format!("/fallbacks/{index}"),
                kind,
                detail,
            ));
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid(faults))
    }
}
