//! `dateline export`

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;

use actix_web::rt::System;
use clap::Args;
use futures_util::StreamExt;

use super::Failure;
use super::database::Opened;
use crate::config::Config;
use crate::db::migrate;
use crate::transfer::export::{Extent, lines};

/// Everything but secrets, as NDJSON: an import of it into an empty database makes the same content there.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Where to write it [default: standard output]
    file: Option<PathBuf>,
}

impl Export {
    pub(super) fn run(self, config: &Config) -> Result<ExitCode, Failure> {
        let database = Opened::new(config)?;
        migrate::run(database.url())?;
        let written = match &self.file {
            None => write(database.url(), std::io::stdout().lock()),
            Some(path) if is_special(path) => write_through(database.url(), path),
            Some(path) => write_file(database.url(), path),
        };
        database.close()?;
        written?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Whether it is something to write to that is no file, such as a pipe.
fn is_special(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|about| !about.is_file() && !about.is_dir())
}

fn write_through(url: &str, path: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
    let file = File::options().write(true).open(path).map_err(failed)?;
    write(url, file)
}

/// Writes the file whole or not at all: who reads it never takes a part for all.
fn write_file(url: &str, path: &Path) -> Result<(), Failure> {
    // What is linked to is written, not the link.
    let path = &path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    let file = File::create(&unfinished).map_err(failed)?;
    let written = write(url, &file).and_then(|()| file.sync_all().map_err(failed));
    match written {
        Ok(()) => std::fs::rename(&unfinished, path).map_err(failed),
        Err(error) => {
            // What there is of it is of no use; that it stays is no reason to say something else.
            drop(std::fs::remove_file(&unfinished));
            Err(error)
        }
    }
}

fn write(url: &str, to: impl Write) -> Result<(), Failure> {
    System::new().block_on(async {
        let mut to = BufWriter::new(to);
        let mut lines = pin!(lines(url, Extent::Everything).await?);
        while let Some(piece) = lines.next().await {
            to.write_all(&piece?)?;
        }
        Ok(to.flush()?)
    })
}
