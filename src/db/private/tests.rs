//! The server is shared, and gone after the last one has left.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::{Account, Folders, PrivatePostgres};

/// A data folder, removed at the end of the test.
struct DataDir(PathBuf);

impl DataDir {
    fn new(name: &str) -> Self {
        Self(Path::new("/tmp").join(format!("dateline-unit-{}-{name}", std::process::id())))
    }

    fn folders(&self) -> Folders {
        let account = Account::detect().unwrap_or_else(|error| panic!("{error}"));
        Folders::open(&self.0, &account).unwrap_or_else(|error| panic!("{error}"))
    }

    fn start(&self) -> PrivatePostgres {
        PrivatePostgres::start(&self.0).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_last_one_stops_the_server() {
    let folder = DataDir::new("last");
    let first = folder.start();
    let second = folder.start();
    assert_eq!(first.url(), second.url());
    let socket = folder.folders().socket();
    assert!(first.stop().is_ok());
    assert!(UnixStream::connect(&socket).is_ok());
    assert!(second.stop().is_ok());
    assert!(!socket.exists());
}

#[test]
fn what_a_crash_left_behind_is_no_obstacle() {
    let folder = DataDir::new("crash");
    folder.start();
    let folders = folder.folders();
    // The number of a process that lives, but is no PostgreSQL.
    let stale = format!("{}\n\n\n\n\n\n\nready\n", std::process::id());
    assert!(std::fs::write(folders.process_file(), stale).is_ok());
    assert!(std::fs::create_dir_all(folders.unfinished().join("base")).is_ok());
    assert!(folder.start().stop().is_ok());
}

#[test]
fn a_path_unfit_for_a_socket_gets_another() {
    for name in ["long".repeat(40), "a, \"b\" %41 ü".to_owned()] {
        let folder = DataDir::new(&name);
        let socket = folder.folders().socket_folder();
        assert!(
            folder
                .start()
                .url()
                .starts_with("postgresql://dateline@%2Ftmp%2Fdateline-")
        );
        assert!(!socket.exists());
    }
}
