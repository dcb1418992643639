//! The names of Synapse's `Codes`: those of `ErrorCode`, in capitals.

use std::sync::LazyLock;

use hsmod_plugin_api::values::ErrorCode;

/// Every code that has a name, with its name: `FORBIDDEN`.
pub(crate) static CODES: LazyLock<Vec<(String, ErrorCode)>> = LazyLock::new(|| {
    let named = |code: &ErrorCode| (capitals(&format!("{code:?}")), code.clone());
    ErrorCode::NAMED.iter().map(named).collect()
});

/// `LimitExceeded` as `LIMIT_EXCEEDED`.
fn capitals(name: &str) -> String {
    let mut capitals = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !capitals.is_empty() {
            capitals.push('_');
        }
        capitals.push(letter.to_ascii_uppercase());
    }
    capitals
}
