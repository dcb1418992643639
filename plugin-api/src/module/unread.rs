//! Keys of a config that nobody reads: a misspelt one has no effect, and the default stands.
//!
//! They are no error, so they are no answer of `parse_config`: they go to the homeserver with the
//! log, as a record whose target says that it is one of these. A homeserver that does not know the
//! target logs a warning.

use std::cell::RefCell;
use std::fmt;

use hsmod_abi::{LogParent, RawField, Slice, Str};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::log;
use crate::values::ConfigKey;
use crate::values::by_name::Watch;

/// What the record of an unread key is about.
pub(super) const TARGET: &str = "hsmod::unread_key";
/// Its fields: the way to the key, and the keys that would be read there, each as a JSON list.
pub(super) const PATH: &str = "path";
pub(super) const KNOWN: &str = "known";

/// A key of a config that nobody reads: whoever has a module parse its config gets to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadKey {
    /// The way from the module's `config` to the key.
    pub path: Vec<ConfigKey>,
    /// The keys that would be read in its place.
    pub known: Vec<String>,
}

impl fmt::Display for UnreadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path: Vec<String> = self.path.iter().map(ConfigKey::to_string).collect();
        write!(f, "nobody reads `{}` of the config: it has no effect", path.join("."))
    }
}

impl UnreadKey {
    /// Tells the homeserver, if somebody there is asking.
    pub(super) fn tell(self) {
        #[cfg(feature = "host")]
        let Some(this) = super::host_side::unread::note(self) else { return };
        #[cfg(not(feature = "host"))]
        let this = self;
        this.log();
    }

    fn log(&self) {
        let path = ConfigKey::list(self.path.clone()).to_string();
        let known = Value::from(self.known.clone()).to_string();
        let message = self.to_string();
        let text = |name, text| RawField::new(name, RawField::TEXT, 0, text);
        let fields = [text("message", &message), text(PATH, &path), text(KNOWN, &known)];
        let mut record = log::recorded();
        record.level = 2;
        record.target = Str::new(TARGET);
        record.fields = Slice::new(&fields);
        log::emit(record, &LogParent::Current);
    }
}

/// Sees what nobody reads of a config, and where in its text that is.
#[derive(Clone, Copy)]
pub(super) struct Unread<'a> {
    pub(super) text: &'a str,
    /// The fields of the innermost struct.
    pub(super) known: &'static [&'static str],
    /// The places of the values in the text, each with what would be read there.
    pub(super) found: &'a RefCell<Vec<(usize, &'static [&'static str])>>,
}

impl Watch for Unread<'_> {
    fn inside(self, fields: &'static [&'static str]) -> Self {
        Self { known: fields, ..self }
    }

    fn ignored<'de, D: Deserializer<'de>, V: Visitor<'de>>(
        self,
        unread: D,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let value = <&RawValue>::deserialize(unread)?.get();
        if let Some(place) = value.as_ptr().addr().checked_sub(self.text.as_ptr().addr()) {
            self.found.borrow_mut().push((place, self.known));
        }
        let mut value = serde_json::Deserializer::from_str(value);
        value.deserialize_ignored_any(visitor).map_err(D::Error::custom)
    }
}
