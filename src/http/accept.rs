//! The `Accept` header (RFC 9110 section 12.5.1): most of what is under `/v1` is JSON.

const JSON: [&str; 2] = ["application/json", "application/problem+json"];

/// Whether JSON is among what the header takes. A header that makes no sense takes everything.
pub fn takes_json(header: &str) -> bool {
    takes(header, &JSON)
}

/// Whether the header takes this media type, be it only as what it is made of: `application/rss+xml` goes
/// as `application/xml` and as `text/xml` too.
pub fn takes_type(header: &str, media_type: &str) -> bool {
    match media_type.ends_with("xml") {
        true => takes(header, &[media_type, "application/xml", "text/xml"]),
        false => takes(header, &[media_type]),
    }
}

/// Whether the header takes what goes by any of these names: the most precise range decides.
fn takes(header: &str, names: &[&str]) -> bool {
    let mut best = None;
    for part in header.split(',') {
        let mut pieces = part.split(';').map(str::trim);
        let Some(range) = pieces.next().map(str::to_ascii_lowercase) else {
            continue;
        };
        let Some(precision) = names
            .iter()
            .filter_map(|name| precision(&range, name))
            .max()
        else {
            continue;
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

/// How precisely a range means a media type; none: not at all.
fn precision(range: &str, media_type: &str) -> Option<u8> {
    if range == media_type {
        return Some(3);
    }
    match range.split_once('/') {
        None => (range == "*").then_some(1),
        Some(("*", "*")) => Some(1),
        Some((kind, "*")) => (media_type.split('/').next() == Some(kind)).then_some(2),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{takes_json, takes_type};

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

    #[test]
    fn xml_is_taken_by_its_own_name_and_as_xml() {
        for header in [
            "application/rss+xml",
            "application/xml",
            "text/xml, text/html",
            "text/*",
            "*/*;q=0.1",
            "application/rss+xml, application/atom+xml;q=0.9",
        ] {
            assert!(takes_type(header, "application/rss+xml"), "{header}");
        }
        for header in [
            "text/html",
            "application/atom+xml",
            "application/rss+xml;q=0",
        ] {
            assert!(!takes_type(header, "application/rss+xml"), "{header}");
        }
        assert!(takes_type("application/ld+json", "application/ld+json"));
        assert!(!takes_type("application/xml", "application/ld+json"));
    }
}
