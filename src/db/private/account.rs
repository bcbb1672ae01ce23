//! The system user PostgreSQL runs as.

use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::PrivateError;

/// Users to run PostgreSQL as when Dateline runs as root, the preferred first.
const USERS: [&str; 3] = ["postgres", "_postgres", "nobody"];

/// What the programs get to see of the environment. Not more: PostgreSQL would take settings from `PG…`
/// variables, and the secrets of Dateline are none of its business.
const KEPT: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// Runs programs as a user PostgreSQL accepts: as oneself, or when that is root, as somebody else.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// User and group to change to. None when nothing is to be changed.
    other: Option<(u32, u32)>,
}

impl Account {
    /// Finds out who is running, and for root, who is to run PostgreSQL.
    ///
    /// # Errors
    ///
    /// When this is root and there is no user to change to.
    pub fn detect() -> Result<Self, PrivateError> {
        if id(&["-u"]) != Some(0) {
            return Ok(Self { other: None });
        }
        let other = USERS
            .iter()
            .find_map(|user| Some((id(&["-u", user])?, id(&["-g", user])?)));
        match other {
            Some(other) => Ok(Self { other: Some(other) }),
            None => Err(PrivateError::NoUser),
        }
    }

    /// The owner of `data` when root is running and the data belongs to an ordinary user: PostgreSQL
    /// opens only what belongs to the user it runs as.
    pub(super) fn or_owner_of(self, data: &Path) -> Self {
        match (self.other, data.metadata()) {
            (Some(_), Ok(found)) if found.uid() != 0 => Self {
                other: Some((found.uid(), found.gid())),
            },
            _ => self,
        }
    }

    /// Whether programs run as another user than Dateline.
    #[must_use]
    pub(super) fn is_other(&self) -> bool {
        self.other.is_some()
    }

    /// A command run as this user, from a folder everybody can enter, with no more of the environment
    /// than it needs, and in a process group of its own: Ctrl-C in a terminal goes to every process of
    /// the foreground group, and PostgreSQL is to be stopped by Dateline, not before it.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::null())
            .env_clear();
        command.env("LC_ALL", "C").env("TZ", "UTC");
        command.envs(
            KEPT.iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        );
        if let Some((user, group)) = self.other {
            // Changing the user also drops root's supplementary groups.
            command.uid(user).gid(group);
        }
        command
    }

    /// Makes `path` belong to this user.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn give(&self, path: &Path) -> io::Result<()> {
        match self.other {
            Some((user, group)) => chown(path, Some(user), Some(group)),
            None => Ok(()),
        }
    }

    /// Whether this user can pass through the folder `path` and all those above it. Asked of the system
    /// by trying, as access lists may say other than the mode.
    pub(super) fn can_enter(&self, path: &Path) -> bool {
        let mut test = self.command("/bin/sh");
        test.args(["-c", "test -x \"$0\""]).arg(path);
        !self.is_other() || test.status().is_ok_and(|status| status.success())
    }
}

/// A number from the program `id`: std tells neither who is running nor who else there is.
fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id")
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
