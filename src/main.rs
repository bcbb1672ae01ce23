//! The `dateline` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    match dateline::cli::run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("dateline: {error}");
            ExitCode::FAILURE
        }
    }
}
