//! Tokens in the database.

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::{Reader, Statement};
use crate::error::{Code, Error, Result};
use crate::schema::tokens;
use crate::values::fields::{Decode, Fields};
use crate::values::locale::Locale;
use crate::values::scope::Scope;
use crate::values::secret::{hash, new_secret};

/// What every token begins with, so that a leaked one is recognised.
const PREFIX: &str = "dl_";

/// A token without its secret.
#[derive(Debug, Clone, Queryable, Selectable, Serialize, ToSchema)]
#[diesel(table_name = tokens)]
pub struct Token {
    /// Its id, by which it is revoked.
    pub id: Uuid,
    /// What it is for; events name it.
    #[schema(max_length = 100, example = "website build")]
    pub name: String,
    /// What it may do.
    #[schema(max_items = 8, example = json!(["content:read", "content:write"]))]
    pub scopes: Vec<String>,
    /// The locales it may write translations in; `null`: all.
    #[schema(max_items = 100, example = json!(["mr"]))]
    pub locales: Option<Vec<String>>,
    /// When it stops working.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What is said of a token when it is made.
#[derive(Debug, Clone, ToSchema)]
pub struct NewToken {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100, example = "website build")]
    pub name: String,
    /// What it may do: at least one.
    #[schema(min_items = 1, max_items = 8)]
    pub scopes: Vec<Scope>,
    /// The locales it may write translations in; left out: all.
    #[schema(max_items = 100, nullable, required = false, example = json!(["mr"]))]
    pub locales: Option<Vec<Locale>>,
    /// When it stops working; left out: never.
    #[schema(nullable, required = false)]
    pub expires_at: Option<DateTime<Utc>>,
}

impl Decode for NewToken {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let name = fields.required_line("name", 100);
        let scopes = fields
            .parsed_list("scopes", Scope::ALL.len(), "unknown_scope")
            .unwrap_or_default();
        if scopes.is_empty() {
            fields.fault("scopes", "required", "takes at least one scope");
        }
        let locales = fields.parsed_list("locales", 100, "malformed_locale");
        let expires_at = fields.time("expires_at");
        if expires_at.is_some_and(|time| time <= Utc::now()) {
            fields.fault("expires_at", "past", "takes a time to come");
        }
        NewToken {
            name,
            scopes,
            locales,
            expires_at,
        }
    }
}

impl Token {
    /// Whether it has the scope, or all.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes
            .iter()
            .any(|held| held == scope.name() || held == Scope::Admin.name())
    }

    /// The valid token with this secret. Notes that it was used, at most once a minute.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_by_secret(reader: &Reader, secret: &str) -> Result<Option<Token>> {
        if !secret.starts_with(PREFIX) || secret.len() > 100 {
            return Ok(None);
        }
        let unexpired = tokens::expires_at
            .is_null()
            .or(tokens::expires_at.gt(diesel::dsl::now));
        let by_hash = tokens::table
            .filter(tokens::hash.eq(hash(secret)))
            .filter(unexpired)
            .select(Token::as_select());
        let token: Option<Token> = reader.first(by_hash).await?;
        if let Some(token) = &token
            && token
                .last_used_at
                .is_none_or(|time| Utc::now() - time > chrono::Duration::minutes(1))
        {
            let used: Statement<(Bool,)> =
                Statement::new("update tokens set last_used_at = now() where id = ")
                    .bind(token.id)
                    .sql(" returning true");
            reader.load::<(bool,), _>(used).await?;
        }
        Ok(token)
    }

    /// A page of all tokens, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(
        conn: &mut AsyncPgConnection,
        after: Option<(DateTime<Utc>, Uuid)>,
        limit: i64,
    ) -> Result<Vec<Token>> {
        let mut query = tokens::table.select(Token::as_select()).into_boxed();
        if let Some((time, id)) = after {
            let behind = sql::<Bool>("(created_at, id) < (")
                .bind::<Timestamptz, _>(time)
                .sql(", ");
            query = query.filter(behind.bind::<diesel::sql_types::Uuid, _>(id).sql(")"));
        }
        let newest_first = (tokens::created_at.desc(), tokens::id.desc());
        Ok(query.order(newest_first).limit(limit).load(conn).await?)
    }

    /// The token with this id.
    ///
    /// # Errors
    /// 404.
    pub async fn find(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Token> {
        let found = tokens::table
            .find(id)
            .select(Token::as_select())
            .first(conn)
            .await
            .optional()?;
        found.ok_or_else(|| Error::not_found("token"))
    }

    /// Makes a token and tells its secret, which cannot be had again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn create(conn: &mut AsyncPgConnection, new: &NewToken) -> Result<(Token, String)> {
        let secret = new_secret(PREFIX).map_err(|error| Error::Internal(error.to_string()))?;
        let scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.name()).collect();
        let locales: Option<Vec<&str>> = new
            .locales
            .as_ref()
            .map(|locales| locales.iter().map(Locale::as_str).collect());
        let token = diesel::insert_into(tokens::table)
            .values((
                tokens::id.eq(Uuid::now_v7()),
                tokens::name.eq(&new.name),
                tokens::hash.eq(hash(&secret)),
                tokens::scopes.eq(scopes),
                tokens::locales.eq(locales),
                tokens::expires_at.eq(new.expires_at),
            ))
            .returning(Token::as_returning())
            .get_result(conn)
            .await?;
        Ok((token, secret))
    }

    /// Revokes the token: from now on no node takes it.
    ///
    /// # Errors
    /// 404.
    pub async fn delete(conn: &mut AsyncPgConnection, id: Uuid) -> Result<()> {
        match diesel::delete(tokens::table.find(id)).execute(conn).await? {
            0 => Err(Error::not_found("token")),
            _ => Ok(()),
        }
    }

    /// Whether there is any token yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn any(conn: &mut AsyncPgConnection) -> Result<bool> {
        Ok(
            diesel::select(diesel::dsl::exists(tokens::table.select(tokens::id)))
                .get_result(conn)
                .await?,
        )
    }

    /// Lets pass who may hand out so much: nobody gives what they do not have.
    ///
    /// # Errors
    /// 403 that names what is missing.
    pub fn covers(&self, new: &NewToken) -> Result<()> {
        if let Some(scope) = new.scopes.iter().find(|scope| !self.may(**scope)) {
            return Err(forbidden(format!(
                "the token lacks the scope `{scope}` itself"
            )));
        }
        let Some(own) = &self.locales else {
            return Ok(());
        };
        match &new.locales {
            None => Err(forbidden(format!(
                "the token is limited to the locales {}",
                own.join(", ")
            ))),
            Some(locales) => match locales
                .iter()
                .find(|locale| !own.iter().any(|known| known == locale.as_str()))
            {
                Some(locale) => Err(forbidden(format!(
                    "the token may not write in the locale `{locale}` itself"
                ))),
                None => Ok(()),
            },
        }
    }
}

fn forbidden(detail: String) -> Error {
    Error::problem(Code::Forbidden, detail)
}
