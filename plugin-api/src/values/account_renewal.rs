//! The result of renewing an account.

use hsmod_abi::Flag;

use super::answer::{Answer, Unreadable};

/// The result of a renewal by the token of a mail.
///
/// Mirrors the triple that `on_legacy_renew` returns in Synapse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LegacyRenewal {
    /// Whether the token is valid; the account is then renewed.
    pub valid: bool,
    /// Whether the token was used before; the account is then unchanged.
    pub stale: bool,
    /// The end of the account's validity: milliseconds since 1970.
    pub expiration_ts: i64,
}

impl LegacyRenewal {
    /// The token is valid: the account is now valid until `expiration_ts`, in milliseconds since
    /// 1970.
    pub const fn valid(expiration_ts: i64) -> Self {
        Self { valid: true, stale: false, expiration_ts }
    }

    /// The token was used before; the account is valid until `expiration_ts`.
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
