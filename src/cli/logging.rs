//! The log, on standard error.

use std::env;

use env_logger::{Builder, Logger};
use log::{LevelFilter, Log, Metadata, Record};

use super::Failure;

/// Filters as `RUST_LOG` says, but lets nothing beside Dateline itself say more than `info`: database
/// drivers would log statements with their parameters, and parsers the texts they read.
struct Capped(Logger);

impl Log for Capped {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let root = metadata.target().split("::").next();
        (root == Some("dateline") || metadata.level() <= LevelFilter::Info)
            && self.0.enabled(metadata)
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
