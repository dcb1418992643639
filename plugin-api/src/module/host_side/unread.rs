//! Collects the keys of a config that its module does not read.

use std::cell::RefCell;

use super::log::{LogRecord, LogValue};
use crate::module::unread::{KNOWN, PATH, TARGET, UnreadKey};
use crate::values::ConfigKey;

thread_local! {
    /// The unread keys of the config that this thread is parsing; `None` outside of parsing.
    static FOUND: RefCell<Option<Vec<UnreadKey>>> = const { RefCell::new(None) };
}

/// Returns the result of `parse`, and the keys that it did not read.
pub(super) fn collect<T>(parse: impl FnOnce() -> T) -> (T, Vec<UnreadKey>) {
    let before = FOUND.replace(Some(Vec::new()));
    let parsed = parse();
    (parsed, FOUND.replace(before).unwrap_or_default())
}

/// Stores a key of the config that is being parsed; returns it if no config is.
pub(in crate::module) fn note(key: UnreadKey) -> Option<UnreadKey> {
    FOUND.with_borrow_mut(|found| match found {
        Some(found) => {
            found.push(key);
            None
        }
        None => Some(key),
    })
}

/// Whether a record of another image reports an unread key that was stored.
pub(super) fn is_noted<S>(record: &LogRecord<'_, S>) -> bool {
    record.target == TARGET && read(record).is_some_and(|key| note(key).is_none())
}

fn read<S>(record: &LogRecord<'_, S>) -> Option<UnreadKey> {
    let text = |name| {
        record.fields.iter().find_map(|(its, value)| match value {
            LogValue::Text(text) if *its == name => Some(*text),
            _ => None,
        })
    };
    let path = ConfigKey::read_list(text(PATH)?);
    let known = serde_json::from_str(text(KNOWN)?).unwrap_or_default();
    (!path.is_empty()).then_some(UnreadKey { path, known })
}
