//! Where the PostgreSQL server programs are.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::PrivateError;

/// The oldest major version that Dateline works with.
pub(super) const MINIMUM: u32 = 15;

/// The programs needed, all in one folder.
const PROGRAMS: [&str; 3] = ["initdb", "postgres", "pg_ctl"];

/// Where packages put the programs of one version: `<folder>/<prefix><version>/bin`. Debian leaves
/// them out of `PATH`, Homebrew too for all but one version.
const VERSIONED: [(&str, &str); 6] = [
    ("/usr/lib/postgresql", ""),
    ("/usr/lib", "postgresql"),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
    ("/Applications/Postgres.app/Contents/Versions", ""),
];

/// Where packages put the programs of their only version.
const PLAIN: [&str; 3] = [
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/usr/local/pgsql/bin",
];

/// The server programs of one PostgreSQL.
#[derive(Debug, Clone)]
pub struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// The programs of the major version `needed`, or else the first in `PATH`, or else the newest in
    /// the places where packages put them.
    ///
    /// # Errors
    ///
    /// When there are none, or none of a version that will do.
    pub fn find(needed: Option<u32>) -> Result<Self, PrivateError> {
        let fits = |major| needed.map_or(major >= MINIMUM, |needed| major == needed);
        candidates()
            .filter_map(Self::inspect)
            .find(|found| fits(found.major))
            .ok_or_else(|| refusal(needed))
    }

    /// The folder of the programs.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Their major version.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The path of a program.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Asks the programs in `folder` for their version. None when they are not all there. Links are
    /// followed first, as a link in `PATH` often stands for one program of several.
    fn inspect(folder: PathBuf) -> Option<Self> {
        let folder = folder
            .join("postgres")
            .canonicalize()
            .ok()?
            .parent()?
            .to_path_buf();
        if !PROGRAMS.iter().all(|name| folder.join(name).is_file()) {
            return None;
        }
        let mut command = Command::new(folder.join("postgres"));
        let output = command
            .arg("--version")
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let major = major_version(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { folder, major })
    }
}

/// Folders that may hold the programs, in the order of preference.
fn candidates() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path: Vec<PathBuf> = std::env::split_paths(&path)
        .filter(|p| p.is_absolute())
        .collect();
    let versioned = VERSIONED
        .iter()
        .flat_map(|(folder, prefix)| versions(folder, prefix));
    path.into_iter()
        .chain(versioned)
        .chain(PLAIN.iter().map(PathBuf::from))
}

/// The `bin` folders of the versions in `folder`, the newest first.
fn versions(folder: &str, prefix: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let major = leading_number(name.to_str()?.strip_prefix(prefix)?)?;
            Some((major, entry.path().join("bin")))
        })
        .collect();
    found.sort_by_key(|(major, _)| Reverse(*major));
    found.into_iter().map(|(_, path)| path).collect()
}

/// Reads `postgres (PostgreSQL) 15.8 (Debian …)`, also `17beta1`.
fn major_version(text: &str) -> Option<u32> {
    leading_number(text.split_once("(PostgreSQL)")?.1.trim_start())
}

/// The number `text` begins with.
fn leading_number(text: &str) -> Option<u32> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

/// Why nothing was found that will do.
fn refusal(needed: Option<u32>) -> PrivateError {
    let mut majors: Vec<u32> = candidates()
        .filter_map(Binaries::inspect)
        .map(|found| found.major)
        .collect();
    majors.sort_unstable();
    majors.dedup();
    match (needed, majors.last()) {
        (Some(needed), Some(_)) => {
            let found: Vec<String> = majors.iter().map(u32::to_string).collect();
            PrivateError::Version {
                needed,
                found: found.join(", "),
            }
        }
        (None, Some(newest)) => PrivateError::TooOld(*newest),
        (_, None) => PrivateError::Missing(remedy()),
    }
}

/// How to install PostgreSQL here.
fn remedy() -> &'static str {
    if cfg!(target_os = "macos") {
        "run `brew install postgresql@17`"
    } else if Path::new("/usr/bin/apt-get").exists() {
        "run `apt-get install -y postgresql`"
    } else {
        "install the PostgreSQL server package"
    }
}

#[cfg(test)]
mod tests {
    use super::major_version;

    #[test]
    fn versions_are_read() {
        assert_eq!(
            major_version("postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major_version("postgres (PostgreSQL) 18beta2"), Some(18));
        assert_eq!(major_version("postgres (EDB) x"), None);
    }
}
