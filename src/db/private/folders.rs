//! Where the private PostgreSQL keeps its files.

use std::fs::{DirBuilder, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::{Account, PrivateError};

/// Where the files are when the user that PostgreSQL runs as cannot reach the data folder.
const ELSEWHERE: &str = "/var/lib/dateline";

/// The folder with everything in it, and the paths inside.
#[derive(Debug)]
pub(super) struct Folders {
    pub(super) base: PathBuf,
}

impl Folders {
    /// Finds the folder of `data_dir`, or makes it.
    pub(super) fn open(data_dir: &Path, account: &Account) -> Result<Self, PrivateError> {
        std::fs::create_dir_all(data_dir).map_err(PrivateError::folder(data_dir))?;
        let data_dir = data_dir
            .canonicalize()
            .map_err(PrivateError::folder(data_dir))?;
        let base = data_dir.join("postgres");
        if !base.exists() {
            create(&data_dir, &base, account).map_err(PrivateError::folder(&base))?;
        }
        let base = base.canonicalize().map_err(PrivateError::folder(&base))?;
        Ok(Self { base })
    }

    pub(super) fn data(&self) -> PathBuf {
        self.base.join("data")
    }

    pub(super) fn unfinished(&self) -> PathBuf {
        self.base.join("data.new")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.base.join("server.log")
    }

    pub(super) fn start_lock(&self) -> PathBuf {
        self.base.join("start.lock")
    }

    pub(super) fn users_lock(&self) -> PathBuf {
        self.base.join("users.lock")
    }

    pub(super) fn server_lock(&self) -> PathBuf {
        self.base.join("server.lock")
    }

    pub(super) fn process_file(&self) -> PathBuf {
        self.data().join("postmaster.pid")
    }

    /// The major version which made the data. None when there is no data.
    pub(super) fn version(&self) -> Option<u32> {
        std::fs::read_to_string(self.data().join("PG_VERSION"))
            .ok()?
            .trim()
            .parse()
            .ok()
    }
}

/// Makes `base`, or a link in its place to a folder that the other user can reach. Does no harm when
/// another Dateline does the same at the same time.
fn create(data_dir: &Path, base: &Path, account: &Account) -> io::Result<()> {
    if !account.is_other() {
        return create_or_keep(base, 0o700);
    }
    if base.symlink_metadata().is_err() && account.can_enter(data_dir) {
        return create_enterable(base);
    }
    create_enterable(Path::new(ELSEWHERE))?;
    let target = base
        .read_link()
        .unwrap_or_else(|_| Path::new(ELSEWHERE).join(hash(data_dir)));
    create_enterable(&target)?;
    match symlink(target, base) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Makes a folder others can pass through but not list: the data inside belongs to another user.
fn create_enterable(path: &Path) -> io::Result<()> {
    create_or_keep(path, 0o711)?;
    std::fs::set_permissions(path, Permissions::from_mode(0o711))
}

/// Makes a folder unless it is there.
pub(super) fn create_or_keep(path: &Path, mode: u32) -> io::Result<()> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// A short name for a path, always the same (FNV-1a): std's hashes may change with its versions.
pub(super) fn hash(path: &Path) -> String {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
    let hash = path
        .as_os_str()
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, step);
    format!("{hash:016x}")
}
