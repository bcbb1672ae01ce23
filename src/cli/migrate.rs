//! `dateline migrate`

use std::process::ExitCode;

use clap::Args;

use super::Failure;
use super::database::Opened;
use crate::config::Config;
use crate::db::migrate;

#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Only tells what is pending, and exits 1 if anything is
    #[arg(long)]
    check: bool,
}

impl Migrate {
    pub(super) fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let database = Opened::new(config)?;
        let (done, code) = if self.check {
            let pending = migrate::pending(database.url())?;
            let code = if pending.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            };
            pending.iter().for_each(|name| println!("pending: {name}"));
            (pending.is_empty(), code)
        } else {
            let applied = migrate::run(database.url())?;
            applied.iter().for_each(|name| println!("applied: {name}"));
            (applied.is_empty(), ExitCode::SUCCESS)
        };
        if done {
            println!("the schema is current");
        }
        database.close()?;
        Ok(code)
    }
}
