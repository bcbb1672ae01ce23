//! `dateline import`

mod filling;
mod progress;
mod reading;
mod summary;

use std::path::PathBuf;
use std::process::ExitCode;

use actix_web::rt::System;
use clap::Args;
use url::Url;

use super::Failure;
use super::database::Opened;
use crate::config::Config;
use crate::db::migrate;
use crate::transfer::format::Format;

/// Content of another installation or another system. What is there already as the file says is left alone, so an
/// import that was interrupted goes on when it is started again, and one that was finished changes nothing.
///
/// What cannot be taken is left out, and written with its reasons to FILE.refused.ndjson.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// What to load
    file: PathBuf,
    /// What the file is [default: found out from how it begins]
    #[arg(long, value_name = "ndjson|wxr|ghost")]
    format: Option<Format>,
    /// Where the content stood, for files that do not tell: Ghost's leave the address of their site out
    #[arg(long, value_name = "URL", value_parser = web_address)]
    site: Option<Url>,
    /// Says what would happen, and changes nothing
    #[arg(long)]
    dry_run: bool,
}

fn web_address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| "takes an http or https address".into())
}

impl Import {
    pub(super) fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let file = reading::Source::open(&self.file, self.format, self.site)?;
        let database = Opened::new(config)?;
        migrate::run(database.url())?;
        let done =
            System::new().block_on(filling::fill(database.url(), file, config, self.dry_run));
        database.close()?;
        let summary = done?;
        print!("{summary}");
        Ok(summary.exit_code())
    }
}
