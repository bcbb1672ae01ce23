//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;
use ipnet::IpNet;

/// The address that a request comes from: the peer's own, or what the proxies before it say, as far as they
/// are trusted. That is the rightmost hop of `X-Forwarded-For` that is not a trusted proxy itself: what
/// stands left of it anyone may have written.
pub fn address(request: &HttpRequest, proxies: &[IpNet]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let hops = request.headers().get_all("x-forwarded-for");
    let hops: Vec<&str> = hops.filter_map(|value| value.to_str().ok()).collect();
    Some(behind(peer, &hops.join(","), proxies))
}

fn behind(peer: IpAddr, forwarded_for: &str, proxies: &[IpNet]) -> IpAddr {
    let trusted = |address: &IpAddr| proxies.iter().any(|net| net.contains(address));
    let mut last = peer;
    for hop in forwarded_for.rsplit(',') {
        if !trusted(&last) {
            break;
        }
        // Who sends nonsense through a proxy is told apart by the proxy alone.
        let Some(address) = hop_address(hop.trim()) else {
            break;
        };
        last = address;
    }
    last
}

/// A hop as proxies write it: an address, with or without a port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    let address = bare
        .parse()
        .or_else(|_| hop.parse().map(|socket: SocketAddr| socket.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::behind;

    #[test]
    fn the_rightmost_hop_that_no_trusted_proxy_is_counts() {
        let proxies = ["10.0.0.0/8", "::1/128", "192.0.2.7/32"].map(|net| net.parse().unwrap());
        for (peer, hops, expected) in [
            // Nobody is believed who is no proxy.
            ("198.51.100.1", "203.0.113.9", "198.51.100.1"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.4", "198.51.100.4"),
            (
                "10.0.0.1",
                "203.0.113.9, 198.51.100.4, 10.2.3.4",
                "198.51.100.4",
            ),
            ("10.0.0.1", "10.9.9.9, 192.0.2.7", "10.9.9.9"),
            ("::1", "2001:db8::5", "2001:db8::5"),
            ("::1", "[2001:db8::5]:443", "2001:db8::5"),
            ("::1", "[2001:db8::5]", "2001:db8::5"),
            ("10.0.0.1", "203.0.113.9:1234", "203.0.113.9"),
            ("10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
            ("10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"),
            ("10.0.0.1", ",,,", "10.0.0.1"),
        ] {
            let address = behind(peer.parse().unwrap(), hops, &proxies);
            assert_eq!(address.to_string(), expected, "{peer} {hops}");
        }
    }
}
