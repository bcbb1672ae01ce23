//! An `Idempotency-Key`, and what stands for a request under it.

use actix_web::http::header::HeaderMap;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Code, Error, Result};
use crate::values::seal::Seal;

const HEADER: &str = "idempotency-key";

/// A key as the client has made it.
pub(in crate::http) struct Key(String);

impl Key {
    /// The one that the request bears, if it does.
    ///
    /// # Errors
    /// 400 when it is more than one, or is not 1 to 255 visible ASCII characters.
    pub(in crate::http) fn of(headers: &HeaderMap) -> Result<Option<Self>> {
        let mut given = headers.get_all(HEADER);
        let Some(first) = given.next() else {
            return Ok(None);
        };
        let sane = |text: &&str| {
            (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
        };
        match (first.to_str().ok().filter(sane), given.next()) {
            (Some(key), None) => Ok(Some(Key(key.to_owned()))),
            _ => Err(Error::problem(
                Code::InvalidParameter,
                "Idempotency-Key: takes 1 to 255 visible ASCII characters, once",
            )),
        }
    }

    /// Its bytes, which only its client knows.
    pub(super) fn secret(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Whose keys they are: those of others are others.
pub(super) enum Scope {
    /// The token's with this id.
    Token(Uuid),
    /// Whoever's is behind this address.
    Guest(Vec<u8>),
}

/// A request under a key, in what may be kept of it.
pub(super) struct Asked {
    pub(super) key: Key,
    /// What stands for caller, path and key: the key of the row.
    pub(super) row: Vec<u8>,
    /// What stands for the guest, if it is one.
    pub(super) guest: Option<Vec<u8>>,
    /// What stands for the key and all that is asked.
    pub(super) fingerprint: Vec<u8>,
}

impl Asked {
    /// A POST to this path that says this.
    pub(super) fn new(seal: &Seal, key: Key, scope: &Scope, path: &str, said: &[&[u8]]) -> Self {
        let (kind, who) = match scope {
            Scope::Token(id) => (&b"token"[..], id.as_bytes().to_vec()),
            Scope::Guest(network) => (&b"guest"[..], network.clone()),
        };
        let row = digest(&[kind, &who, b"POST", path.as_bytes(), key.secret()]);
        // With the key in it nobody can find out by trying what was said.
        let fingerprint = digest(&[key.secret(), &digest(said)]);
        Asked {
            row: seal.pseudonym("idempotent", &row),
            guest: match scope {
                Scope::Token(_) => None,
                Scope::Guest(network) => Some(seal.pseudonym("idempotent guest", network)),
            },
            fingerprint: seal.pseudonym("idempotent request", &fingerprint),
            key,
        }
    }
}

/// The digest of these parts, each told from the next.
fn digest(parts: &[&[u8]]) -> Vec<u8> {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn key(values: &[&[u8]]) -> Result<Option<Key>> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(
                HeaderName::from_static(HEADER),
                HeaderValue::from_bytes(value).unwrap(),
            );
        }
        Key::of(&headers)
    }

    #[test]
    fn a_key_is_1_to_255_visible_characters() {
        assert!(key(&[]).unwrap().is_none());
        for sane in [&b"x"[..], b"\"8e03978e\"", b"!~", &[b'k'; 255]] {
            assert_eq!(key(&[sane]).unwrap().unwrap().secret(), sane);
        }
        for wrong in [&b""[..], b"a b", b"\tx\t", "é".as_bytes(), &[b'k'; 256]] {
            assert!(key(&[wrong]).is_err(), "{wrong:?}");
        }
        assert!(key(&[b"a", b"a"]).is_err());
    }

    #[test]
    fn a_request_is_told_by_who_sends_it_where_and_what_it_says() {
        let asked = |key: &str, scope: Scope, path: &str, said: &[&[u8]]| {
            let asked = Asked::new(&Seal::new(b"seal"), Key(key.into()), &scope, path, said);
            (asked.row, asked.fingerprint)
        };
        let guest = || Scope::Guest(vec![192, 0, 2, 1]);
        let (row, fingerprint) = asked("k", guest(), "/v1/x", &[b"a", b"b"]);
        assert_eq!(asked("k", guest(), "/v1/x", &[b"a", b"b"]).0, row);
        let said = asked("k", guest(), "/v1/x", &[b"ab", b""]);
        assert_eq!(said.0, row);
        assert_ne!(said.1, fingerprint);
        for other in [
            asked("l", guest(), "/v1/x", &[]),
            asked("k", guest(), "/v1/y", &[]),
            asked("k", Scope::Guest(vec![192, 0, 2, 2]), "/v1/x", &[]),
            asked("k", Scope::Token(Uuid::nil()), "/v1/x", &[]),
        ] {
            assert_ne!(other.0, row);
        }
    }
}
