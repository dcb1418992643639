//! What a module's statements may do. SQLite asks this when it prepares them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::ffi::SQLITE_ATTACH;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

/// Pragmas that only read something. `defer_foreign_keys` lasts until the end of the transaction.
const PRAGMAS: [&str; 17] = [
    "collation_list",
    "compile_options",
    "data_version",
    "defer_foreign_keys",
    "foreign_key_check",
    "foreign_key_list",
    "freelist_count",
    "function_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "page_count",
    "page_size",
    "quick_check",
    "table_info",
    "table_xinfo",
];

/// Functions that reach outside the file or take a pointer.
const FUNCTIONS: [&str; 2] = ["load_extension", "fts3_tokenizer"];

/// Kinds of virtual tables that are confined to the file.
const VIRTUAL_TABLES: [&str; 4] = ["fts5", "fts5vocab", "rtree", "rtree_i32"];

/// Decides what statements may do.
#[derive(Debug, Default)]
pub(super) struct Authorizer {
    /// Whether one of the loader's own statements is running, which may do everything.
    own: AtomicBool,
    refused: Mutex<Option<String>>,
}

impl Authorizer {
    pub(super) fn install(connection: &Connection) -> rusqlite::Result<Arc<Self>> {
        let authorizer = Arc::new(Self::default());
        let asked = Arc::clone(&authorizer);
        connection
            .authorizer(Some(move |context: AuthContext<'_>| asked.judge(&context.action)))?;
        Ok(authorizer)
    }

    /// Runs one of the loader's own statements.
    pub(super) fn own<T>(&self, work: impl FnOnce() -> T) -> T {
        self.own.store(true, Ordering::Relaxed);
        let done = work();
        self.own.store(false, Ordering::Relaxed);
        done
    }

    /// Takes what was refused since the last call.
    pub(super) fn take_refused(&self) -> Option<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn judge(&self, action: &AuthAction<'_>) -> Authorization {
        if self.own.load(Ordering::Relaxed) {
            return Authorization::Allow;
        }
        let Some(what) = forbidden(action) else { return Authorization::Allow };
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.get_or_insert(what);
        Authorization::Deny
    }
}

/// How a message describes this action, if modules may not do it.
fn forbidden(action: &AuthAction<'_>) -> Option<String> {
    let unless = |allowed: bool, what: String| (!allowed).then_some(what);
    match action {
        // The second is an `ATTACH` whose file name is known only at run time.
        AuthAction::Attach { .. } | AuthAction::Unknown { code: SQLITE_ATTACH, .. } => {
            Some("`ATTACH`".to_owned())
        }
        AuthAction::Detach { .. } => Some("`DETACH`".to_owned()),
        AuthAction::Transaction { .. } => {
            Some("`BEGIN`, `COMMIT` or `ROLLBACK` as a statement".to_owned())
        }
        AuthAction::Pragma { pragma_name, pragma_value } => {
            let name = pragma_name.to_ascii_lowercase();
            let reads = name == "user_version" && pragma_value.is_none();
            unless(reads || PRAGMAS.contains(&name.as_str()), format!("`PRAGMA {name}`"))
        }
        AuthAction::Function { function_name } => {
            let name = function_name.to_ascii_lowercase();
            unless(!FUNCTIONS.contains(&name.as_str()), format!("the function `{name}`"))
        }
        AuthAction::CreateVtable { module_name, .. } => {
            let name = module_name.to_ascii_lowercase();
            unless(
                VIRTUAL_TABLES.contains(&name.as_str()),
                format!("a virtual table of the kind `{name}`"),
            )
        }
        AuthAction::Unknown { code, .. } => Some(format!("action number {code}")),
        _ => None,
    }
}
