//! The PostgreSQL of the tests: one for all of them, on disk only as long as they run.
//!
//! The test harness calls nobody when the tests have ended, and they may end by Ctrl-C or `kill -9`. So
//! the server is the child of a guardian, a small shell script which waits for the end of its input.
//! The test process holds the other end of that pipe and never writes to it; the system closes it when
//! the process ends, however it ends. Other children do not keep it open: std closes it for them.

use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

use dateline::db::private::{Account, Binaries, INITIALISE, NAME, SETTINGS};

/// The address of a server to use instead, which must allow the creation of databases.
const ADDRESS: &str = "DATELINE_TEST_DATABASE_URL";

/// Settings on top of Dateline's: nothing has to survive, and many tests connect at once.
const OVERRIDES: [&str; 5] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=300",
    "autovacuum_naptime=1h",
];

/// Runs after the functions of `INITIALISE`, with the arguments PROGRAMS, FOLDER, SERVER OPTION….
///
/// The server is told to quit again and again, as it may be in any state when the tests end, even still
/// being made: then its process file says `-PID`.
const GUARDIAN: &str = r#"
folder=$2
serve() {
    programs=$1
    shift 2
    initialise "$programs" "$folder/data" --no-sync && "$programs/postgres" -D "$folder/data" "$@"
    touch "$folder/over"
}
serve "$@" >"$folder/log" 2>&1 </dev/null &
cat >/dev/null
until [ -e "$folder/over" ]; do
    kill -QUIT "$(head -n 1 "$folder/data/postmaster.pid" | tr -d -)"
    sleep 0.1
done
wait
rm -rf "$folder"
"#;

/// A PostgreSQL server to make databases in.
#[derive(Debug)]
pub(crate) struct Cluster {
    /// The address up to the name of the database.
    head: String,
    /// What follows that name.
    tail: String,
    /// Holds the pipe.
    _guardian: Option<Child>,
}

/// The server of this test process, started by the first test that asks.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| match std::env::var(ADDRESS) {
        Ok(address) if !address.is_empty() => Cluster::at(&address),
        _ => Cluster::start().unwrap_or_else(|message| panic!("{message}")),
    })
}

impl Cluster {
    /// The address of a database, which need not exist. `postgres` always does.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("{}/{database}{}", self.head, self.tail)
    }

    /// The server at an address, whatever database that names.
    fn at(address: &str) -> Self {
        let (address, tail) = match address.split_once('?') {
            Some((address, query)) => (address, format!("?{query}")),
            None => (address, String::new()),
        };
        let start = address.find("://").map_or(0, |scheme| scheme + "://".len());
        let end = address
            .rfind('/')
            .filter(|slash| *slash >= start)
            .unwrap_or(address.len());
        let head = address.get(..end).unwrap_or(address).to_owned();
        Self {
            head,
            tail,
            _guardian: None,
        }
    }

    fn start() -> Result<Self, String> {
        let account = Account::detect().map_err(|error| error.to_string())?;
        let binaries = Binaries::find(None).map_err(|error| error.to_string())?;
        let folder = folder(&account)?;
        let guardian = guardian(&account, &binaries, &folder)
            .spawn()
            .map_err(|error| format!("cannot run /bin/sh: {error}"))?;
        wait(Path::new(&folder))?;
        let host = format!("{folder}/data").replace('/', "%2F");
        let head = format!("postgresql://{NAME}@{host}");
        Ok(Self {
            head,
            tail: String::new(),
            _guardian: Some(guardian),
        })
    }
}

/// Makes a folder for the server. In `/tmp` wherever other temporary files go: the path of a socket has
/// to be short, and the user the server runs as must reach it.
fn folder(account: &Account) -> Result<String, String> {
    let now = SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap_or_default()
        .as_micros();
    let folder = format!("/tmp/dateline-test-{}-{now}", std::process::id());
    std::fs::DirBuilder::new()
        .mode(0o700)
        .create(&folder)
        .and_then(|()| account.give(Path::new(&folder)))
        .map_err(|error| format!("cannot create {folder}: {error}"))?;
    Ok(folder)
}

/// The guardian is silent: with the output of the tests in its hands, who reads that to the end would
/// wait for the guardian too.
fn guardian(account: &Account, binaries: &Binaries, folder: &str) -> Command {
    let mut command = account.command("/bin/sh");
    command
        .arg("-c")
        .arg(format!("{INITIALISE}{GUARDIAN}"))
        .arg("guardian");
    command.arg(binaries.folder()).arg(folder);
    for setting in SETTINGS.iter().chain(&OVERRIDES) {
        command.args(["-c", setting]);
    }
    command.args(["-c", &format!("unix_socket_directories={folder}/data")]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// Waits until the server says in its process file that it is ready.
fn wait(folder: &Path) -> Result<(), String> {
    let deadline = Instant::now() + Duration::from_secs(120);
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    while read("data/postmaster.pid")
        .lines()
        .nth(7)
        .is_none_or(|line| line.trim() != "ready")
    {
        if folder.join("over").exists() || Instant::now() > deadline {
            return Err(format!(
                "the PostgreSQL of the tests does not start:\n{}",
                read("log")
            ));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

#[test]
fn a_given_server_is_used_for_any_database() {
    let url = |address| Cluster::at(address).url("x");
    assert_eq!(
        url("postgres://u:p@h:5432/db?sslmode=disable"),
        "postgres://u:p@h:5432/x?sslmode=disable"
    );
    assert_eq!(url("postgres://h"), "postgres://h/x");
    assert_eq!(
        url("postgresql:///db?host=/tmp"),
        "postgresql:///x?host=/tmp"
    );
}
