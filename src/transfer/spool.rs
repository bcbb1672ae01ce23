//! Results on their way to a client who may not read them before it has sent everything.
//!
//! A client that writes all of its request before it reads the answer would wait for a service that waits for the
//! answer to be read. So results wait in a file, of any length, that nobody else can open and that is gone with the
//! process.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{Stream, stream};
use tokio::sync::Notify;

use crate::error::{Error, Result};

/// How many bytes are read at a time.
const PIECE: usize = 64 * 1024;

/// Where results are written.
#[derive(Debug)]
pub struct Spool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    file: File,
    state: Mutex<State>,
    news: Notify,
}

#[derive(Debug, Default)]
struct State {
    written: u64,
    /// How it ended, if it has.
    end: Option<Result<()>>,
}

impl Spool {
    /// An empty one.
    ///
    /// # Errors
    /// When the system gives no file.
    pub fn new() -> Result<Self> {
        let file = tempfile::tempfile().map_err(failed)?;
        Ok(Spool(Arc::new(Shared {
            file,
            state: Mutex::default(),
            news: Notify::new(),
        })))
    }

    /// Adds these bytes behind all others.
    ///
    /// # Errors
    /// When the system does not take them.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        let mut state = self.0.state();
        self.0
            .file
            .write_all_at(bytes, state.written)
            .map_err(failed)?;
        state.written += u64::try_from(bytes.len()).unwrap_or_default();
        self.0.news.notify_one();
        Ok(())
    }

    /// Says that nothing more will come, and whether that was all.
    pub fn end(&self, outcome: Result<()>) {
        self.0.state().end.get_or_insert(outcome);
        self.0.news.notify_one();
    }

    /// What is written, as it comes. To be read once.
    pub fn read(&self) -> impl Stream<Item = Result<Vec<u8>>> + use<> {
        let shared = Arc::clone(&self.0);
        stream::try_unfold((shared, 0), async |(shared, read)| {
            let piece = shared.next(read).await?;
            let length = u64::try_from(piece.len()).unwrap_or_default();
            Ok((length > 0).then_some((piece, (shared, read + length))))
        })
    }
}

/// A writer that is gone will not write any more.
impl Drop for Spool {
    fn drop(&mut self) {
        self.end(Err(Error::unavailable("the service is stopping")));
    }
}

impl Shared {
    /// What stands behind this place; nothing: that was all.
    async fn next(&self, read: u64) -> Result<Vec<u8>> {
        loop {
            if let Some(piece) = self.piece(read)? {
                return Ok(piece);
            }
            self.news.notified().await;
        }
    }

    fn piece(&self, read: u64) -> Result<Option<Vec<u8>>> {
        let mut state = self.state();
        let waiting = usize::try_from(state.written - read).unwrap_or(PIECE);
        if waiting == 0 {
            return state.end.take().map(|end| end.map(|()| vec![])).transpose();
        }
        drop(state);
        let mut piece = vec![0; waiting.min(PIECE)];
        self.file.read_exact_at(&mut piece, read).map_err(failed)?;
        Ok(Some(piece))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(error: std::io::Error) -> Error {
    Error::Internal(format!("results cannot be kept: {error}"))
}
