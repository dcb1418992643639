//! Limits on amounts and rates.

use hsmod_abi::{Flag, Lent, OwnedArray, OwnedStr, Str, view};

use super::answer::{Answer, Unreadable};
use super::arg::{Arg, RawOf};

/// A limit on how much a user may upload in a period of time.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// let a_day = 24 * 60 * 60 * 1000;
/// let limit = MediaUploadLimit::new(50 << 20, a_day).info_uri("https://example.com/plans");
/// assert_eq!(limit.max_bytes, 52_428_800);
/// ```
///
/// Mirrors `synapse.module_api.MediaUploadLimit`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MediaUploadLimit {
    /// The amount in bytes.
    pub max_bytes: u64,
    /// The period in milliseconds.
    pub time_period_ms: u64,
    /// A page about the limit.
    pub info_uri: Option<String>,
    /// Whether the user may get a higher limit, for instance by paying.
    pub can_upgrade: bool,
}

impl MediaUploadLimit {
    /// A limit of `max_bytes` in `time_period_ms` milliseconds.
    pub fn new(max_bytes: u64, time_period_ms: u64) -> Self {
        Self { max_bytes, time_period_ms, info_uri: None, can_upgrade: false }
    }

    /// Sets a page about the limit.
    #[must_use]
    pub fn info_uri(mut self, uri: impl Into<String>) -> Self {
        self.info_uri = Some(uri.into());
        self
    }

    /// Sets whether the user may get a higher limit.
    #[must_use]
    pub fn can_upgrade(mut self, can_upgrade: bool) -> Self {
        self.can_upgrade = can_upgrade;
        self
    }
}

hsmod_abi::structure! {
    /// C form of a [`MediaUploadLimit`] that is answered.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawMediaUploadLimit {
        max_bytes: u64,
        time_period_ms: u64,
        info_uri: OwnedStr,
        can_upgrade: Flag,
    }
}

/// Limits; the neutral answer `None` leaves them to others, an empty list means no limit.
impl Answer for Option<Vec<MediaUploadLimit>> {
    type Raw = OwnedArray<RawMediaUploadLimit>;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.is_none()
    }

    fn into_raw(self) -> Option<Self::Raw> {
        let raw = |limit: MediaUploadLimit| RawMediaUploadLimit {
            max_bytes: limit.max_bytes,
            time_period_ms: limit.time_period_ms,
            info_uri: limit.info_uri.into(),
            can_upgrade: Flag::new(limit.can_upgrade),
        };
        self.map(|limits| limits.into_iter().map(raw).collect::<Vec<_>>().into())
    }

    fn from_raw(raw: Self::Raw) -> Result<Self, Unreadable> {
        let limit = |raw: RawMediaUploadLimit| MediaUploadLimit {
            max_bytes: raw.max_bytes,
            time_period_ms: raw.time_period_ms,
            info_uri: raw.info_uri.to_text(),
            can_upgrade: raw.can_upgrade.get(),
        };
        Ok(Some(raw.into_vec().into_iter().map(limit).collect()))
    }
}

view! {
    /// C form of a [`MediaUploadLimit`] that is an argument.
    #[derive(Debug)]
    pub struct LentMediaUploadLimit<'a> {
        max_bytes: u64,
        time_period_ms: u64,
        info_uri: Str<'a>,
        can_upgrade: Flag,
    }
}

impl MediaUploadLimit {
    /// Returns the C form.
    #[cfg(feature = "host")]
    pub(crate) fn lend(&self) -> LentMediaUploadLimit<'_> {
        LentMediaUploadLimit {
            size: LentMediaUploadLimit::SIZE,
            flags: 0,
            max_bytes: self.max_bytes,
            time_period_ms: self.time_period_ms,
            info_uri: Str::optional(self.info_uri.as_deref()),
            can_upgrade: Flag::new(self.can_upgrade),
        }
    }
}

impl Arg for fn(MediaUploadLimit) {
    type Raw = Lent<'static, LentMediaUploadLimit<'static>>;
    type Value<'a> = MediaUploadLimit;
    type Room = ();

    fn value<'a>(raw: RawOf<'a, Self>, (): &'a mut ()) -> MediaUploadLimit {
        let raw = raw.get();
        MediaUploadLimit {
            max_bytes: raw.max_bytes,
            time_period_ms: raw.time_period_ms,
            info_uri: raw.info_uri.get().map(str::to_owned),
            can_upgrade: raw.can_upgrade.get(),
        }
    }
}

hsmod_abi::structure! {
    /// A limit on how often a user may do something.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// let slowly = RatelimitOverride::new(0.5, 5);
    /// assert!(!slowly.is_unlimited() && RatelimitOverride::UNLIMITED.is_unlimited());
    /// ```
    ///
    /// Mirrors `synapse.module_api.RatelimitOverride`.
    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    #[non_exhaustive]
    pub struct RatelimitOverride {
        /// How often per second in the long run; 0 for no limit.
        pub per_second: f64,
        /// How often at once.
        pub burst_count: i64,
    }
}

impl RatelimitOverride {
    /// No limit.
    pub const UNLIMITED: Self = Self { per_second: 0.0, burst_count: 0 };

    /// A limit of `per_second` operations in the long run, `burst_count` at once.
    pub const fn new(per_second: f64, burst_count: i64) -> Self {
        Self { per_second, burst_count }
    }

    /// Whether there is no limit.
    pub fn is_unlimited(&self) -> bool {
        self.per_second == 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_survive_the_boundary() {
        let limits = vec![
            MediaUploadLimit::new(1, 2).info_uri("x").can_upgrade(true),
            MediaUploadLimit::new(3, 4),
        ];
        for limits in [Some(limits), Some(Vec::new())] {
            let raw = limits.clone().into_raw().unwrap();
            assert_eq!(Answer::from_raw(raw), Ok(limits));
        }
        assert!(None::<Vec<MediaUploadLimit>>.into_raw().is_none());
    }
}
