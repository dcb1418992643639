//! How an account was renewed.

use hsmod_abi::Flag;

use super::answer::{Answer, Unreadable};

/// What became of a renewal by a mail's token.
///
/// Mirrors the triple that `on_legacy_renew` returns in Synapse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

hsmod_abi::structure! {
    /// C form of [`LegacyRenewal`].
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawLegacyRenewal {
        valid: Flag,
        stale: Flag,
        expiration_ts: i64,
    }
}

impl Answer for LegacyRenewal {
    type Raw = RawLegacyRenewal;

    #[inline]
    fn is_neutral(&self) -> bool {
        *self == Self::default()
    }

    fn into_raw(self) -> Option<RawLegacyRenewal> {
        let Self { valid, stale, expiration_ts } = self;
        let (valid, stale) = (Flag::new(valid), Flag::new(stale));
        (!self.is_neutral()).then_some(RawLegacyRenewal { valid, stale, expiration_ts })
    }

    fn from_raw(raw: RawLegacyRenewal) -> Result<Self, Unreadable> {
        let (valid, stale) = (raw.valid.get(), raw.stale.get());
        Ok(Self { valid, stale, expiration_ts: raw.expiration_ts })
    }
}
