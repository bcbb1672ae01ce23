//! Settings from `.env`, and what is said of a wrong one.

use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory, Error};

use super::{Cli, Failure};

/// What `--help` ends with.
pub(super) const AFTER_HELP: &str = "\
Every setting is a variable of the environment, or a line in .env.
RUST_LOG filters the log (default: info).
Without DATABASE_URL a private PostgreSQL is started from the installed server binaries.";

/// Takes `.env` into the environment, where it is there; what is set already stays.
pub(super) fn read_env_file() -> Result<(), Failure> {
    match dotenvy::dotenv() {
        Ok(_) => Ok(()),
        Err(error) if error.not_found() => Ok(()),
        Err(_) => Err(Failure::new(".env: a line in it is not NAME=value")),
    }
}

/// A wrong value is told in one line that names its variable; help and the like as clap has it.
pub(super) fn explain(error: &Error) -> Result<ExitCode, Failure> {
    if !matches!(
        error.kind(),
        ErrorKind::ValueValidation | ErrorKind::InvalidValue
    ) {
        error.exit();
    }
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    let long = argument
        .trim_start_matches("--")
        .split([' ', '='])
        .next()
        .unwrap_or_default();
    let command = Cli::command();
    let variable = command
        .get_arguments()
        .find(|known| known.get_long() == Some(long))
        .and_then(|known| known.get_env());
    let Some(variable) = variable.and_then(|variable| variable.to_str()) else {
        error.exit()
    };
    let value = match variable {
        // They may hold a password, or a key.
        "DATABASE_URL" | "DATELINE_COMMENT_CHECK_URL" => "its value".to_owned(),
        _ => format!("`{}`", context(ContextKind::InvalidValue)),
    };
    let reason = std::error::Error::source(error).map(ToString::to_string);
    let reason =
        reason.unwrap_or_else(|| format!("takes one of {}", context(ContextKind::ValidValue)));
    Err(Failure::new(format!(
        "{variable}: {value} will not do: {reason}"
    )))
}
