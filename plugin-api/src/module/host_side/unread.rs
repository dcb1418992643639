//! Keys of a config that nobody reads, as the homeserver hears of them.

use std::cell::RefCell;

use super::log::{LogRecord, LogValue};
use crate::module::unread::{KNOWN, PATH, TARGET, UnreadKey};
use crate::values::ConfigKey;

thread_local! {
    /// What the config has that this thread is having parsed; `None` while it has none parsed.
    static FOUND: RefCell<Option<Vec<UnreadKey>>> = const { RefCell::new(None) };
}

/// What `parse` returns, and the keys that nobody read in it.
pub(super) fn collect<T>(parse: impl FnOnce() -> T) -> (T, Vec<UnreadKey>) {
    let before = FOUND.replace(Some(Vec::new()));
    let parsed = parse();
    (parsed, FOUND.replace(before).unwrap_or_default())
}

/// Keeps a key of the config that is being parsed; gives it back if none is.
pub(in crate::module) fn note(key: UnreadKey) -> Option<UnreadKey> {
    FOUND.with_borrow_mut(|found| match found {
        Some(found) => {
            found.push(key);
            None
        }
        None => Some(key),
    })
}

/// Whether a record of another image tells of such a key, and it is kept.
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
