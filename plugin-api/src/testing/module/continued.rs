//! Continuations that a module attached to its answers.

use serde_json::Value;

use super::Failed;
use crate::host::{Continuation, Entered};
use crate::values::{AcceptedLogin, JsonStr, UpdateGuard};

/// Tells the module that a user whose login it accepted is logged in. `response` is the body of the
/// response to `POST /login`.
///
/// ```
/// use hsmod_plugin_api::prelude::*;
/// use hsmod_plugin_api::testing::{block_on, log_in};
///
/// let login = AcceptedLogin::new("@alice:example.com")
///     .on_login(|response| async move { Err(ModuleError::new(response.user_id)) });
/// let told = block_on(log_in(login, &serde_json::json!({"user_id": "@alice:example.com"})));
/// assert_eq!(told.unwrap_err().to_string(), "@alice:example.com");
/// ```
///
/// # Errors
/// The module fails.
pub async fn log_in(login: AcceptedLogin, response: &Value) -> Result<(), Failed> {
    run(login.into_parts().1, &response.to_string()).await
}

/// Tells the module that a batch of a background update, which it allowed, has run.
///
/// # Errors
/// The module fails.
pub async fn exit(guard: UpdateGuard) -> Result<(), Failed> {
    run(guard.into_parts().1, "null").await
}

async fn run(continuation: Option<Continuation>, input: &str) -> Result<(), Failed> {
    let Some(continuation) = continuation else { return Ok(()) };
    match continuation.call(0, JsonStr::new(input)).await {
        Entered::Ready(Err(error)) => Err(Failed::Error(error)),
        Entered::Panicked(panic) => Err(Failed::Panicked(panic)),
        _ => Ok(()),
    }
}
