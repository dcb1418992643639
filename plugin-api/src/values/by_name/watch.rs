//! What of some JSON nobody reads.

use serde::de::{Deserializer, Visitor};

/// Who sees what nobody reads: the keys that no field of a struct is named after.
pub trait Watch: Copy {
    /// For what is inside of a struct of these fields.
    #[must_use]
    fn inside(self, fields: &'static [&'static str]) -> Self;

    /// Reads what nobody wants.
    ///
    /// # Errors
    /// As the deserializer has them.
    fn ignored<'de, D: Deserializer<'de>, V: Visitor<'de>>(
        self,
        unread: D,
        visitor: V,
    ) -> Result<V::Value, D::Error>;
}

/// Nobody.
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
