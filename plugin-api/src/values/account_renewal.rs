//! How an account was renewed.

use abi_stable::StableAbi;

use super::answer::{Answer, Unreadable};

/// What became of a renewal by a mail's token.
///
/// Mirrors the triple that `on_legacy_renew` returns in Synapse.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, StableAbi)]
#[non_exhaustive]
pub struct LegacyRenewal {
    /// Whether the token is right; the account is renewed now.
    pub valid: bool,
    /// Whether the token was used before; the account stays as it is.
    pub stale: bool,
    /// Until when the account is valid: milliseconds since 1970.
    pub expiration_ts: i64,
}

impl LegacyRenewal {
    /// The token is right: the account is valid until then, in milliseconds since 1970.
    pub const fn valid(expiration_ts: i64) -> Self {
        Self { valid: true, stale: false, expiration_ts }
    }

    /// The token was used before; the account is valid until then.
    pub const fn stale(expiration_ts: i64) -> Self {
        Self { valid: false, stale: true, expiration_ts }
    }

    /// There is no such token.
    pub const UNKNOWN: Self = Self { valid: false, stale: false, expiration_ts: 0 };
}

impl Answer for LegacyRenewal {
    type Raw = Self;

    #[inline]
    fn is_neutral(&self) -> bool {
        *self == Self::default()
    }

    #[inline]
    fn into_raw(self) -> Option<Self> {
        (!self.is_neutral()).then_some(self)
    }

    fn from_raw(raw: Self) -> Result<Self, Unreadable> {
        Ok(raw)
    }
}
