//! The command line: what is to be done, and one short file for each way of doing it.

mod database;
mod export;
mod generate;
mod import;
mod logging;
mod migrate;
mod redirects;
pub mod serve;
mod settings;
mod token;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Config;

/// A headless multilingual content API for newsrooms
#[derive(Debug, Parser)]
#[command(name = "dateline", version, about, after_help = settings::AFTER_HELP)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Migrates, then serves (the default)
    Serve(serve::Serve),
    /// Applies pending migrations
    Migrate(migrate::Migrate),
    /// Makes, lists and revokes tokens
    #[command(subcommand)]
    Token(token::Token),
    /// Makes content for trying and measuring
    Generate(generate::Generate),
    /// Loads content from a file: NDJSON, a WordPress or a Ghost export
    Import(import::Import),
    /// Writes all content as NDJSON
    Export(export::Export),
    /// Writes where each imported address lives now, for a web server
    Redirects(redirects::WriteRedirects),
    /// Prints the OpenAPI document
    Openapi,
}

/// Why a command failed, in one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(String);

impl Failure {
    /// A failure with this reason.
    pub fn new(reason: impl std::fmt::Display) -> Self {
        Failure(reason.to_string())
    }
}

impl From<crate::error::Error> for Failure {
    fn from(error: crate::error::Error) -> Self {
        Failure::new(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::new(error)
    }
}

impl From<crate::db::private::PrivateError> for Failure {
    fn from(error: crate::db::private::PrivateError) -> Self {
        Failure::new(error)
    }
}

impl From<crate::db::migrate::MigrateError> for Failure {
    fn from(error: crate::db::migrate::MigrateError) -> Self {
        Failure::new(error)
    }
}

/// Reads the command line and the settings, and does what they say.
///
/// # Errors
/// With the one line to print.
pub fn run() -> Result<ExitCode, Failure> {
    settings::read_env_file()?;
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return settings::explain(&error),
    };
    logging::start()?;
    match cli
        .command
        .unwrap_or_else(|| Command::Serve(serve::Serve::default()))
    {
        Command::Serve(serve) => serve.run(cli.config),
        Command::Migrate(migrate) => migrate.run(&cli.config),
        Command::Token(token) => token.run(&cli.config),
        Command::Import(import) => import.run(&cli.config),
        Command::Export(export) => export.run(&cli.config),
        Command::Redirects(redirects) => redirects.run(&cli.config),
        Command::Generate(generate) => generate.run(&cli.config),
        Command::Openapi => {
            print!("{}", crate::http::known::pretty(&crate::app::document()));
            Ok(ExitCode::SUCCESS)
        }
    }
}
