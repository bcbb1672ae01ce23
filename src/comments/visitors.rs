//! Who comments, reacts and reports: nobody's address is kept, only what stands for it.
//!
//! An address is kept as an HMAC under a key that changes every 30 days and is thrown away after 60. Until then
//! two comments from one address can be told to be so, and one address be kept out; after that nobody can
//! any more. A visitor who holds a token of its own is told by that, for as long as it likes.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::db::{Reader, Statement};
use crate::error::{Error, Result};
use crate::values::network::network;
use crate::values::seal::Seal;

/// How long a node goes by the keys that it knows.
const KNOWN_FOR: Duration = Duration::from_secs(60);

/// What tells visitors apart: the keys, and what a request says of itself.
#[derive(Debug)]
pub struct Visitors {
    /// For what does not change: visitors' own tokens, and e-mail addresses.
    seal: Seal,
    keys: Mutex<Option<(Instant, Arc<Keys>)>>,
}

/// The keys for addresses there are, newest first.
#[derive(Debug)]
struct Keys(Vec<AddressKey>);

#[derive(Debug)]
struct AddressKey {
    id: i32,
    seal: Seal,
    ends_at: DateTime<Utc>,
}

#[derive(Queryable)]
struct KeyRow {
    id: i32,
    value: Vec<u8>,
    ends_at: DateTime<Utc>,
}

/// What a request says of who sent it.
#[derive(Debug, Clone, Copy)]
pub struct Traces<'r> {
    /// Its address.
    pub address: IpAddr,
    /// Its `User-Agent`.
    pub agent: &'r str,
    /// Its `Visitor-Token`.
    pub token: Option<&'r str>,
}

/// Who sent a request, in what may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// What stands for its address now.
    pub address: Vec<u8>,
    /// The number of the key that it does so by.
    pub address_key: i32,
    /// What stood for its address under older keys.
    pub earlier_addresses: Vec<Vec<u8>>,
    /// What stands for the visitor: one voice.
    pub voice: Vec<u8>,
    /// What stood for the visitor under older keys.
    pub earlier_voices: Vec<Vec<u8>>,
}

impl Visitor {
    /// Everything that stands for the visitor, or did under older keys.
    pub fn voices(&self) -> Vec<Vec<u8>> {
        let mut voices = self.earlier_voices.clone();
        voices.push(self.voice.clone());
        voices
    }
}

impl Visitors {
    /// Visitors of this installation, told by its key.
    pub fn new(seal: Seal) -> Self {
        Visitors {
            seal,
            keys: Mutex::default(),
        }
    }

    /// Who sent a request with these traces.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn visitor(&self, reader: &Reader, traces: Traces<'_>) -> Result<Visitor> {
        let keys = self.keys(reader).await?;
        let (first, earlier) = keys.0.split_first().ok_or_else(no_key)?;
        let network = network(traces.address);
        let address = |key: &AddressKey| key.seal.pseudonym("address", &network);
        let (voice, earlier_voices) = match traces.token {
            Some(token) => (self.seal.pseudonym("visitor", token.as_bytes()), vec![]),
            None => {
                let voice = |key: &AddressKey| {
                    let both = [&network, traces.agent.as_bytes()].concat();
                    key.seal.pseudonym("voice", &both)
                };
                (voice(first), earlier.iter().map(voice).collect())
            }
        };
        Ok(Visitor {
            address: address(first),
            address_key: first.id,
            earlier_addresses: earlier.iter().map(address).collect(),
            voice,
            earlier_voices,
        })
    }

    /// What stands for an e-mail address, in whatever case it is written.
    pub fn email(&self, email: &str) -> Vec<u8> {
        self.seal
            .pseudonym("email", email.to_lowercase().as_bytes())
    }

    /// What stands for a text by a writer.
    pub fn fingerprint(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend_from_slice(&part.len().to_be_bytes());
            bytes.extend_from_slice(part);
        }
        self.seal.pseudonym("fingerprint", &bytes)
    }

    /// Until when addresses can be told by this key; none: they cannot any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_of_key(&self, reader: &Reader, id: i32) -> Result<Option<DateTime<Utc>>> {
        let keys = self.keys(reader).await?;
        let key = keys.0.iter().find(|key| key.id == id);
        Ok(key.map(|key| key.ends_at))
    }

    async fn keys(&self, reader: &Reader) -> Result<Arc<Keys>> {
        let known = self.known().clone();
        if let Some((read_at, keys)) = known
            && read_at.elapsed() < KNOWN_FOR
        {
            return Ok(keys);
        }
        let find: Statement<(sql::Integer, sql::Bytea, sql::Timestamptz)> = Statement::new(
            "select id, value, created_at + interval '60 days' from address_keys order by id desc",
        );
        let rows: Vec<KeyRow> = reader.load(find).await?;
        let keys = rows.into_iter().map(|row| AddressKey {
            id: row.id,
            seal: Seal::new(&row.value),
            ends_at: row.ends_at,
        });
        let keys = Arc::new(Keys(keys.collect()));
        *self.known() = Some((Instant::now(), Arc::clone(&keys)));
        Ok(keys)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Option<(Instant, Arc<Keys>)>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn no_key() -> Error {
    Error::Internal("there is no key for addresses".into())
}

/// Makes a new key when the newest is 30 days old, and throws away those of 60. Any number of nodes may.
///
/// # Errors
/// When the database fails.
pub async fn change_keys(conn: &mut AsyncPgConnection) -> Result<()> {
    let steps = [
        "select pg_advisory_xact_lock(hashtext('address_keys'))",
        "select new_address_key() \
            where not exists (select from address_keys where created_at > now() - interval '30 days')",
        "delete from address_keys where created_at < now() - interval '60 days'",
    ];
    for step in steps {
        let step: Statement<()> = Statement::new(step);
        step.execute(conn).await?;
    }
    Ok(())
}
