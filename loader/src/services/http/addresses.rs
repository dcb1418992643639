//! Which addresses a module may reach: public ones, and those that the operator lists.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

use crate::config::Network;

/// Addresses that are not public, and how messages call them. The first match is used.
const SPECIAL: &[(&str, &str)] = &[
    ("0.0.0.0/8", "an unspecified"),
    ("10.0.0.0/8", "a private"),
    ("100.64.0.0/10", "a shared (carrier's)"),
    ("127.0.0.0/8", "a loopback"),
    ("169.254.0.0/16", "a link-local"),
    ("172.16.0.0/12", "a private"),
    ("192.0.0.0/24", "a reserved"),
    ("192.0.2.0/24", "a documentation"),
    ("192.88.99.0/24", "a reserved"),
    ("192.168.0.0/16", "a private"),
    ("198.18.0.0/15", "a benchmarking"),
    ("198.51.100.0/24", "a documentation"),
    ("203.0.113.0/24", "a documentation"),
    ("224.0.0.0/4", "a multicast"),
    ("240.0.0.0/4", "a reserved"),
    ("::/128", "an unspecified"),
    ("::1/128", "a loopback"),
    ("fc00::/7", "a private"),
    ("fe80::/10", "a link-local"),
    ("fec0::/10", "a private"),
    ("ff00::/8", "a multicast"),
    ("2001::/23", "a reserved"),
    ("2001:db8::/32", "a documentation"),
    ("3fff::/20", "a documentation"),
];

/// The part of IPv6 that is public, except for the special addresses in it.
const PUBLIC_V6: &str = "2000::/3";

struct Table {
    special: Vec<(Network, &'static str)>,
    public_v6: Network,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    // Only the constants above are parsed, and a test parses them, too.
    let network = |text: &str| text.parse::<Network>().expect("a network");
    Table {
        special: SPECIAL.iter().map(|(text, kind)| (network(text), *kind)).collect(),
        public_v6: network(PUBLIC_V6),
    }
});

/// An address that a module may not reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) host: String,
    pub(super) address: IpAddr,
    pub(super) kind: &'static str,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is {}, {} address", self.host, self.address, self.kind)
    }
}

impl std::error::Error for Refused {}

/// The addresses that the operator allows.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    allow: Vec<Network>,
}

impl Addresses {
    pub(super) fn new(allow: &[Network]) -> Self {
        Self { allow: allow.to_vec() }
    }

    /// Checks an address that `host` has.
    ///
    /// # Errors
    /// It may not be reached.
    pub(super) fn check(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        let meant = meant(address);
        if self.allow.iter().any(|allowed| allowed.contains(address) || allowed.contains(meant)) {
            return Ok(());
        }
        match special(meant) {
            None => Ok(()),
            Some(kind) => Err(Refused { host: host.to_owned(), address, kind }),
        }
    }

    /// Checks a host that is an address itself, for which no resolver is asked.
    ///
    /// # Errors
    /// It is an address that may not be reached.
    pub(super) fn check_host(&self, host: &str) -> Result<(), Refused> {
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        bare.parse().map_or(Ok(()), |address| self.check(host, address))
    }
}

/// The kind of an address that is not public; `None` for a public one.
fn special(address: IpAddr) -> Option<&'static str> {
    let found = TABLE.special.iter().find(|(network, _)| network.contains(address));
    match found {
        Some((_, kind)) => Some(kind),
        None if address.is_ipv6() && !TABLE.public_v6.contains(address) => Some("a reserved"),
        None => None,
    }
}

/// The IPv4 address that an IPv6 address embeds, or the address itself.
fn meant(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let embedded = |high: u16, low: u16| {
        IpAddr::from(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)))
    };
    match [a, b, c, d, e, f] {
        // IPv4-mapped, IPv4-translated (SIIT) and NAT64.
        [0, 0, 0, 0, 0, 0xffff] | [0, 0, 0, 0, 0xffff, 0] | [0x64, 0xff9b, 0, 0, 0, 0] => {
            embedded(g, h)
        }
        // IPv4-compatible, except for `::` and `::1`.
        [0, 0, 0, 0, 0, 0] if g != 0 || h > 1 => embedded(g, h),
        // 6to4.
        [0x2002, ..] => embedded(b, c),
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use proptest::prelude::*;

    use super::*;

    fn kind(address: &str) -> Option<&'static str> {
        let address: IpAddr = address.parse().unwrap();
        Addresses::new(&[]).check("h", address).err().map(|refused| refused.kind)
    }

    #[test]
    fn each_special_address_is_refused() {
        for (text, _) in SPECIAL {
            let first = text.split('/').next().unwrap();
            assert!(kind(first).is_some(), "{text}");
        }
        for (address, expected) in [
            ("0.0.0.0", "an unspecified"),
            ("10.255.255.255", "a private"),
            ("100.127.255.255", "a shared (carrier's)"),
            ("127.255.255.255", "a loopback"),
            ("169.254.169.254", "a link-local"),
            ("172.31.255.255", "a private"),
            ("192.168.255.255", "a private"),
            ("198.19.255.255", "a benchmarking"),
            ("239.255.255.255", "a multicast"),
            ("255.255.255.255", "a reserved"),
            ("::", "an unspecified"),
            ("::1", "a loopback"),
            ("fdff:ffff::1", "a private"),
            ("febf::1", "a link-local"),
            ("fec0::1", "a private"),
            ("ff02::1", "a multicast"),
            ("2001::1", "a reserved"),
            ("2001:db8::1", "a documentation"),
            ("100::1", "a reserved"),
            ("64:ff9b:1::1", "a reserved"),
            ("5f00::1", "a reserved"),
            ("4000::1", "a reserved"),
        ] {
            assert_eq!(kind(address), Some(expected), "{address}");
        }
    }

    #[test]
    fn public_addresses_are_allowed() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00::1",
            "64:ff9b::101:101",
            "::ffff:1.1.1.1",
        ] {
            assert_eq!(kind(address), None, "{address}");
        }
    }

    #[test]
    fn a_host_may_be_an_address() {
        let addresses = Addresses::new(&[]);
        for host in ["127.0.0.1", "[::1]", "::1", "[::ffff:10.0.0.1]"] {
            assert!(addresses.check_host(host).is_err(), "{host}");
        }
        for host in ["localhost", "example.com", "1.1.1.1", "[2606:4700::1111]", "[", ""] {
            assert_eq!(addresses.check_host(host), Ok(()), "{host}");
        }
    }

    /// All ways to embed an IPv4 address in an IPv6 address.
    fn disguises(address: Ipv4Addr) -> [IpAddr; 5] {
        let bits = u128::from(u32::from(address));
        [
            address.to_ipv6_mapped(),
            Ipv6Addr::from((0xffff << 48) | bits),
            Ipv6Addr::from((0x64_ff9b << 96) | bits),
            Ipv6Addr::from((0x2002 << 112) | (bits << 80) | 7),
            // Two of these are `::` and `::1`, which are refused as such.
            Ipv6Addr::from(bits),
        ]
        .map(IpAddr::from)
    }

    proptest! {
        #[test]
        fn embedding_an_address_does_not_help(bits: u32, private in prop::sample::select(&SPECIAL[..15])) {
            let network: Network = private.0.parse().unwrap();
            let base: Ipv4Addr = private.0.split('/').next().unwrap().parse().unwrap();
            let prefix: u32 = private.0.split('/').nth(1).unwrap().parse().unwrap();
            let address = Ipv4Addr::from(u32::from(base) | (bits & (u32::MAX >> prefix)));
            prop_assert!(network.contains(address.into()));
            let (nothing, this) = (Addresses::new(&[]), Addresses::new(&[network]));
            prop_assert!(nothing.check("h", address.into()).is_err());
            prop_assert_eq!(this.check("h", address.into()), Ok(()));
            for disguise in disguises(address) {
                prop_assert!(nothing.check("h", disguise).is_err(), "{}", disguise);
            }
            for disguise in &disguises(address)[..4] {
                prop_assert_eq!(this.check("h", *disguise), Ok(()));
            }
        }

        #[test]
        fn allowing_an_address_allows_no_other(bits: u128) {
            let address = IpAddr::from(Ipv6Addr::from(bits));
            let one = Addresses::new(&["fd00::1".parse().unwrap()]);
            let nothing = Addresses::new(&[]);
            let is_the_one = address == "fd00::1".parse::<IpAddr>().unwrap();
            prop_assert_eq!(
                one.check("h", address).is_ok(),
                nothing.check("h", address).is_ok() || is_the_one
            );
        }
    }
}
