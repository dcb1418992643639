//! Ranges of IP addresses as in the config: `10.0.0.0/8`.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// All addresses with the same first bits.
///
/// # Examples
/// ```
/// use hsmod_loader::config::Network;
///
/// let network: Network = "192.168.0.0/16".parse()?;
/// assert!(network.contains("192.168.7.1".parse()?));
/// assert!(!network.contains("192.169.0.1".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// All bits after the prefix are zero.
    address: IpAddr,
    prefix: u8,
}

/// Why a string is not a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotANetwork {
    message: String,
    fix: String,
}

impl Network {
    /// Whether `address` is in this network. An IPv6 network contains no IPv4 addresses.
    pub fn contains(&self, address: IpAddr) -> bool {
        first_bits(address, self.prefix) == self.address
    }
}

/// `address` with all bits after the first `prefix` cleared.
fn first_bits(address: IpAddr, prefix: u8) -> IpAddr {
    let prefix = u32::from(prefix);
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(prefix)).unwrap_or(0);
            Ipv4Addr::from(u32::from(address) & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(prefix)).unwrap_or(0);
            Ipv6Addr::from(u128::from(address) & mask).into()
        }
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let malformed = || NotANetwork {
            message: format!("`{text}` is not a range of IP addresses"),
            fix: "write it like `10.0.0.0/8`, `fd00::/8` or `192.168.1.5`".to_owned(),
        };
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| malformed())?;
        let bits_max = if address.is_ipv4() { 32 } else { 128 };
        let is_number = |bits: &&str| !bits.is_empty() && bits.bytes().all(|b| b.is_ascii_digit());
        let prefix = match bits {
            None => bits_max,
            Some(bits) => {
                let number = Some(bits).filter(is_number).and_then(|bits| bits.parse().ok());
                number.filter(|prefix| *prefix <= bits_max).ok_or_else(malformed)?
            }
        };
        let network = Self { address: first_bits(address, prefix), prefix };
        if network.address != address {
            let message = format!("`{text}` has bits set after the first {prefix}");
            let fix = format!("write `{network}` for the range, or `{address}` for one address");
            return Err(NotANetwork { message, fix });
        }
        Ok(network)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl NotANetwork {
    /// The remedy.
    pub fn fix(&self) -> &str {
        &self.fix
    }
}

impl fmt::Display for NotANetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for NotANetwork {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said_of(text: &str) -> String {
        match text.parse::<Network>() {
            Ok(network) => format!("{network}"),
            Err(error) => format!("{error}; {}", error.fix()),
        }
    }

    #[test]
    fn networks() {
        assert_eq!(said_of("127.0.0.0/8"), "127.0.0.0/8");
        assert_eq!(said_of("0.0.0.0/0"), "0.0.0.0/0");
        assert_eq!(said_of("::/0"), "::/0");
        assert_eq!(said_of("10.1.2.3"), "10.1.2.3/32");
        assert_eq!(said_of("::1"), "::1/128");
        for text in ["", "10", "localhost", "10.0.0.0/", "10.0.0.0/33", "::/129", "::/+8", "a/8"] {
            assert!(said_of(text).contains("is not a range of IP addresses"), "{text}");
        }
        insta::assert_snapshot!(said_of("10.1.0.0/8"), @"`10.1.0.0/8` has bits set after the first 8; write `10.0.0.0/8` for the range, or `10.1.0.0` for one address");
        insta::assert_snapshot!(said_of("10.0.0.0/-8"), @"`10.0.0.0/-8` is not a range of IP addresses; write it like `10.0.0.0/8`, `fd00::/8` or `192.168.1.5`");
    }

    proptest! {
        #[test]
        fn an_ipv4_network_contains_addresses_with_its_prefix(bits: u32, other: u32, prefix in 0_u8..=32) {
            let address = IpAddr::from(Ipv4Addr::from(bits));
            let network = Network { address: first_bits(address, prefix), prefix };
            prop_assert_eq!(said_of(&network.to_string()), network.to_string());
            prop_assert!(network.contains(address));
            let same = (bits ^ other).leading_zeros() >= u32::from(prefix);
            prop_assert_eq!(network.contains(Ipv4Addr::from(other).into()), same);
            prop_assert!(!network.contains(Ipv4Addr::from(bits).to_ipv6_mapped().into()));
        }

        #[test]
        fn an_ipv6_network_contains_addresses_with_its_prefix(bits: u128, other: u128, prefix in 0_u8..=128) {
            let address = IpAddr::from(Ipv6Addr::from(bits));
            let network = Network { address: first_bits(address, prefix), prefix };
            let same = (bits ^ other).leading_zeros() >= u32::from(prefix);
            prop_assert!(network.contains(address));
            prop_assert_eq!(network.contains(Ipv6Addr::from(other).into()), same);
        }
    }
}
