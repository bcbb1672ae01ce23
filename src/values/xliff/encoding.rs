//! The bytes of an XML document as text.

/// The text, in UTF-8 or, where it begins with a byte order mark, in UTF-16: what every XML processor
/// must be able to read (XML 1.0, 4.3.3). Says what is wrong otherwise.
pub(super) fn text(xml: &[u8]) -> Result<String, &'static str> {
    match xml {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] | rest => {
            let text = str::from_utf8(rest).map_err(|_| "is not UTF-8")?;
            Ok(text.to_owned())
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, &'static str> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().copied().map(unit);
    let text: Result<String, _> = char::decode_utf16(units).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err("is not UTF-16"),
    }
}
