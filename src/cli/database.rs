//! The database that a command works on: the one that is named, or the private one.

use super::Failure;
use crate::config::Config;
use crate::db::private::PrivatePostgres;

/// A database to work on; the private one is left when this is dropped.
pub(super) struct Opened {
    url: String,
    private: Option<PrivatePostgres>,
}

impl Opened {
    /// Names the database, after starting the private one where none is named.
    pub(super) fn new(config: &Config) -> Result<Self, Failure> {
        if let Some(url) = &config.database_url {
            return Ok(Opened {
                url: url.clone(),
                private: None,
            });
        }
        let private = PrivatePostgres::start(&config.data_dir)?;
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
