//! The `Accept` header (RFC 9110 section 12.5.1): everything under `/v1` is JSON.

/// Whether JSON is among what the header takes. A header that makes no sense takes everything.
pub fn takes_json(header: &str) -> bool {
    let mut best = None;
    for part in header.split(',') {
        let mut pieces = part.split(';').map(str::trim);
        let Some(range) = pieces.next().map(str::to_ascii_lowercase) else {
            continue;
        };
        let precision = match range.as_str() {
            "application/json" | "application/problem+json" => 3,
            "application/*" => 2,
            "*/*" | "*" => 1,
            _ => continue,
        };
        let weight = pieces.find_map(|piece| piece.strip_prefix("q="));
        let taken = weight
            .and_then(|q| q.parse::<f32>().ok())
            .is_none_or(|q| q > 0.0);
        if best.is_none_or(|(known, _)| precision > known) {
            best = Some((precision, taken));
        }
    }
    match best {
        Some((_, taken)) => taken,
        None => !header.contains('/'),
    }
}

#[cfg(test)]
mod tests {
    use super::takes_json;

    #[test]
    fn json_is_taken_where_a_range_covers_it() {
        for header in [
            "*/*",
            "application/json",
            "text/html, application/*;q=0.2",
            "text/html,*/*;q=0.8",
            "",
            "nonsense",
        ] {
            assert!(takes_json(header), "{header}");
        }
    }

    #[test]
    fn json_is_refused_where_none_does() {
        for header in [
            "text/html",
            "application/xml, text/*",
            "application/json;q=0, text/html",
        ] {
            assert!(!takes_json(header), "{header}");
        }
        assert!(
            !takes_json("application/json;q=0, */*"),
            "the more precise range decides"
        );
    }
}
