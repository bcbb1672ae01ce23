//! Who is to be banned.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use utoipa::ToSchema;
use uuid::Uuid;

use super::BanKind;
use crate::comments::text::read_email;
use crate::comments::visitors::Visitors;
use crate::db::{Reader, Statement, tells_of};
use crate::error::{Error, Result};
use crate::values::fields::{Decode, Fields};

/// Who is to be banned: an e-mail address, or whoever wrote a comment.
#[derive(Debug, Clone, ToSchema)]
#[schema(example = json!({"author_email": "offers@example.org", "reason": "advertises again and again"}))]
pub struct NewBan {
    /// The e-mail address.
    #[schema(max_length = 254, format = Email, nullable, required = false)]
    pub author_email: Option<String>,
    /// Instead of that, a comment: who wrote it is banned.
    #[schema(nullable, required = false)]
    pub comment_id: Option<Uuid>,
    /// With `comment_id`: whether its e-mail address is banned, or the address that it came from.
    #[schema(nullable, required = false)]
    pub kind: Option<BanKind>,
    /// Why.
    #[schema(max_length = 500, nullable, required = false)]
    pub reason: Option<String>,
    /// When it ends; left out: never.
    #[schema(nullable, required = false)]
    pub expires_at: Option<DateTime<Utc>>,
}

impl Decode for NewBan {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let before = fields.faults();
        let author_email = read_email(fields);
        let comment_id = fields.parsed("comment_id", "malformed_id");
        let kind = fields.parsed("kind", "invalid");
        if fields.faults() == before {
            match (&author_email, comment_id, kind) {
                (None, None, _) => fields.fault(
                    "author_email",
                    "required",
                    "is required, or comment_id with kind",
                ),
                (Some(_), Some(_), _) => {
                    fields.fault("comment_id", "conflicting", "does not go with author_email");
                }
                (Some(_), None, Some(BanKind::Address)) => {
                    fields.fault("kind", "conflicting", "does not go with author_email");
                }
                (None, Some(_), None) => fields.demand("kind"),
                _ => {}
            }
        }
        let reason = fields.line("reason", 500);
        let expires_at = fields.time("expires_at");
        if expires_at.is_some_and(|time| time <= Utc::now()) {
            fields.fault("expires_at", "past", "takes a time to come");
        }
        NewBan {
            author_email,
            comment_id,
            kind,
            reason,
            expires_at,
        }
    }
}

/// Who is banned, in what may be kept.
#[derive(Debug)]
pub struct Culprit {
    pub(super) kind: BanKind,
    pub(super) hash: Vec<u8>,
    /// Of an address: the key that it is told by, and until when.
    pub(super) key: Option<(i32, DateTime<Utc>)>,
}

/// What a comment tells of who wrote it.
#[derive(Debug, Queryable)]
struct Writer {
    email: Option<String>,
    address: Option<Vec<u8>>,
    address_key: Option<i32>,
}

type WriterSql = (
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Bytea>,
    sql::Nullable<sql::Integer>,
);

impl NewBan {
    /// Who it is that is to be banned.
    ///
    /// # Errors
    /// 422 when there is no such comment, or it does not tell that of its writer.
    pub async fn culprit(&self, reader: &Reader, visitors: &Visitors) -> Result<Culprit> {
        if let Some(email) = &self.author_email {
            return Ok(of_email(visitors, email));
        }
        let find: Statement<WriterSql> = Statement::new(
            "select author_email, address_hash, address_key from comments where id = ",
        )
        .bind(self.comment_id.unwrap_or_default());
        let writer: Option<Writer> = reader.first(find).await?;
        let writer = writer.ok_or_else(|| {
            Error::fault("/comment_id", "unknown_comment", "there is no such comment")
        })?;
        let culprit = match (self.kind, writer) {
            (Some(BanKind::Address), writer) => of_address(reader, visitors, writer).await?,
            (_, writer) => writer.email.map(|email| of_email(visitors, &email)),
        };
        culprit.ok_or_else(|| {
            Error::fault(
                "/comment_id",
                "not_known",
                "nothing of this kind is known of its writer",
            )
        })
    }
}

impl Culprit {
    /// Notes that the answer to the running request tells of them.
    pub fn note(&self) {
        tells_of(&self.hash);
    }
}

fn of_email(visitors: &Visitors, email: &str) -> Culprit {
    Culprit {
        kind: BanKind::Email,
        hash: visitors.email(email),
        key: None,
    }
}

async fn of_address(
    reader: &Reader,
    visitors: &Visitors,
    writer: Writer,
) -> Result<Option<Culprit>> {
    let (Some(hash), Some(key)) = (writer.address, writer.address_key) else {
        return Ok(None);
    };
    let end = visitors.end_of_key(reader, key).await?;
    Ok(end.map(|end| Culprit {
        kind: BanKind::Address,
        hash,
        key: Some((key, end)),
    }))
}
