//! Who may not comment: nobody's address is kept, only what stands for it.

mod culprit;

pub use culprit::{Culprit, NewBan};

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::{Reader, Statement};
use crate::error::{Error, Result};

/// Someone who may not comment. Who it is cannot be told from it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Serialize, ToSchema)]
pub struct Ban {
    /// Its id.
    pub id: Uuid,
    /// What it is that is banned: `email` or `address`.
    #[schema(max_length = 20, example = "email")]
    pub kind: String,
    /// Why.
    #[schema(max_length = 500, example = "advertises again and again")]
    pub reason: Option<String>,
    /// When it ends; `null`: never. That of an address ends at the latest when addresses cannot be told any
    /// more by what is kept of them.
    pub expires_at: Option<DateTime<Utc>>,
    /// The name of the token that it was made with.
    #[schema(max_length = 100, example = "A. Deshmukh")]
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Counts the changes.
    #[serde(skip)]
    pub version: i64,
}

type BanSql = (
    sql::Uuid,
    sql::Text,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Timestamptz>,
    sql::Nullable<sql::Text>,
    sql::Timestamptz,
    sql::BigInt,
);

const COLUMNS: &str = "b.id, b.kind, b.reason, b.expires_at, b.created_by, b.created_at, b.version";
/// SQL of whether a ban has not ended.
const LASTS: &str = "(b.expires_at is null or b.expires_at > now())";

/// What is banned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BanKind {
    /// An e-mail address.
    Email,
    /// Where a comment came from.
    Address,
}

impl BanKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            BanKind::Email => "email",
            BanKind::Address => "address",
        }
    }
}

impl std::str::FromStr for BanKind {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        match name {
            "email" => Ok(BanKind::Email),
            "address" => Ok(BanKind::Address),
            _ => Err("takes email or address"),
        }
    }
}

impl Ban {
    /// A page of the bans that have not ended, newest first, behind this one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(
        reader: &Reader,
        after: Option<(DateTime<Utc>, Uuid)>,
        limit: i64,
    ) -> Result<Vec<Ban>> {
        let mut page: Statement<BanSql> =
            Statement::new(format!("select {COLUMNS} from bans b where {LASTS}"));
        if let Some((created_at, id)) = after {
            page = page
                .sql(" and (b.created_at, b.id) < (")
                .bind(created_at)
                .sql(", ")
                .bind(id)
                .sql(")");
        }
        let page = page
            .sql(" order by b.created_at desc, b.id desc limit ")
            .bind(limit);
        reader.load(page).await
    }

    /// The ban with this id.
    ///
    /// # Errors
    /// 404, also when it has ended.
    pub async fn find(reader: &Reader, id: Uuid) -> Result<Ban> {
        let ban: Option<Ban> = reader.first(by_id(id)).await?;
        ban.ok_or_else(|| Error::not_found("ban"))
    }

    /// The same, kept from changing until the transaction ends.
    ///
    /// # Errors
    /// As [`Ban::find`].
    pub async fn lock(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Ban> {
        let found: Vec<Ban> = by_id(id).sql(" for update").load(conn).await?;
        found
            .into_iter()
            .next()
            .ok_or_else(|| Error::not_found("ban"))
    }

    /// Bans someone; one who is banned already, for this reason and until this time from now on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn impose(
        conn: &mut AsyncPgConnection,
        culprit: &Culprit,
        new: &NewBan,
        actor: Option<&str>,
    ) -> Result<Ban> {
        forget_expired(conn).await?;
        let key_ends_at = culprit.key.map(|(_, end)| end);
        let impose: Statement<BanSql> = Statement::new(
            "insert into bans as b (id, kind, hash, reason, expires_at, created_by, address_key) select ",
        )
        .bind(Uuid::now_v7())
        .sql(", ")
        .bind(culprit.kind.name())
        .sql(", ")
        .bind(culprit.hash.clone())
        .sql(", ")
        .bind(new.reason.clone())
        .sql(", ")
        .bind(new.expires_at.into_iter().chain(key_ends_at).min())
        .sql(", ")
        .bind(actor.map(str::to_owned))
        .sql(", ");
        let impose = match culprit.key {
            Some((key, _)) => impose.bind(key),
            None => impose.sql("null::integer"),
        };
        let impose = impose
            .sql(format!(
                " on conflict on constraint bans_hash_key do update set reason = excluded.reason, \
                    expires_at = excluded.expires_at, address_key = excluded.address_key, version = b.version + 1 \
                returning {COLUMNS}"
            ));
        Ok(impose.get_result(conn).await?)
    }

    /// Whether it has just been made, and never been changed.
    pub fn is_new(&self) -> bool {
        self.version == 1
    }

    /// Ends it; it is locked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        let delete: Statement<()> = Statement::new("delete from bans where id = ").bind(self.id);
        delete.execute(conn).await?;
        Ok(())
    }

    /// The ban of an e-mail address by what stands for it, if there is one; it may have ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_email(reader: &Reader, hash: Vec<u8>) -> Result<Option<Ban>> {
        let find: Statement<BanSql> = Statement::new(format!(
            "select {COLUMNS} from bans b where b.kind = 'email' and b.hash = "
        ))
        .bind(hash);
        reader.first(find).await
    }
}

fn by_id(id: Uuid) -> Statement<BanSql> {
    Statement::new(format!(
        "select {COLUMNS} from bans b where {LASTS} and b.id = "
    ))
    .bind(id)
}

/// Forgets why this e-mail address is banned, by what stands for it; gives the ban, if that said so.
///
/// # Errors
/// When the database fails.
pub async fn forget_reason(conn: &mut AsyncPgConnection, hash: Vec<u8>) -> Result<Option<Ban>> {
    let forget: Statement<BanSql> = Statement::new(
        "update bans b set reason = null, version = version + 1 \
        where b.reason is not null and b.kind = 'email' and b.hash = ",
    )
    .bind(hash)
    .sql(format!(" returning {COLUMNS}"));
    let forgotten: Vec<Ban> = forget.load(conn).await?;
    Ok(forgotten.into_iter().next())
}

/// Forgets the bans that have ended.
///
/// # Errors
/// When the database fails.
pub async fn forget_expired(conn: &mut AsyncPgConnection) -> Result<()> {
    let forget: Statement<()> = Statement::new("delete from bans where expires_at <= now()");
    forget.execute(conn).await?;
    Ok(())
}
