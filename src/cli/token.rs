//! `dateline token`

use std::process::ExitCode;

use actix_web::rt::System;
use chrono::{Duration, Utc};
use clap::{Args, Subcommand};
use diesel_async::AsyncConnection;
use serde_json::json;
use uuid::Uuid;

use super::Failure;
use super::database::Opened;
use crate::auth::Scope;
use crate::config::Config;
use crate::db::{Database, migrate};
use crate::error::Error;
use crate::events::Event;
use crate::tokens::{NewToken, Token as Row};
use crate::values::locale::Locale;
use crate::values::scope::Role;
use crate::values::time;

/// What is written as the one who did it.
const ACTOR: Option<&str> = Some("command line");

#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Makes a token and prints it alone on standard output
    Create(Create),
    /// Lists all tokens, without their secrets
    List,
    /// Revokes a token: no node takes it any more
    Revoke {
        /// Its id, as `list` shows it
        id: Uuid,
    },
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// What it is for
    #[arg(long, value_parser = name)]
    name: String,
    /// A preset of scopes
    #[arg(long, required_unless_present = "scope")]
    role: Option<Role>,
    /// One more scope; may be repeated
    #[arg(long)]
    scope: Vec<Scope>,
    /// A locale that it may write translations in; may be repeated; without any: all
    #[arg(long = "locale")]
    locales: Vec<Locale>,
    /// How long it works: 90d, 12h, 30m or 2w; without: for ever
    #[arg(long, value_parser = time::duration)]
    expires_in: Option<Duration>,
}

impl Token {
    pub(super) fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let database = Opened::new(config)?;
        migrate::run(database.url())?;
        let done = System::new().block_on(self.run_on(database.url()));
        database.close()?;
        done?;
        Ok(ExitCode::SUCCESS)
    }

    async fn run_on(self, url: &str) -> Result<(), Error> {
        let db = Database::new(url, 1)?;
        let mut conn = db.connection().await?;
        match self {
            Token::Create(create) => {
                let (_, secret) = conn
                    .transaction(async |conn| {
                        let made = Row::create(conn, &create.described()).await?;
                        let data =
                            json!({"id": made.0.id, "name": made.0.name, "scopes": made.0.scopes});
                        Event::new("token.created", ACTOR)
                            .data(data)
                            .write(conn)
                            .await?;
                        Ok::<_, Error>(made)
                    })
                    .await?;
                println!("{secret}");
            }
            Token::List => {
                for token in Row::list(&mut conn, None, i64::MAX).await? {
                    print_token(&token);
                }
            }
            Token::Revoke { id } => {
                conn.transaction(async |conn| {
                    let token = Row::find(conn, id).await?;
                    Row::delete(conn, id).await?;
                    let data = json!({"id": id, "name": token.name});
                    Event::new("token.revoked", ACTOR)
                        .data(data)
                        .write(conn)
                        .await
                })
                .await?;
                println!("revoked {id}");
            }
        }
        Ok(())
    }
}

fn print_token(token: &Row) {
    let time = |time: Option<chrono::DateTime<Utc>>, never: &str| {
        time.map_or_else(
            || never.to_owned(),
            |time| time.format("%Y-%m-%dT%H:%MZ").to_string(),
        )
    };
    let locales = token
        .locales
        .as_ref()
        .map_or_else(|| "all locales".into(), |locales| locales.join(","));
    println!(
        "{}  {}  {}  {}  expires {}  used {}",
        token.id,
        token.name,
        token.scopes.join(","),
        locales,
        time(token.expires_at, "never"),
        time(token.last_used_at, "never"),
    );
}

impl Create {
    fn described(&self) -> NewToken {
        let mut scopes = self.role.map(Role::scopes).unwrap_or_default();
        for scope in &self.scope {
            if !scopes.contains(scope) {
                scopes.push(*scope);
            }
        }
        NewToken {
            name: self.name.clone(),
            scopes,
            locales: (!self.locales.is_empty()).then(|| self.locales.clone()),
            expires_at: self.expires_in.map(|duration| Utc::now() + duration),
        }
    }
}

fn name(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits {
        Ok(text.to_owned())
    } else {
        Err("takes 1 to 100 characters".into())
    }
}
