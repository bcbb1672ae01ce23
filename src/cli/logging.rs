//! The log, on standard error.

use std::env;

use env_logger::{Builder, Logger};
use log::{LevelFilter, Log, Metadata, Record};

use super::Failure;

/// Who may say more than `info`: Dateline itself, and the server under it.
const OUTSPOKEN: [&str; 5] = ["dateline", "actix_server", "actix_http", "actix_web", "mio"];

/// Filters as `RUST_LOG` says, but lets nobody else say more than `info`: database drivers would log
/// statements with their parameters, and parsers the texts they read.
struct Capped(Logger);

impl Log for Capped {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let root = metadata.target().split("::").next().unwrap_or_default();
        let outspoken = OUTSPOKEN.contains(&root);
        (outspoken || metadata.level() <= LevelFilter::Info) && self.0.enabled(metadata)
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
pub(super) fn start() -> Result<(), Failure> {
    let filter = env::var("RUST_LOG").unwrap_or_else(|_| "info".into());
    env_filter::Builder::new().try_parse(&filter).map_err(|_| {
        Failure::new(format!(
            "RUST_LOG: `{filter}` will not do: takes filters like info or dateline=debug"
        ))
    })?;
    let logger = Builder::new()
        .parse_filters(&filter)
        .format_timestamp_millis()
        .build();
    let level = logger.filter();
    if log::set_boxed_logger(Box::new(Capped(logger))).is_ok() {
        log::set_max_level(level);
    }
    Ok(())
}
