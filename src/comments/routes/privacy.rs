//! `POST /v1/comments/export` and `POST /v1/comments/erase`

use actix_web::{post, web};
use futures_util::stream;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::State;
use crate::auth::Moderator;
use crate::comments::bans::{self, Ban};
use crate::comments::privacy::{Erased, Export, ExportedComment, Person};
use crate::db::{Reader, answers};
use crate::error::Result;
use crate::events::Event;
use crate::http::query::NoQuery;
use crate::http::{Body, Reply, Streamed};

/// These resources' routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(export_comments).service(erase_comments);
}

/// All that is kept of someone's comments.
#[derive(Debug, Serialize, ToSchema)]
#[allow(
    dead_code,
    reason = "only described here; it is put together from parts while it is sent"
)]
struct ExportedComments {
    /// The e-mail address, as it was asked for.
    #[schema(max_length = 254, example = "meera@example.org")]
    author_email: String,
    /// Every comment under it, in whatever state, newest first.
    comments: Vec<ExportedComment>,
    /// Its ban, where it is banned.
    #[schema(max_items = 1)]
    bans: Vec<Ban>,
}

/// Give out what is kept of someone's comments
///
/// Needs `comments:moderate`. All comments under an e-mail address, in any case, with their history and
/// earlier words; however many they are.
#[utoipa::path(tag = "comments", security(("token" = [])), request_body = Person,
    responses((status = 200, description = "All that is kept", body = ExportedComments)))]
#[post("/v1/comments/export")]
async fn export_comments(
    _moderator: Moderator,
    _: NoQuery,
    person: Body<Person>,
    reader: Reader,
    state: web::Data<State>,
) -> Result<Streamed> {
    let mut export = Export::new(reader, person.0, &state.visitors)?;
    // What fails at once is told as a problem.
    let first = export.next().await?;
    let parts = stream::try_unfold((first, export), async |(read, mut export)| {
        let part = match read {
            Some(part) => Some(part),
            None => export.next().await?,
        };
        Ok(part.map(|part| (part, (None, export))))
    });
    Ok(Streamed::json(parts))
}

/// Erase someone's comments
///
/// Needs `comments:moderate`. Of all comments under an e-mail address, in any case, neither names nor
/// addresses nor words remain, earlier ones included. Those with replies leave tombstones. A ban of the
/// address stays, as what cannot be read, without its reason. Where it is broken off it can be done again.
#[utoipa::path(tag = "comments", security(("token" = [])), request_body = Person,
    responses((status = 200, description = "How many were erased", body = Erased)))]
#[post("/v1/comments/erase")]
async fn erase_comments(
    moderator: Moderator,
    _: NoQuery,
    person: Body<Person>,
    state: web::Data<State>,
) -> Result<Reply> {
    let person = person.0;
    forget_person(&state, &person, &moderator).await?;
    let mut erased = 0;
    while let Some(more) = state
        .db
        .write(async |conn| person.erase_some(conn, moderator.actor()).await)
        .await?
    {
        erased += more;
    }
    Reply::json(&Erased { erased })
}

/// Empties the reason that the address is banned for, and forgets answers that tell of the person.
async fn forget_person(state: &State, person: &Person, moderator: &Moderator) -> Result<()> {
    let email = state.visitors.email(&person.author_email);
    state
        .db
        .write(async |conn| {
            if let Some(ban) = bans::forget_reason(conn, email.clone()).await? {
                Event::new("ban.updated", moderator.actor())
                    .data(json!({"ban_id": ban.id, "kind": ban.kind}))
                    .write(conn)
                    .await?;
            }
            // Whoever was changing the ban has committed the answer with it by now.
            answers::forget_about(conn, vec![email.clone()]).await
        })
        .await
}
