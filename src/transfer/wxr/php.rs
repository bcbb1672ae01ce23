//! The one thing that is read of what PHP wrote: a map from languages to ids.

/// The most entries that are read.
const MOST: usize = 200;

/// The entries of a map as PHP's `serialize` writes it, up to the first that is not a short text with a number.
pub(super) fn map(text: &str) -> Vec<(String, u64)> {
    let mut entries = Vec::new();
    let Some((_, mut rest)) = text.trim().split_once('{') else {
        return entries;
    };
    while entries.len() < MOST {
        let Some((key, behind)) = short_text(rest) else {
            break;
        };
        let Some((id, behind)) = number(behind) else {
            break;
        };
        entries.push((key.to_owned(), id));
        rest = behind;
    }
    entries
}

/// `s:2:"en";`
fn short_text(text: &str) -> Option<(&str, &str)> {
    let (length, behind) = text.strip_prefix("s:")?.split_once(":\"")?;
    let length: usize = length.parse().ok().filter(|length| *length <= 40)?;
    let (value, behind) = behind.split_at_checked(length)?;
    Some((value, behind.strip_prefix("\";")?))
}

/// `i:12;`, or the same as a text.
fn number(text: &str) -> Option<(u64, &str)> {
    if let Some(behind) = text.strip_prefix("i:") {
        let (digits, behind) = behind.split_once(';')?;
        return Some((digits.parse().ok()?, behind));
    }
    let (digits, behind) = short_text(text)?;
    Some((digits.parse().ok()?, behind))
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn languages_and_ids_are_read_and_nothing_else() {
        let read = |text| {
            map(text)
                .iter()
                .map(|(key, id)| format!("{key}={id}"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            read("a:2:{s:2:\"en\";i:12;s:2:\"hi\";s:2:\"15\";}"),
            "en=12 hi=15"
        );
        assert_eq!(
            read("a:2:{s:2:\"en\";i:12;s:4:\"sync\";a:1:{s:2:\"hi\";s:2:\"en\";}}"),
            "en=12"
        );
        for text in [
            "",
            "O:8:\"stdClass\":0:{}",
            "a:1:{s:99999999999:\"x\";i:1;}",
            "a:1:{s:1:\"ह\";i:1;}",
            "a:1:{s:2:\"en\";i:-1;}",
            "a:1:{",
        ] {
            assert_eq!(read(text), "", "{text}");
        }
    }
}
