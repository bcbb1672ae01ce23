//! Making the data folder of a new PostgreSQL.

use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::process::Stdio;

use super::error::telling_line;
use super::folders::Folders;
use super::{Account, Binaries, PrivateError};

/// Shell function `initialise PROGRAMS DATA [INITDB OPTION…]`: makes a data folder with the role and the
/// database `dateline`.
///
/// Text is compared byte by byte (`C`) unless a query asks for a collation, and letters are those of
/// Unicode where the system knows `C.UTF-8`. Nobody has to authenticate: only the owner of the data can
/// reach the socket. The database is made by a server that runs for this one statement, because the
/// server programs come without a client.
///
/// It is a script for two reasons: it goes on when Dateline is killed, with the lock still held by the
/// shell, and the tests make their databases with it, so that they see the same behaviour.
pub const INITIALISE: &str = r#"
make() {
    "$programs/initdb" --pgdata="$data" --username=dateline --auth=trust --encoding=UTF8 \
        --data-checksums --no-instructions "$@" >/dev/null
}
initialise() {
    programs=$1 data=$2
    shift 2
    make --locale=C.UTF-8 "$@" || make --locale=C "$@" || return
    echo 'CREATE DATABASE dateline' | "$programs/postgres" --single -D "$data" \
        -c exit_on_error=on -c log_checkpoints=off postgres >/dev/null
}
"#;

/// Makes the data under another name first: `data` is either complete or not there at all, whatever
/// happens meanwhile. The programs hold `lock` too: as long as an abandoned one works on the files,
/// nobody else does.
pub(super) fn initialise(
    account: &Account,
    binaries: &Binaries,
    folders: &Folders,
    lock: &File,
) -> Result<(), PrivateError> {
    let data = folders.unfinished();
    if data.exists() {
        std::fs::remove_dir_all(&data).map_err(PrivateError::folder(&data))?;
    }
    DirBuilder::new()
        .mode(0o700)
        .create(&data)
        .map_err(PrivateError::folder(&data))?;
    account.give(&data).map_err(PrivateError::folder(&data))?;

    let stdin = lock
        .try_clone()
        .map_err(PrivateError::folder(&folders.server_lock()))?;
    let shell = "/bin/sh";
    let mut command = account.command(shell);
    command.args(["-c", &format!("{INITIALISE}initialise \"$@\""), shell]);
    command
        .arg(binaries.folder())
        .arg(&data)
        .stdin(Stdio::from(stdin));
    let output = command
        .output()
        .map_err(PrivateError::program(shell.as_ref()))?;
    if !output.status.success() {
        return Err(PrivateError::Initialise(telling_line(
            &String::from_utf8_lossy(&output.stderr),
        )));
    }
    publish(folders)
}

/// Gives the finished folder its name, and makes sure that the disk knows before data is written to it.
fn publish(folders: &Folders) -> Result<(), PrivateError> {
    let data = folders.data();
    std::fs::rename(folders.unfinished(), &data).map_err(PrivateError::folder(&data))?;
    let parent = data.parent().unwrap_or(&data);
    File::open(parent)
        .and_then(|folder| folder.sync_all())
        .map_err(PrivateError::folder(parent))
}
