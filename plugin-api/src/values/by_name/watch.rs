//! Observes the parts of some JSON that are not read.

use serde::de::{Deserializer, Visitor};

/// Observes the keys that no field of a struct is named after.
pub trait Watch: Copy {
    /// Returns the watcher for the contents of a struct with these fields.
    #[must_use]
    fn inside(self, fields: &'static [&'static str]) -> Self;

    /// Deserialises a value that is not read.
    ///
    /// # Errors
    /// Those of the deserializer.
    fn ignored<'de, D: Deserializer<'de>, V: Visitor<'de>>(
        self,
        unread: D,
        visitor: V,
    ) -> Result<V::Value, D::Error>;
}

/// Observes nothing.
impl Watch for () {
    #[inline]
    fn inside(self, _: &'static [&'static str]) -> Self {}

    #[inline]
    fn ignored<'de, D: Deserializer<'de>, V: Visitor<'de>>(
        self,
        unread: D,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        unread.deserialize_ignored_any(visitor)
    }
}
