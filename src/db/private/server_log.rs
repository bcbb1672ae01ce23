//! The log of the server.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;

use super::PrivateError;
use super::error::telling_line;
use super::folders::Folders;

/// A log larger than this is set aside at the next start, in place of the one set aside before.
const LOG_SIZE: u64 = 10 * 1024 * 1024;

impl Folders {
    /// Opens the log, and gives its length. Dateline opens it, not the user PostgreSQL runs as: that
    /// user could otherwise have root write anywhere through a link.
    pub(super) fn open_log(&self) -> Result<(File, u64), PrivateError> {
        let path = self.log();
        if path.metadata().is_ok_and(|log| log.len() > LOG_SIZE) {
            std::fs::rename(&path, path.with_extension("log.old"))
                .map_err(PrivateError::folder(&path))?;
        }
        let log = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path);
        let log = log.map_err(PrivateError::folder(&path))?;
        let length = log.metadata().map_err(PrivateError::folder(&path))?.len();
        Ok((log, length))
    }

    /// What the log says about a failure, from `start` on.
    pub(super) fn last_words(&self, start: u64) -> String {
        let read = || {
            let mut log = File::open(self.log())?;
            log.seek(SeekFrom::Start(start))?;
            let mut bytes = Vec::new();
            log.take(LOG_SIZE).read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>(telling_line(&String::from_utf8_lossy(&bytes)))
        };
        read().unwrap_or_else(|error| format!("its log cannot be read: {error}"))
    }
}
