//! Sealing what is given out and taken back, so that nobody can make one up.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::digest::Key;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How many bytes of the code (HMAC-SHA-256, RFC 2104) go along.
const CODE: usize = 16;

/// A key to seal with. What is sealed can be read by anyone and changed by nobody.
#[derive(Clone)]
pub struct Seal(Hmac<Sha256>);

impl Seal {
    /// A seal with this key, of which the first 64 bytes count.
    pub fn new(key: &[u8]) -> Self {
        let mut block = Key::<Hmac<Sha256>>::default();
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        Seal(Hmac::new(&block))
    }

    /// These bytes, sealed, as text that an address can hold. They open for the same purpose only.
    pub fn seal(&self, purpose: &str, payload: &[u8]) -> String {
        let code = self.code(purpose, payload).finalize().into_bytes();
        let mut bytes: Vec<u8> = code.into_iter().take(CODE).collect();
        bytes.extend_from_slice(payload);
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The bytes that were sealed; none when they are damaged, forged or of another purpose.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (code, payload) = bytes.split_at_checked(CODE)?;
        let expected = self.code(purpose, payload);
        expected.verify_truncated_left(code).ok()?;
        Some(payload.to_vec())
    }

    /// What stands for these bytes, the same each time, without telling them: for the same purpose, and with the
    /// key.
    pub fn pseudonym(&self, purpose: &str, payload: &[u8]) -> Vec<u8> {
        let code = self.code(purpose, payload).finalize().into_bytes();
        code.into_iter().take(CODE).collect()
    }

    fn code(&self, purpose: &str, payload: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(payload);
        mac
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal")
    }
}

#[cfg(test)]
mod tests {
    use super::Seal;

    #[test]
    fn what_is_sealed_opens_for_its_purpose_and_with_its_key_only() {
        let seal = Seal::new(b"key");
        let sealed = seal.seal("one", b"payload");
        assert_eq!(seal.open("one", &sealed).as_deref(), Some(&b"payload"[..]));
        assert_eq!(seal.open("other", &sealed), None);
        assert_eq!(Seal::new(b"another").open("one", &sealed), None);
        assert_eq!(seal.open("one", &sealed[1..]), None);
        assert_eq!(seal.open("one", ""), None);
    }
}
