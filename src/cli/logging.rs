//! The log, on standard error.

use std::env;

use env_logger::{Builder, Logger};
use log::{LevelFilter, Log, Metadata, Record};

/// Crates that would log statements with their parameters.
const DRIVERS: [&str; 3] = ["tokio_postgres", "postgres", "diesel"];

/// Filters as `RUST_LOG` says, but lets no database driver say more than `info`.
struct Capped(Logger);

impl Log for Capped {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let root = metadata.target().split("::").next().unwrap_or_default();
        let is_driver = DRIVERS.iter().any(|driver| root.starts_with(driver));
        (!is_driver || metadata.level() <= LevelFilter::Info) && self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

/// Starts the log. A second start does nothing.
pub(super) fn start() {
    let filter = env::var("RUST_LOG").unwrap_or_else(|_| "info".into());
    let logger = Builder::new()
        .parse_filters(&filter)
        .format_timestamp_millis()
        .build();
    let level = logger.filter();
    if log::set_boxed_logger(Box::new(Capped(logger))).is_ok() {
        log::set_max_level(level);
    }
}
