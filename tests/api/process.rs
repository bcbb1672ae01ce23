//! The `dateline` binary as a process of its own, which ends with the test, however that ends.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::client::Client;

/// The longest that anything here is waited for: it says that something hangs, not how fast it is.
const PATIENCE: Duration = Duration::from_secs(120);

/// A folder that goes with the test, and with it the private PostgreSQL in it.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// In `/tmp` wherever other temporary files go, and open to be passed through: PostgreSQL runs as
    /// another user where the tests run as root, and the path of its socket has to be short.
    pub(crate) fn new() -> Folder {
        let path = PathBuf::from(format!("/tmp/dateline-test-{}", Uuid::now_v7().simple()));
        fs::DirBuilder::new().mode(0o711).create(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Whether nothing has been put into it.
    pub(crate) fn is_empty(&self) -> bool {
        fs::read_dir(&self.0).unwrap().next().is_none()
    }

    /// The process of the private PostgreSQL, as its process file tells.
    pub(crate) fn postmaster(&self) -> Option<u32> {
        let file =
            fs::read_to_string(self.0.join(".dateline/postgres/data/postmaster.pid")).ok()?;
        file.lines().next()?.trim_start_matches('-').parse().ok()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(postmaster) = self.postmaster() {
            let _ = signal(postmaster, "QUIT");
            let deadline = Instant::now() + Duration::from_secs(20);
            while signal(postmaster, "0") && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(10));
            }
        }
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Sends a signal to a process; tells whether there is one.
pub(crate) fn signal(process: u32, name: &str) -> bool {
    let mut kill = Command::new("/bin/sh");
    kill.args([
        "-c",
        "kill -\"$1\" \"$2\"",
        "sh",
        name,
        &process.to_string(),
    ])
    .stderr(Stdio::null());
    kill.status().is_ok_and(|status| status.success())
}

/// `dateline` in this folder, without any setting but a port that is free.
pub(crate) fn dateline(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
    command
        .args(arguments)
        .current_dir(folder.path())
        .env_clear()
        .env("DATELINE_BIND", "127.0.0.1:0");
    for kept in [
        "PATH",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
        "LLVM_PROFILE_FILE",
    ] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    command
}

/// What a process has written so far, and whether it can write more.
#[derive(Default)]
struct Written {
    lines: Vec<String>,
    ended: bool,
}

/// A running process.
pub(crate) struct Process {
    child: Child,
    stdout: Option<JoinHandle<String>>,
    stderr: Arc<(Mutex<Written>, Condvar)>,
}

impl Process {
    pub(crate) fn start(mut command: Command) -> Process {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (mut out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let stdout = thread::spawn(move || {
            let mut text = String::new();
            out.read_to_string(&mut text).unwrap();
            text
        });
        let stderr = Arc::new((Mutex::new(Written::default()), Condvar::new()));
        let shared = Arc::clone(&stderr);
        thread::spawn(move || {
            for line in BufReader::new(err).lines() {
                shared.0.lock().unwrap().lines.push(line.unwrap());
                shared.1.notify_all();
            }
            shared.0.lock().unwrap().ended = true;
            shared.1.notify_all();
        });
        Process {
            child,
            stdout: Some(stdout),
            stderr,
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line on standard error with this in it; the line.
    pub(crate) fn line(&self, part: &str) -> String {
        let find = |written: &Written| {
            written
                .lines
                .iter()
                .find(|line| line.contains(part))
                .cloned()
        };
        let (written, changed) = (&self.stderr.0, &self.stderr.1);
        let waited = changed.wait_timeout_while(written.lock().unwrap(), PATIENCE, |written| {
            find(written).is_none() && !written.ended
        });
        let written = waited.unwrap().0;
        find(&written)
            .unwrap_or_else(|| panic!("no line with `{part}`:\n{}", written.lines.join("\n")))
    }

    /// The address that it says it listens on.
    pub(crate) fn url(&self) -> String {
        let line = self.line("listening on http://");
        line.split_once("listening on ")
            .unwrap()
            .1
            .trim()
            .to_owned()
    }

    /// A caller without a token, once it listens.
    pub(crate) fn guest(&self) -> Client {
        Client::new(&self.url(), None)
    }

    /// Every line on standard error so far.
    pub(crate) fn log(&self) -> String {
        self.stderr.0.lock().unwrap().lines.join("\n")
    }

    /// The tokens that it has printed on standard error, once it listens.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.url();
        let log = self.log();
        let words = log
            .split_whitespace()
            .filter(|word| word.starts_with("dl_"));
        words.map(str::to_owned).collect()
    }

    /// Sends it a signal and waits for its end.
    pub(crate) fn stop(self, name: &str) -> Ended {
        assert!(
            signal(self.id(), name),
            "it is gone already:\n{}",
            self.log()
        );
        self.end()
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                Instant::now() < deadline,
                "it does not end:\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(5));
        };
        let stdout = self.stdout.take().unwrap().join().unwrap();
        let (written, changed) = (&self.stderr.0, &self.stderr.1);
        let waited =
            changed.wait_timeout_while(written.lock().unwrap(), PATIENCE, |written| !written.ended);
        let stderr = waited.unwrap().0.lines.clone();
        Ended {
            status,
            stdout,
            stderr,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is left of a process.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    /// The lines on standard error.
    pub(crate) stderr: Vec<String>,
}

impl Ended {
    /// The same, after a look at its exit code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Ended {
        assert_eq!(self.status.code(), Some(code), "{self:?}");
        self
    }

    /// The one line that says why it failed; nothing else was said.
    #[track_caller]
    pub(crate) fn reason(self) -> String {
        assert!(
            self.status.code().is_some_and(|code| code != 0),
            "{}: {:?}",
            self.status,
            self.stderr
        );
        assert!(
            self.stdout.is_empty(),
            "it goes on to say: {:?}",
            self.stdout.lines().next()
        );
        let mut lines = self.stderr.into_iter();
        let line = lines.next().unwrap_or_default();
        assert_eq!(
            lines.collect::<Vec<_>>(),
            [""; 0],
            "more than one line, after: {line}"
        );
        line
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: Command) -> Ended {
    Process::start(command).end()
}
