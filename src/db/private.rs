//! Dateline's own PostgreSQL, for those who have not set one up.
//!
//! Without `DATABASE_URL`, Dateline runs the installed server programs on a data folder of its own:
//! durable, reached over a Unix socket only, stopped when the last Dateline using it leaves.
//!
//! ```text
//! <data dir>/postgres/            or a link to /var/lib/dateline/<hash>, see below
//!     data/                       the database files, and the socket
//!     data.new/                   the same while they are being made
//!     server.log, server.log.old
//!     start.lock                  held while somebody starts, joins or leaves
//!     users.lock                  shared by everybody who uses the server
//!     server.lock                 held by PostgreSQL itself, see `lock`
//! ```
//!
//! PostgreSQL refuses to run as root. Started by root, Dateline runs it as the system user `postgres`
//! (or `nobody` where there is none), or as the owner of the data when there is data already. That user
//! may be unable to reach the data folder, for instance below `/root`: the files are then kept in
//! `/var/lib/dateline/<hash of the folder's path>`, and `<data dir>/postgres` is a link to them. Removing
//! the link alone does not remove the data: the next start finds them again.

mod account;
mod binaries;
mod error;
mod folders;
mod initialise;
mod lock;
mod server;
mod server_log;
mod socket;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

pub use account::Account;
pub use binaries::Binaries;
pub use error::PrivateError;
pub use initialise::INITIALISE;
pub use server::SETTINGS;

use folders::Folders;
use server::Server;

/// The role Dateline connects as, and the name of its database.
pub const NAME: &str = "dateline";

/// How long to wait for another Dateline that is starting or leaving: longer than either may take.
const TURN: Duration = Duration::from_secs(150);

/// A PostgreSQL of Dateline's own, in use by this process.
///
/// Several processes may use the same one. The server runs as long as one of them does, and also when
/// all of them were killed: the next one joins it, or starts it over what a crash left behind.
#[derive(Debug)]
pub struct PrivatePostgres {
    server: Server,
    url: String,
    /// The shared lock which tells the others that the server is in use. Gone once this process has left.
    users: Option<File>,
    /// The server, when this process is the one which started it.
    child: Option<Child>,
}

impl PrivatePostgres {
    /// Starts the server under `data_dir`, or joins the one that is running there. Blocks until it
    /// answers, the first time also until its files are made.
    ///
    /// # Errors
    ///
    /// When PostgreSQL is not installed, the folder cannot be used, or the server does not start. A
    /// server that is merely slow, as after a crash, is left to finish: the next start joins it.
    pub fn start(data_dir: &Path) -> Result<Self, PrivateError> {
        let account = Account::detect()?;
        let folders = Folders::open(data_dir, &account)?;
        let _turn = lock::exclusive(&folders.start_lock(), TURN)?;
        let users = lock::shared(&folders.users_lock())?;
        let account = account.or_owner_of(&folders.data());
        let binaries = Binaries::find(folders.version())?;
        let url = folders.url();
        let server = Server::new(account, binaries, folders);
        let child = server.run()?;
        Ok(Self {
            server,
            url,
            users: Some(users),
            child,
        })
    }

    /// The address for a client: the database `dateline` as the role `dateline`, over the socket.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Leaves, and stops the server when nobody else uses it. Dropping does the same, but can only log
    /// what went wrong.
    ///
    /// # Errors
    ///
    /// When the server does not stop.
    pub fn stop(mut self) -> Result<(), PrivateError> {
        self.leave()
    }

    /// Joining and leaving take turns: nobody can join a server which is about to be stopped.
    fn leave(&mut self) -> Result<(), PrivateError> {
        let Some(users) = self.users.take() else {
            return Ok(());
        };
        let folders = self.server.folders();
        let _turn = lock::exclusive(&folders.start_lock(), TURN)?;
        if !lock::try_exclusive(&users, &folders.users_lock())? {
            return Ok(());
        }
        self.server.stop(self.child.take())
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        if let Err(error) = self.leave() {
            log::error!("{error}");
        }
    }
}
