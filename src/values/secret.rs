//! Secrets that are shown once and kept as a hash.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// 256 random bits, in hexadecimal behind a prefix by which a leaked one is recognised.
///
/// # Errors
/// When the system gives no random bits.
pub fn new_secret(prefix: &str) -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    let mut secret = prefix.to_owned();
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(secret, "{byte:02x}");
    }
    Ok(secret)
}

/// What is kept of a secret. It has too many bits to be guessed, so nothing slow is needed.
pub fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}
