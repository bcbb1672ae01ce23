//! What a transaction changes for readers, told to whoever keeps answers, as soon as it is committed.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use tokio::task_local;

task_local! {
    /// What the running transaction has touched so far.
    static TOUCHED: RefCell<Touched>;
}

/// The events of a transaction, and the cache keys that they name.
#[derive(Debug, Default)]
pub struct Touched {
    /// The numbers of the events.
    pub events: Vec<i64>,
    /// The keys of what they change.
    pub keys: Vec<String>,
}

type Watcher = Box<dyn Fn(Touched) + Send + Sync>;

/// Who is told; the same for all clones of a database.
#[derive(Clone, Default)]
pub(super) struct Watched(Arc<OnceLock<Watcher>>);

impl Watched {
    /// Tells this one from now on. The first who asks is the one.
    pub(super) fn by(&self, watcher: impl Fn(Touched) + Send + Sync + 'static) {
        let _ = self.0.set(Box::new(watcher));
    }

    fn tell(&self, touched: Touched) {
        if let Some(watcher) = self.0.get()
            && !touched.keys.is_empty()
        {
            watcher(touched);
        }
    }

    /// Runs a transaction to its end, and tells what it has touched unless it is certain that nothing of it
    /// stays: it gives whether something may.
    pub(super) async fn during<T>(&self, transaction: impl Future<Output = (bool, T)>) -> T {
        let scope = TOUCHED.scope(RefCell::default(), async {
            let (committed, outcome) = transaction.await;
            (committed, TOUCHED.with(RefCell::take), outcome)
        });
        let (committed, touched, outcome) = scope.await;
        if committed {
            self.tell(touched);
        }
        outcome
    }
}

/// Notes an event of the running transaction, and the cache keys that it names. Outside of
/// [`super::Database::write`] nobody keeps answers, and nobody is told.
pub fn touch(event: i64, keys: impl IntoIterator<Item = String>) {
    let _ = TOUCHED.try_with(|touched| {
        let mut touched = touched.borrow_mut();
        touched.events.push(event);
        touched.keys.extend(keys);
    });
}

/// How much the running transaction has touched: a place to come back to.
pub(super) fn touched_so_far() -> (usize, usize) {
    let count = |touched: &RefCell<Touched>| {
        let touched = touched.borrow();
        (touched.events.len(), touched.keys.len())
    };
    TOUCHED.try_with(count).unwrap_or_default()
}

/// Forgets what was touched since, and is rolled back.
pub(super) fn back_to((events, keys): (usize, usize)) {
    let _ = TOUCHED.try_with(|touched| {
        let mut touched = touched.borrow_mut();
        touched.events.truncate(events);
        touched.keys.truncate(keys);
    });
}
