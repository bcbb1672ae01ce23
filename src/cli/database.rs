//! The database that a command works on: the one that is named, or the private one.

use std::error::Error as _;

use actix_web::rt::System;
use tokio_postgres::NoTls;

use super::Failure;
use crate::config::Config;
use crate::db::private::{PrivateError, PrivatePostgres};

/// A database to work on; the private one is left when this is dropped.
pub(super) struct Opened {
    url: String,
    private: Option<PrivatePostgres>,
}

impl Opened {
    /// Names the database, after starting the private one where none is named.
    pub(super) fn new(config: &Config) -> Result<Self, Failure> {
        if let Some(url) = &config.database_url {
            try_to_connect(url)?;
            return Ok(Opened {
                url: url.clone(),
                private: None,
            });
        }
        let private = PrivatePostgres::start(&config.data_dir).map_err(|error| match error {
            PrivateError::Folder { .. } => Failure::new(format!("DATELINE_DATA_DIR: {error}")),
            error => error.into(),
        })?;
        Ok(Opened {
            url: private.url().to_owned(),
            private: Some(private),
        })
    }

    /// Its address.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Leaves it; the private one stops when nobody else uses it.
    pub(super) fn close(self) -> Result<(), Failure> {
        match self.private {
            Some(private) => Ok(private.stop()?),
            None => Ok(()),
        }
    }
}

/// Says in one line why there is no way to a database, where there is none: with all causes, and without
/// the address, which may hold a password.
fn try_to_connect(url: &str) -> Result<(), Failure> {
    let connected = System::new().block_on(tokio_postgres::connect(url, NoTls));
    connected.map(drop).map_err(|error| {
        let mut reasons = vec![error.to_string()];
        let mut cause = error.source();
        while let Some(deeper) = cause {
            reasons.push(deeper.to_string());
            cause = deeper.source();
        }
        reasons.dedup();
        Failure::new(format!(
            "DATABASE_URL: cannot connect: {}",
            reasons.join(": ")
        ))
    })
}
