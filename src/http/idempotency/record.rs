//! An answer as it is kept: written like the head of an HTTP message, with the body behind.

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody, None};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::Bytes;

const END: &[u8] = b"\r\n\r\n";

/// The bytes of an answer.
pub(super) fn write<B>(head: &HttpResponse<B>, body: &[u8]) -> Vec<u8> {
    let mut bytes = head.status().as_str().as_bytes().to_vec();
    for (name, value) in head.headers() {
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.push(b':');
        bytes.extend_from_slice(value.as_bytes());
    }
    bytes.extend_from_slice(END);
    bytes.extend_from_slice(body);
    bytes
}

/// The answer of these bytes; none: they are not those of one.
pub(super) fn read(bytes: &[u8]) -> Option<HttpResponse<BoxBody>> {
    let end = bytes.windows(END.len()).position(|window| window == END)?;
    let (head, body) = bytes.split_at_checked(end)?;
    let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let mut answer = HttpResponse::new(StatusCode::from_bytes(lines.next()?).ok()?);
    for line in lines {
        let (name, value) = line.split_at_checked(line.iter().position(|byte| *byte == b':')?)?;
        let name = HeaderName::from_bytes(name).ok()?;
        let value = HeaderValue::from_bytes(value.get(1..)?).ok()?;
        answer.headers_mut().append(name, value);
    }
    let body = Bytes::copy_from_slice(body.get(END.len()..)?);
    Some(with_body(answer, body))
}

/// The answer with this body; one of no bytes is none at all.
pub(super) fn with_body<B>(head: HttpResponse<B>, body: Bytes) -> HttpResponse<BoxBody> {
    match body.is_empty() {
        true => head.set_body(None::new().boxed()),
        false => head.set_body(body.boxed()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for body in [&b""[..], b"{}", b"\r\n\r\nx", &[0, 255, b'\n']] {
            let mut head = HttpResponse::Created();
            head.insert_header(("etag", "\"t7:1\""));
            head.append_header(("link", "</a>; rel=\"x\""));
            head.append_header(("link", "</b>"));
            let written = write(&head.finish(), body);
            let read = read(&written).unwrap();
            assert_eq!(read.status(), StatusCode::CREATED);
            assert_eq!(read.headers().get("etag").unwrap(), "\"t7:1\"");
            assert_eq!(read.headers().get_all("link").count(), 2);
            assert_eq!(read.into_body().try_into_bytes().unwrap(), body);
        }
        for damaged in [&b""[..], b"200", b"20\r\n\r\n", b"200\r\nname\r\n\r\n"] {
            assert!(read(damaged).is_none());
        }
    }
}
