//! Finds the addresses that modules must be allowed to reach. A plugin reaches only public ones by
//! default, but a Python module reaches any.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The addresses that a URL leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Public addresses, as far as the URL tells.
    Public,
    /// These networks.
    Private(Vec<String>),
    /// A name that only this machine or its network can resolve.
    Unknown,
}

impl Reach {
    /// Classifies the host of a URL.
    pub(super) fn of_url(url: &str) -> Self {
        let host = host(url).to_ascii_lowercase();
        if let Ok(address) = host.parse::<IpAddr>() {
            return if is_public(address) { Self::Public } else { Self::private(&[address]) };
        }
        let host = host.trim_end_matches('.');
        if host == "localhost" || host.ends_with(".localhost") {
            return Self::Private(vec!["127.0.0.0/8".to_owned(), "::1/128".to_owned()]);
        }
        let of_a_network = [".local", ".internal", ".lan", ".home.arpa"];
        if !host.contains('.') || of_a_network.iter().any(|end| host.ends_with(end)) {
            return Self::Unknown;
        }
        Self::Public
    }

    fn private(addresses: &[IpAddr]) -> Self {
        let network = |address: &IpAddr| match address {
            IpAddr::V4(address) if address.is_loopback() => "127.0.0.0/8".to_owned(),
            IpAddr::V4(address) => format!("{address}/32"),
            IpAddr::V6(address) => format!("{address}/128"),
        };
        Self::Private(addresses.iter().map(network).collect())
    }
}

/// The host of `http://user@host:8080/path`, without the brackets of an IPv6 address.
fn host(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_scheme, behind)| behind);
    let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_user, place)| place);
    match place.strip_prefix('[').and_then(|place| place.split_once(']')) {
        Some((address, _port)) => address,
        None => place.split(':').next().unwrap_or_default(),
    }
}

/// Whether an address is public. When in doubt it is not: allowing an address needlessly does no
/// harm here, since the operator's own config names it.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let shared = (u32::from(address) ^ u32::from(Ipv4Addr::new(100, 64, 0, 0))) >> 22 == 0;
            !(address.is_loopback()
                || address.is_private()
                || address.is_link_local()
                || address.is_unspecified()
                || shared)
        }
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => is_public(address.into()),
            None => {
                address != Ipv6Addr::LOCALHOST
                    && address != Ipv6Addr::UNSPECIFIED
                    && !address.is_unique_local()
                    && !address.is_unicast_link_local()
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_named() {
        let networks = |url| match Reach::of_url(url) {
            Reach::Private(networks) => networks.join(" "),
            other => format!("{other:?}"),
        };
        assert_eq!(networks("http://127.0.0.1:8080/api"), "127.0.0.0/8");
        assert_eq!(networks("http://LocalHost/"), "127.0.0.0/8 ::1/128");
        assert_eq!(networks("http://[::1]:8080"), "::1/128");
        assert_eq!(networks("http://[fd00::2]"), "fd00::2/128");
        assert_eq!(networks("http://10.1.2.3?x"), "10.1.2.3/32");
        assert_eq!(networks("http://100.64.0.9"), "100.64.0.9/32");
        assert_eq!(networks("http://user:pass@172.18.0.2:80"), "172.18.0.2/32");
        assert_eq!(networks("http://draupnir:8082"), "Unknown");
        assert_eq!(networks("http://meowlnir.internal"), "Unknown");
        for public in
            ["https://antispam.example.com", "http://203.0.113.1", "http://[2001:4860::1]"]
        {
            assert_eq!(networks(public), "Public", "{public}");
        }
    }
}
