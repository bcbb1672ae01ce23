//! Locks on files (`flock`). The system releases them when their holder dies, however it dies, so
//! nothing has to be tidied up after a crash, and no process number has to be trusted.
//!
//! `server.lock` is special: Dateline locks it and hands the open file to PostgreSQL as its standard
//! input. A lock belongs to the open file and lasts until the last copy is closed, so it is held exactly
//! as long as one process of that PostgreSQL is alive. Who gets it knows that none is, and that a
//! `postmaster.pid` lying around is stale, even if another process has got that number by now.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use super::PrivateError;

/// How often to look again while waiting.
pub(super) const PAUSE: Duration = Duration::from_millis(10);

/// Opens a lock file, which others must not be able to open: whoever can, can lock it.
pub(super) fn open(path: &Path) -> Result<File, PrivateError> {
    let mut options = OpenOptions::new();
    options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600);
    options.open(path).map_err(PrivateError::folder(path))
}

/// Takes the lock alone, waiting for at most `patience`.
pub(super) fn exclusive(path: &Path, patience: Duration) -> Result<File, PrivateError> {
    let file = open(path)?;
    if wait(&file, path, patience)? {
        Ok(file)
    } else {
        Err(PrivateError::Busy(path.into()))
    }
}

/// Waits until the lock is had, or for at most `patience`. Tells whether it is.
pub(super) fn wait(file: &File, path: &Path, patience: Duration) -> Result<bool, PrivateError> {
    let deadline = Instant::now() + patience;
    while !try_exclusive(file, path)? {
        if Instant::now() > deadline {
            return Ok(false);
        }
        std::thread::sleep(PAUSE);
    }
    Ok(true)
}

/// Takes the lock together with others.
pub(super) fn shared(path: &Path) -> Result<File, PrivateError> {
    let file = open(path)?;
    file.lock_shared().map_err(PrivateError::folder(path))?;
    Ok(file)
}

/// Takes the lock alone if nobody else has it. A shared lock on the same open file does not count.
pub(super) fn try_exclusive(file: &File, path: &Path) -> Result<bool, PrivateError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(cause)) => Err(PrivateError::folder(path)(cause)),
    }
}
