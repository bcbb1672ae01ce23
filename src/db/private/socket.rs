//! The socket, the only way to the server: there is no port that others could reach, or have taken.

use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::folders::{Folders, create_or_keep, hash};
use super::{Account, NAME, PrivateError};

/// The name PostgreSQL gives its socket, from the default port. The port is never opened.
const SOCKET: &str = ".s.PGSQL.5432";

/// The longest path of a socket.
const SOCKET_PATH: usize = if cfg!(target_os = "macos") { 103 } else { 107 };

impl Folders {
    pub(super) fn socket(&self) -> PathBuf {
        self.socket_folder().join(SOCKET)
    }

    /// The folder of the socket: the one of the data, which only its owner can enter. That is all the
    /// protection there is, and all that is needed. A path that does not suit a socket is replaced by one
    /// that everybody who knows the data folder can work out.
    pub(super) fn socket_folder(&self) -> PathBuf {
        let data = self.data();
        if suits(&data) {
            data
        } else {
            Path::new("/tmp").join(format!("dateline-{}", hash(&self.base)))
        }
    }

    /// Removes what a crashed server left behind, and makes the folder of the socket. Only for those who
    /// know that no server is running.
    pub(super) fn prepare(&self, account: &Account) -> Result<(), PrivateError> {
        let folder = self.socket_folder();
        if folder != self.data() {
            self.make_private(&folder, account)
                .map_err(PrivateError::folder(&folder))?;
        }
        for stale in [
            self.process_file(),
            self.socket(),
            folder.join(format!("{SOCKET}.lock")),
        ] {
            match std::fs::remove_file(&stale) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(PrivateError::folder(&stale)(error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Makes a folder in `/tmp` that nobody else can enter. One that is there already must be ours.
    fn make_private(&self, folder: &Path, account: &Account) -> io::Result<()> {
        create_or_keep(folder, 0o700)?;
        let found = folder.symlink_metadata()?;
        let owner = self.data().metadata()?.uid();
        let ours = found.is_dir() && found.mode() & 0o077 == 0;
        if !ours || ![0, owner].contains(&found.uid()) {
            return Err(io::Error::other("it belongs to somebody else"));
        }
        account.give(folder)
    }

    /// Removes the folder made for the socket, if there was one.
    pub(super) fn tidy(&self) {
        let folder = self.socket_folder();
        if folder != self.data() {
            // Only an empty folder can be removed, and one that stays does no harm.
            let _ = std::fs::remove_dir(folder);
        }
    }

    /// The address for clients, which take an encoded path for a host.
    pub(super) fn url(&self) -> String {
        let host = self
            .socket_folder()
            .display()
            .to_string()
            .replace('/', "%2F");
        format!("postgresql://{NAME}@{host}/{NAME}")
    }
}

/// Whether `folder` can hold the socket: short enough, and free of characters which mean something in an
/// address or in a setting. A comma is the worst of them: both take it to separate several servers.
fn suits(folder: &Path) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._/".contains(byte);
    let socket = folder.join(SOCKET);
    let path = socket.as_os_str().as_bytes();
    path.len() <= SOCKET_PATH && path.iter().all(plain)
}
