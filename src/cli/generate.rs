//! `dateline generate`

mod block;
mod choices;
mod copying;
mod discussion;
mod facts;
mod filling;
mod language;
mod life;
mod newsroom;
mod popularity;
mod random;
mod rows;
mod setting;
mod slugs;
mod story;
mod tags;
mod timetable;
mod vocabulary;

use std::process::ExitCode;

use actix_web::rt::System;
use clap::{Args, value_parser};

use super::Failure;
use super::database::Opened;
use crate::config::Config;
use crate::db::migrate;
use newsroom::Order;

/// Made content for trying and measuring: articles in English, Hindi and Marathi with tags, revisions and
/// comments. The same numbers and seed make the same content, ids and times included, in any database that
/// is empty; in another it is added to what is there.
///
/// Nine in ten articles and more are published in each language; the others are drafts, in review,
/// scheduled (30 years ahead), archived or not translated, some translations are stale and some have
/// changes that readers do not see. The log gets one event for each article. When it is interrupted, the
/// articles of its last batches may be published without readers seeing them.
#[derive(Debug, Args)]
pub(super) struct Generate {
    /// How many articles to make
    #[arg(long, value_parser = value_parser!(u32).range(1..=10_000_000))]
    articles: u32,
    /// How many comments to make on all of them together
    #[arg(long, default_value_t = 0, value_parser = value_parser!(u64).range(0..=1_000_000_000))]
    comments: u64,
    /// What it follows from: another number makes other content
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Generate {
    pub(super) fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let order = Order {
            articles: usize::try_from(self.articles).map_err(Failure::new)?,
            comments: self.comments,
            seed: self.seed,
        };
        let database = Opened::new(config)?;
        migrate::run(database.url())?;
        let done = System::new().block_on(filling::fill(database.url(), order));
        database.close()?;
        println!("{}", done?);
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(test)]
mod tests;
