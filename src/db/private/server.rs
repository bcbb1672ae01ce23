//! Running and stopping the server.

use std::fs::File;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::error::telling_line;
use super::folders::Folders;
use super::initialise::initialise;
use super::{Account, Binaries, PrivateError, lock};

/// How long the server may take to start, and to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// Settings of the server. It keeps to the defaults in all that makes data durable. Queries are too
/// short to be worth compiling, and times are told in UTC whatever the machine thinks. The tests use the
/// same, but for what makes data durable.
pub const SETTINGS: [&str; 7] = [
    "listen_addresses=",
    "port=5432",
    "unix_socket_permissions=0700",
    "logging_collector=off",
    "max_connections=100",
    "jit=off",
    "timezone=UTC",
];

/// A server, running or not.
#[derive(Debug)]
pub(super) struct Server {
    account: Account,
    binaries: Binaries,
    folders: Folders,
}

impl Server {
    pub(super) fn new(account: Account, binaries: Binaries, folders: Folders) -> Self {
        Self {
            account,
            binaries,
            folders,
        }
    }

    pub(super) fn folders(&self) -> &Folders {
        &self.folders
    }

    /// Makes sure that the server runs and answers. Gives the process if it had to be started. One that
    /// runs but does not answer is on its way up or down, or what is left of a killed one: waits for it.
    pub(super) fn run(&self) -> Result<Option<Child>, PrivateError> {
        let path = self.folders.server_lock();
        let lock = lock::open(&path)?;
        let deadline = Instant::now() + PATIENCE;
        while !lock::try_exclusive(&lock, &path)? {
            if self.is_ready() {
                log::info!("joined the PostgreSQL in {}", self.folders.data().display());
                return Ok(None);
            }
            if Instant::now() > deadline {
                return Err(PrivateError::Start(self.late(0)));
            }
            std::thread::sleep(lock::PAUSE);
        }
        self.launch(lock).map(Some)
    }

    /// Starts the server, which takes over the lock.
    fn launch(&self, lock: File) -> Result<Child, PrivateError> {
        if self.folders.version().is_none() {
            log::info!("creating a PostgreSQL in {}", self.folders.data().display());
            initialise(&self.account, &self.binaries, &self.folders, &lock)?;
        }
        self.folders.prepare(&self.account)?;
        let (log, logged) = self.folders.open_log()?;
        let program = self.binaries.program("postgres");
        let mut child = self
            .command(lock, log)?
            .spawn()
            .map_err(PrivateError::program(&program))?;
        self.wait_until_ready(&mut child, logged)?;
        let (major, data) = (self.binaries.major(), self.folders.data());
        log::info!("started PostgreSQL {major} in {}", data.display());
        Ok(child)
    }

    fn command(&self, lock: File, log: File) -> Result<Command, PrivateError> {
        let copy = log
            .try_clone()
            .map_err(PrivateError::folder(&self.folders.log()))?;
        let mut command = self.account.command(self.binaries.program("postgres"));
        command.arg("-D").arg(self.folders.data());
        command.arg("-k").arg(self.folders.socket_folder());
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args(["-c", &format!("shared_buffers={}MB", shared_buffers())]);
        command
            .stdin(Stdio::from(lock))
            .stdout(Stdio::from(copy))
            .stderr(Stdio::from(log));
        Ok(command)
    }

    fn wait_until_ready(&self, child: &mut Child, logged: u64) -> Result<(), PrivateError> {
        let deadline = Instant::now() + PATIENCE;
        while !self.is_ready() {
            if !matches!(child.try_wait(), Ok(None)) {
                return Err(PrivateError::Start(self.folders.last_words(logged)));
            }
            if Instant::now() > deadline {
                return Err(PrivateError::Start(self.late(logged)));
            }
            std::thread::sleep(lock::PAUSE);
        }
        Ok(())
    }

    /// Whether the server says it is ready, in the eighth line of its process file, and is there to
    /// answer: a killed one has left that line behind.
    fn is_ready(&self) -> bool {
        let text = std::fs::read_to_string(self.folders.process_file()).unwrap_or_default();
        text.lines()
            .nth(7)
            .is_some_and(|status| status.trim() == "ready")
            && UnixStream::connect(self.folders.socket()).is_ok()
    }

    /// Stops the server: open connections are cut, what is committed is kept. `child` is its process, if
    /// it is one of this process's.
    pub(super) fn stop(&self, child: Option<Child>) -> Result<(), PrivateError> {
        let path = self.folders.server_lock();
        let lock = lock::open(&path)?;
        if !lock::try_exclusive(&lock, &path)? {
            let said = self.signal()?;
            if !lock::wait(&lock, &path, PATIENCE)? {
                return Err(PrivateError::Stop(said));
            }
        }
        if let Some(mut child) = child {
            // All it was waiting for is gone, it can only end. How it ended is in the log.
            let _ = child.wait();
        }
        self.folders.tidy();
        log::info!(
            "stopped the PostgreSQL in {}",
            self.folders.data().display()
        );
        Ok(())
    }

    /// Tells the server to stop, and gives what the messenger said about it: it fails when the server
    /// has stopped in that very moment, so its failure alone means nothing.
    fn signal(&self) -> Result<String, PrivateError> {
        let program = self.binaries.program("pg_ctl");
        let mut command = self.account.command(&program);
        command.args(["stop", "--silent", "--no-wait", "--mode=fast", "-D"]);
        let output = command.arg(self.folders.data()).output();
        let output = output.map_err(PrivateError::program(&program))?;
        match output.status.success() {
            true => Ok(format!(
                "it is still running after {} s",
                PATIENCE.as_secs()
            )),
            false => Ok(telling_line(&String::from_utf8_lossy(&output.stderr))),
        }
    }

    fn late(&self, logged: u64) -> String {
        format!(
            "not ready after {} s: {}",
            PATIENCE.as_secs(),
            self.folders.last_words(logged)
        )
    }
}

/// How many megabytes of pages it keeps to itself: an eighth of the memory that is free, from 128 on, and a
/// gigabyte at most. They are taken only as pages are read.
fn shared_buffers() -> u64 {
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let free = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    (free.unwrap_or_default() / 1024 / 8).clamp(128, 1024)
}
