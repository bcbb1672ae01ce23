//! Why there is no private PostgreSQL, each told in one line: it is what the operator reads.

use std::io;
use std::path::{Path, PathBuf};

use super::binaries::MINIMUM;

/// Why the private PostgreSQL could not be started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum PrivateError {
    /// There are no server programs on this machine. Carries what to do about it.
    #[error("PostgreSQL is not installed: {0}, or set DATABASE_URL to use a server of your own")]
    Missing(&'static str),
    /// There are server programs, all of them too old. Carries the newest version.
    #[error("PostgreSQL {0} is too old: install version {min} or later", min = MINIMUM)]
    TooOld(u32),
    /// There is data of a version which is not installed: a newer server cannot open older files.
    #[error(
        "the data was made by PostgreSQL {needed}, which is not installed (found: {found}): install PostgreSQL {needed}"
    )]
    Version {
        /// The major version which made the data.
        needed: u32,
        /// The major versions which are installed.
        found: String,
    },
    /// A file or folder cannot be made, read or written.
    #[error("cannot use {}: {cause}", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A program cannot be run.
    #[error("cannot run {}: {cause}", program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// Started by root, and there is no other user to run PostgreSQL as.
    #[error("PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`")]
    NoUser,
    /// Another Dateline has been starting or stopping the server for too long. Carries the lock it holds.
    #[error("another process holds {} for too long", .0.display())]
    Busy(PathBuf),
    /// The data folder could not be made. Carries what `initdb` said.
    #[error("cannot create the PostgreSQL data: {0}")]
    Initialise(String),
    /// The server stopped while starting, or takes too long. Carries what it logged last.
    #[error("PostgreSQL does not start: {0}")]
    Start(String),
    /// The server does not stop. Carries what is known about it.
    #[error("PostgreSQL does not stop: {0}")]
    Stop(String),
}

impl PrivateError {
    /// For `map_err`: the path is what makes a system error understandable.
    pub(super) fn folder(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |cause| Self::Folder { path, cause }
    }

    /// For `map_err`, as [`Self::folder`].
    pub(super) fn program(program: &Path) -> impl FnOnce(io::Error) -> Self {
        let program = program.to_path_buf();
        move |cause| Self::Program { program, cause }
    }
}

/// The line of a program's output that tells most: the last one that names an error, or else the last.
pub(super) fn telling_line(text: &str) -> String {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let marks = ["FATAL:", "PANIC:", "ERROR:", "error:"];
    lines()
        .rfind(|line| marks.iter().any(|mark| line.contains(mark)))
        .or_else(|| lines().next_back())
        .unwrap_or("it said nothing")
        .to_owned()
}
