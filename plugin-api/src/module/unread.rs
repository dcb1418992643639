//! Keys of a config that the module does not read: a misspelt key has no effect, and the default
//! applies.
//!
//! Such keys are not errors, so `parse_config` does not return them: they reach the homeserver
//! through the log, as a record with a special target. A homeserver that does not know the target
//! logs a warning.

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

/// The target of the record of an unread key.
pub(super) const TARGET: &str = "hsmod::unread_key";
/// The fields of the record: the path to the key, and the keys that would be read there, each as a
/// JSON list.
pub(super) const PATH: &str = "path";
pub(super) const KNOWN: &str = "known";

/// A key of a config that the module does not read. Reported to the homeserver that has the module
/// parse its config.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnreadKey {
    /// The path from the module's `config` to the key.
    pub path: Vec<ConfigKey>,
    /// The keys that would be read in its place.
    pub known: Vec<String>,
}

impl fmt::Display for UnreadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path: Vec<String> = self.path.iter().map(ConfigKey::to_string).collect();
        write!(f, "`{}` in the config has no effect: the module does not read it", path.join("."))
    }
}

impl UnreadKey {
    /// Reports the key to the homeserver.
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

/// Records the values of a config that are not read, and where in its text they are.
#[derive(Clone, Copy)]
pub(super) struct Unread<'a> {
    pub(super) text: &'a str,
    /// The fields of the innermost struct.
    pub(super) known: &'static [&'static str],
    /// The positions of those values in the text, each with the keys that would be read there.
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
