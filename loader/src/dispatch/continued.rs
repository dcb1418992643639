//! Calls that a module wants after its answer: when a user has logged in, or a batch of a
//! background update has run.

use std::time::Duration;

use hsmod_plugin_api::callbacks::password_auth_provider::rows::check_auth;
use hsmod_plugin_api::host::{Continuation, Entered, IntoJson, Subject};
use hsmod_plugin_api::values::{AcceptedLogin, JsonStr, UpdateGuard};

use super::decision::Answerer;
use super::responsible::Responsible;
use tokio::time::Instant;

use crate::call_error::{CallError, Cause};
use crate::generation::Alive;
use crate::policy::Rule;
use crate::record::{self, Place};

/// A call that a module wants after its answer. A shutdown waits for it as for any other call.
#[derive(Debug)]
struct Continued {
    /// `None` once it has been made.
    call: Option<Continuation>,
    module: usize,
    place: Place,
    by: Responsible,
    limit: Option<Duration>,
    _alive: Alive,
}

/// How to report a failure.
struct Terms<'a> {
    /// What the log calls this call.
    what: &'static str,
    subject: &'a Subject,
    /// Whether no caller waits for it, so that the homeserver continues.
    passed_over: bool,
}

impl Continued {
    fn new(call: Continuation, by: Answerer<'_>) -> Self {
        Self {
            call: Some(call),
            module: by.member.number,
            place: by.place,
            by: Responsible::new(by),
            limit: by.limit,
            _alive: by.member.alive.clone(),
        }
    }

    /// Makes the call, with the time limit of the callback that requested it.
    async fn run(mut self, input: &JsonStr, terms: Terms<'_>) -> Result<(), CallError> {
        let Some(call) = self.call.take() else { return Ok(()) };
        let call = record::inside(self.module, self.place, call.call(self.module, input));
        let deadline = self.limit.and_then(|limit| Instant::now().checked_add(limit));
        let call = call.until(deadline);
        let entered = match self.limit {
            None => Ok(call.await),
            Some(limit) => tokio::time::timeout(limit, call).await.map_err(|_| limit),
        };
        let cause = match entered {
            Ok(Entered::Ready(Err(error))) => Cause::Error(error),
            Ok(Entered::Panicked(panic)) => Cause::Panicked(panic),
            Err(limit) => Cause::TimedOut(limit),
            Ok(_) => return Ok(()),
        };
        let Terms { what, subject, passed_over } = terms;
        let error = self.by.error(cause);
        if error.is_denial() && !passed_over {
            self.by.deny(what, &error, subject);
        } else {
            self.by.fail(what, &error, subject, passed_over);
        }
        Err(error)
    }
}

impl Drop for Continued {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            let _inside = record::enter(self.module, self.place);
            drop(call);
        }
    }
}

/// A login that a module has accepted.
///
/// ```
/// # use hsmod_loader::{CallError, Json, Modules};
/// # async fn example(modules: Modules, password: &str) -> Result<(), CallError> {
/// let asked = modules.password_auth_provider().check_auth(
///     "alice", "m.login.password", Json(r#"{"password": "secret"}"#),
/// );
/// if let Some(login) = asked.await? {
///     // ... make a device and an access token for login.user_id() ...
///     let response = serde_json::json!({"user_id": login.user_id(), "device_id": "ABC"});
///     login.on_login(hsmod_loader::Ser(&response)).await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Login {
    user_id: String,
    on_login: Option<Continued>,
}

impl Login {
    pub(super) fn new(login: AcceptedLogin, by: Answerer<'_>) -> Self {
        let (user_id, on_login) = login.into_parts();
        Self { user_id, on_login: on_login.map(|call| Continued::new(call, by)) }
    }

    /// The full user ID. The homeserver has to check whether this user exists.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// Whether the module wants to be called when the user has logged in.
    pub const fn wants_response(&self) -> bool {
        self.on_login.is_some()
    }

    /// Tells the module that the user has logged in. Call this just before the response to
    /// `POST /login` is sent, and pass its body; do not call it where the credentials only confirm
    /// an operation.
    ///
    /// # Errors
    /// The module fails, which fails the login; or the response cannot be serialized to JSON.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn on_login(self, response: impl IntoJson) -> Result<(), CallError> {
        let Some(on_login) = self.on_login else { return Ok(()) };
        match response.into_json() {
            Ok(response) => {
                let mut subject = Subject::default();
                subject.user_id = Some(self.user_id);
                let terms = Terms { what: "on_login", subject: &subject, passed_over: false };
                on_login.run(JsonStr::new(&response), terms).await
            }
            Err(error) => {
                let (policy, cause) = (check_auth::POLICY, Cause::Input(error.to_string()));
                Err(CallError::new(policy.full_name, None, cause, policy.refusal))
            }
        }
    }
}

/// A batch of a background update that its controller allows to run.
///
/// If it is dropped without [`exit`](Self::exit), because the batch failed or its task ended, the
/// controller is told in the background.
#[derive(Debug)]
pub struct Update {
    desired_duration_ms: i64,
    on_exit: Option<Continued>,
}

impl Update {
    pub(super) fn new(guard: UpdateGuard, by: Option<Answerer<'_>>) -> Self {
        let (desired_duration_ms, on_exit) = guard.into_parts();
        let on_exit = on_exit.zip(by).map(|(call, by)| Continued::new(call, by));
        Self { desired_duration_ms, on_exit }
    }

    /// How long the batch should take. Zero asks for the smallest possible batch.
    pub fn desired_duration(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.desired_duration_ms).unwrap_or_default())
    }

    /// The same in milliseconds as the controller gave it, which may be negative: as in Synapse,
    /// that asks for the smallest batch.
    pub const fn desired_duration_ms(&self) -> i64 {
        self.desired_duration_ms
    }

    /// Tells the controller that the batch has run or has failed.
    ///
    /// # Errors
    /// The module fails, which counts as a failure of the update.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn exit(mut self) -> Result<(), CallError> {
        match self.on_exit.take() {
            Some(on_exit) => {
                on_exit.run(JsonStr::new("null"), ended(&Subject::default(), false)).await
            }
            None => Ok(()),
        }
    }
}

impl Drop for Update {
    fn drop(&mut self) {
        let (Some(on_exit), Ok(runtime)) =
            (self.on_exit.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        runtime.spawn(async move {
            // A failure is logged by `run`; no caller waits for it.
            let _ = on_exit.run(JsonStr::new("null"), ended(&Subject::default(), true)).await;
        });
    }
}

const fn ended(subject: &Subject, passed_over: bool) -> Terms<'_> {
    Terms { what: "on_exit", subject, passed_over }
}
