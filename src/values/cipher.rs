//! Encrypting what only whoever brings the secret again may read.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};

/// How many random bytes tell the key of one text from that of every other.
const SALT: usize = 32;
/// What the keys are for.
const PURPOSE: &[&[u8]] = &[b"dateline: a text under the secret of its reader"];

/// The text, encrypted (ChaCha20-Poly1305, RFC 8439) under a key of its own, made of the secret and of random bytes
/// that go along (HKDF-SHA-256, RFC 5869). It opens with the same `context` only. None: the system gives no random
/// bits.
pub fn encrypt(secret: &[u8], context: &[u8], mut text: Vec<u8>) -> Option<Vec<u8>> {
    let mut salt = [0; SALT];
    getrandom::fill(&mut salt).ok()?;
    let key = key(secret, &salt)?;
    key.seal_in_place_append_tag(once(), Aad::from(context), &mut text)
        .ok()?;
    Some([&salt[..], &text].concat())
}

/// The text; none when it is damaged, or of another secret or context.
pub fn decrypt(secret: &[u8], context: &[u8], encrypted: &[u8]) -> Option<Vec<u8>> {
    let (salt, text) = encrypted.split_at_checked(SALT)?;
    let mut text = text.to_vec();
    let opened = key(secret, salt)?.open_in_place(once(), Aad::from(context), &mut text);
    let length = opened.ok()?.len();
    text.truncate(length);
    Some(text)
}

fn key(secret: &[u8], salt: &[u8]) -> Option<LessSafeKey> {
    let extracted = Salt::new(HKDF_SHA256, salt).extract(secret);
    let derived = extracted.expand(PURPOSE, &CHACHA20_POLY1305).ok()?;
    Some(LessSafeKey::new(UnboundKey::from(derived)))
}

/// Each key encrypts one text, so that one nonce will do.
fn once() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::{decrypt, encrypt};

    #[test]
    fn a_text_opens_with_its_secret_in_its_context_only() {
        for text in [&b""[..], b"words", &[7; 100_000]] {
            let encrypted = encrypt(b"secret", b"here", text.to_vec()).unwrap();
            assert_eq!(decrypt(b"secret", b"here", &encrypted).unwrap(), text);
            assert_eq!(decrypt(b"Secret", b"here", &encrypted), None);
            assert_eq!(decrypt(b"secret", b"there", &encrypted), None);
            assert_eq!(
                decrypt(b"secret", b"here", &encrypted[..encrypted.len() - 1]),
                None
            );
            for at in [0, 31, 32, encrypted.len() - 1] {
                let mut damaged = encrypted.clone();
                damaged[at] ^= 1;
                assert_eq!(decrypt(b"secret", b"here", &damaged), None, "{at}");
            }
            assert_ne!(
                encrypt(b"secret", b"here", text.to_vec()).unwrap(),
                encrypted
            );
        }
        assert_eq!(decrypt(b"secret", b"here", b"short"), None);
    }
}
