//! What a module's statements may do: SQLite asks while it reads them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use rusqlite::ffi::SQLITE_ATTACH;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

/// Pragmas that tell something and change nothing. `defer_foreign_keys` ends with the transaction.
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

/// Functions that leave the file or take a pointer.
const FUNCTIONS: [&str; 2] = ["load_extension", "fts3_tokenizer"];

/// Kinds of virtual tables that keep to the file.
const VIRTUAL_TABLES: [&str; 4] = ["fts5", "fts5vocab", "rtree", "rtree_i32"];

/// Stands between a module's statements and SQLite.
#[derive(Debug, Default)]
pub(super) struct Authorizer {
    /// The loader's own statements are let through.
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

    /// What was refused since this was last asked.
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

/// What the module may not do of this, as a message says it.
fn forbidden(action: &AuthAction<'_>) -> Option<String> {
    let unless = |allowed: bool, what: String| (!allowed).then_some(what);
    match action {
        // The second is an `ATTACH` of a name that is only known when it runs.
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
        AuthAction::Unknown { code, .. } => Some(format!("an action with the number {code}")),
        _ => None,
    }
}
