//! How far it is.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

const BAR: &str = "{bar:20} {percent:>3} %  {eta} left  {msg}  {bytes} of {total_bytes}";

/// How often something is said where there is no terminal.
const SAID: Duration = Duration::from_secs(10);

/// A bar on a terminal; a line now and then elsewhere.
pub(super) struct Progress {
    bar: ProgressBar,
    started: Instant,
    said: Instant,
    items: u64,
}

impl Progress {
    pub(super) fn new(bytes: u64) -> Self {
        let bar = match std::io::stderr().is_terminal() {
            true => ProgressBar::new(bytes),
            false => ProgressBar::hidden(),
        };
        // A style that does not parse would be a slip here; the plain bar tells as much.
        if let Ok(style) = ProgressStyle::with_template(BAR) {
            bar.set_style(style);
        }
        let now = Instant::now();
        Progress {
            bar,
            started: now,
            said: now,
            items: 0,
        }
    }

    /// So many more items are done, and the file up to there.
    pub(super) fn tell(&mut self, items: u64, bytes: u64) {
        self.items += items;
        let seconds = self.started.elapsed().as_secs_f64().max(0.001);
        #[expect(
            clippy::as_conversions,
            clippy::cast_precision_loss,
            reason = "a rate is shown rounded"
        )]
        let rate = self.items as f64 / seconds;
        self.bar.set_position(bytes);
        self.bar
            .set_message(format!("{} items, {rate:.0}/s", self.items));
        if self.bar.is_hidden() && self.said.elapsed() > SAID {
            self.said = Instant::now();
            eprintln!("{} items, {rate:.0}/s", self.items);
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
