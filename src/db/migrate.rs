//! The schema's changes, built into the binary.

use diesel::{Connection, RunQueryDsl, sql_query};
use diesel_async::AsyncPgConnection;
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Any number that no other program locks: "dateline" in ASCII.
const LOCK: i64 = 0x6461_7465_6c69_6e65;

/// Why the schema could not be read or changed, in one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct MigrateError(String);

type Blocking = AsyncConnectionWrapper<AsyncPgConnection>;

/// Applies what is pending and tells the names. Nodes that start together do so one after the other.
///
/// Blocks; not to be called on a runtime's thread.
///
/// # Errors
/// When the database is away or a migration fails; that one then left nothing behind.
pub fn run(url: &str) -> Result<Vec<String>, MigrateError> {
    let mut conn = connect(url)?;
    sql_query(format!("select pg_advisory_lock({LOCK})"))
        .execute(&mut conn)
        .map_err(failed)?;
    let applied = conn.run_pending_migrations(MIGRATIONS).map_err(failed)?;
    Ok(applied.iter().map(ToString::to_string).collect())
}

/// The names of those not yet applied. Blocks like [`run`].
///
/// # Errors
/// When the database is away.
pub fn pending(url: &str) -> Result<Vec<String>, MigrateError> {
    let mut conn = connect(url)?;
    let pending = conn.pending_migrations(MIGRATIONS).map_err(failed)?;
    Ok(pending
        .iter()
        .map(|migration| migration.name().to_string())
        .collect())
}

/// The version of the newest migration in this binary.
pub fn newest() -> String {
    use diesel::migration::{Migration, MigrationSource};
    let migrations: Vec<Box<dyn Migration<diesel::pg::Pg>>> =
        MIGRATIONS.migrations().unwrap_or_default();
    migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .max()
        .unwrap_or_default()
}

fn connect(url: &str) -> Result<Blocking, MigrateError> {
    Blocking::establish(url).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> MigrateError {
    MigrateError(error.to_string())
}
