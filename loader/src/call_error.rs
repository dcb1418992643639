//! Why an operation must not go on, and what the client is shown.

use std::fmt;
use std::time::Duration;

use hsmod_plugin_api::host::Panic;
use hsmod_plugin_api::module::StageError;
use hsmod_plugin_api::values::{ErrorCode, ErrorKind, ModuleError, Verdict};
use serde_json::{Map, Value};

use crate::policy::Refusal;

/// A module refused or failed, or an argument could not be read.
///
/// It is one pointer in size, so that an answer without objection costs nothing. A homeserver
/// passes `status()` and `body()` on to its client; they are what Synapse's clients see.
///
/// ```
/// # use hsmod_loader::CallError;
/// # fn example(error: CallError) -> (u16, String) {
/// if !error.is_denial() {
///     eprintln!("{error}");
/// }
/// (error.status(), serde_json::Value::Object(error.body()).to_string())
/// # }
/// ```
#[derive(Clone)]
pub struct CallError(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    callback: &'static str,
    /// The name of the module; `None` if no module is to blame.
    module: Option<String>,
    cause: Cause,
    refusal: Refusal,
}

/// The cause of a [`CallError`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Cause {
    /// The module's verdict.
    Verdict(Verdict),
    /// The module returned an error.
    Error(ModuleError),
    /// The module panicked.
    Panicked(Panic),
    /// The module did not answer in time.
    TimedOut(Duration),
    /// An argument that the homeserver gave could not be read.
    Input(String),
}

/// Who is responsible for a [`CallError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallErrorKind {
    /// A module refused: by its verdict, or by an error with its own HTTP status below 500.
    Denied,
    /// A module failed.
    Failed(FailureKind),
    /// The homeserver gave an argument that could not be read.
    Input,
}

/// How a module failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// It returned an error.
    Error,
    /// It panicked.
    Panicked,
    /// It did not answer in time.
    TimedOut,
    /// A request it made was cancelled.
    Cancelled,
    /// The notification was not queued, usually because too many were waiting already.
    Untold,
}

impl FailureKind {
    /// `error`, `panicked`, `timed_out`, `cancelled` or `untold`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Panicked => "panicked",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Untold => "untold",
        }
    }
}

impl FailureKind {
    pub(crate) const fn of(error: &ModuleError) -> Self {
        match error.kind() {
            ErrorKind::Cancelled => Self::Cancelled,
            _ => Self::Error,
        }
    }

    pub(crate) const fn of_stage(error: &StageError) -> Self {
        match error {
            StageError::Module(error) => Self::of(error),
            StageError::Panicked(_) => Self::Panicked,
            _ => Self::Error,
        }
    }
}

impl CallError {
    #[cold]
    pub(crate) fn new(
        callback: &'static str,
        module: Option<&str>,
        cause: Cause,
        refusal: Refusal,
    ) -> Self {
        let module = module.map(str::to_owned);
        Self(Box::new(Inner { callback, module, cause, refusal }))
    }

    /// Replaces the defaults that are used where the module's refusal leaves something open.
    #[must_use]
    pub fn with_refusal(mut self, refusal: Refusal) -> Self {
        self.0.refusal = refusal;
        self
    }

    /// Adds a field to the body that the client is shown.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Cause::Verdict(verdict) = &mut self.0.cause {
            *verdict = std::mem::take(verdict).field(name, value);
        }
        self
    }

    /// Who is responsible.
    pub fn kind(&self) -> CallErrorKind {
        match &self.0.cause {
            Cause::Verdict(_) => CallErrorKind::Denied,
            Cause::Error(error) => match error.kind() {
                ErrorKind::Http { status, .. } if *status < 500 => CallErrorKind::Denied,
                _ => CallErrorKind::Failed(FailureKind::of(error)),
            },
            Cause::Panicked(_) => CallErrorKind::Failed(FailureKind::Panicked),
            Cause::TimedOut(_) => CallErrorKind::Failed(FailureKind::TimedOut),
            Cause::Input(_) => CallErrorKind::Input,
        }
    }

    /// Whether a module refused, which is no failure: [`CallErrorKind::Denied`]. Otherwise a module
    /// failed, or an argument could not be read.
    pub fn is_denial(&self) -> bool {
        self.kind() == CallErrorKind::Denied
    }

    /// The cause.
    pub fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// Displays the reason without the module and the callback.
    pub(crate) const fn reason(&self) -> Reason<'_> {
        Reason(self)
    }

    /// The callback's full name: `spam_checker.user_may_invite`.
    pub fn callback(&self) -> &'static str {
        self.0.callback
    }

    /// The name of the module that refused or failed.
    pub fn module(&self) -> Option<&str> {
        self.0.module.as_deref()
    }

    /// The HTTP status for the client.
    pub fn status(&self) -> u16 {
        match &self.0.cause {
            Cause::Verdict(_) => self.0.refusal.status,
            Cause::Error(error) => match error.kind() {
                ErrorKind::Http { status, .. } => *status,
                ErrorKind::Cancelled => 499,
                _ => 500,
            },
            _ => 500,
        }
    }

    /// The `errcode` for the client.
    pub fn errcode(&self) -> String {
        self.text("errcode")
    }

    /// The `error` text for the client.
    pub fn message(&self) -> String {
        self.text("error")
    }

    /// The fields of the client's body other than `errcode` and `error`: the further fields of the
    /// module's refusal. Most refusals have none.
    ///
    /// This is for homeservers whose own error type keeps the three apart; [`Self::body`] is all of
    /// them together. If the module's fields include `errcode` or `error`, they show in
    /// [`Self::errcode`] and [`Self::message`] and not here.
    ///
    /// ```
    /// use hsmod_loader::policy::upload_refused;
    /// use hsmod_loader::values::MediaUploadLimit;
    ///
    /// let refused = upload_refused(&MediaUploadLimit::new(1, 1000), "https://example.org/more");
    /// assert_eq!(refused.errcode(), "M_USER_LIMIT_EXCEEDED");
    /// assert_eq!(refused.fields()["info_uri"], "https://example.org/more");
    /// assert_eq!(refused.fields().len(), 1);
    /// ```
    pub fn fields(&self) -> Map<String, Value> {
        let mut fields = self.body();
        fields.retain(|name, _| !matches!(name.as_str(), "errcode" | "error"));
        fields
    }

    fn text(&self, key: &str) -> String {
        match self.body().remove(key) {
            Some(Value::String(text)) => text,
            other => other.unwrap_or_default().to_string(),
        }
    }

    /// The complete JSON body for the client: `errcode`, `error`, and the module's own fields,
    /// which override these two.
    pub fn body(&self) -> Map<String, Value> {
        let refusal = &self.0.refusal;
        let none = Map::new();
        let (errcode, message, fields) = match &self.0.cause {
            Cause::Verdict(_) if refusal.fixed => (refusal.errcode, refusal.message, &none),
            Cause::Verdict(Verdict::Deny(denial)) => {
                let message = denial.message.as_deref().unwrap_or(refusal.message);
                (denial.errcode.as_str(), message, &denial.fields)
            }
            Cause::Error(error) => match error.kind() {
                ErrorKind::Http { errcode, message, fields, .. } => {
                    (errcode.as_str(), message.as_str(), fields)
                }
                ErrorKind::Cancelled => ("M_UNKNOWN", "Request cancelled", &none),
                _ => ("M_UNKNOWN", "Internal server error", &none),
            },
            _ => ("M_UNKNOWN", "Internal server error", &none),
        };
        let mut body = Map::new();
        body.insert("errcode".to_owned(), errcode.into());
        body.insert("error".to_owned(), message.into());
        body.extend(fields.clone());
        body
    }
}

/// For the log: module, callback and reason.
impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(module) = &self.0.module {
            write!(f, "module `{module}`: ")?;
        }
        write!(f, "{}: {}", self.0.callback, self.reason())
    }
}

/// Displays the reason without the module and the callback.
pub(crate) struct Reason<'a>(&'a CallError);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = self.0;
        match error.cause() {
            Cause::Verdict(_) => write!(f, "denied: {} {}", error.errcode(), error.message()),
            Cause::Error(error) => write!(f, "{error}"),
            Cause::Panicked(panic) => write!(f, "panicked: {panic}"),
            Cause::TimedOut(limit) => write!(f, "no answer within {limit:?}"),
            Cause::Input(message) => f.write_str(message),
        }
    }
}

impl fmt::Debug for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl std::error::Error for CallError {}

/// A `Deny` whose errcode and text come from the callback's policy.
pub(crate) fn plain_denial() -> Verdict {
    Verdict::deny(ErrorCode::Forbidden)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const REFUSAL: Refusal =
        Refusal { status: 403, errcode: "M_FORBIDDEN", message: "Forbidden", fixed: false };

    fn error(cause: Cause) -> CallError {
        CallError::new("spam_checker.user_may_invite", Some("m"), cause, REFUSAL)
    }

    fn http(status: u16) -> CallError {
        let error = ModuleError::http(status, ErrorCode::Forbidden, "no");
        self::error(Cause::Error(error.field("until", 5)))
    }

    fn all() -> Vec<CallError> {
        let overriding = plain_denial()
            .message("no")
            .field("error", "overridden")
            .field("errcode", json!(["A", 1]))
            .field("until", "tomorrow")
            .field("", json!({"error": "inside"}));
        vec![
            error(Cause::Verdict(plain_denial())),
            error(Cause::Verdict(overriding.clone())),
            error(Cause::Verdict(overriding)).with_refusal(Refusal { fixed: true, ..REFUSAL }),
            error(Cause::Verdict(plain_denial())).field("until", 1),
            http(302),
            http(499),
            http(500),
            error(Cause::Error(ModuleError::new("broken"))),
            error(Cause::Error(ModuleError::cancelled())),
            error(Cause::TimedOut(Duration::from_secs(1))),
            error(Cause::Input("unreadable".to_owned())),
        ]
    }

    #[test]
    fn refusals_and_failures_are_distinguished() {
        let denials: Vec<_> = all().iter().map(CallError::is_denial).collect();
        assert_eq!(denials[..6], [true; 6]);
        assert_eq!(denials[6..], [false; 5]);
    }

    #[test]
    fn fields_are_the_body_without_errcode_and_error() {
        let fields: Vec<_> = all().iter().map(|error| Value::from(error.fields())).collect();
        let own = json!({"until": "tomorrow", "": {"error": "inside"}});
        let none = json!({});
        let http = json!({"until": 5});
        assert_eq!(fields[..4], [none.clone(), own, none.clone(), json!({"until": 1})]);
        assert_eq!(fields[4..7], [http.clone(), http.clone(), http]);
        assert_eq!(fields[7..], vec![none; 4]);
        for error in all() {
            let mut whole = error.body();
            let (errcode, message) = (whole.remove("errcode"), whole.remove("error"));
            assert!(errcode.is_some() && message.is_some(), "{error}");
            assert_eq!(whole, error.fields(), "{error}");
        }
        let [errcode, message] = [all()[1].errcode(), all()[1].message()];
        assert_eq!((errcode.as_str(), message.as_str()), (r#"["A",1]"#, "overridden"));
    }
}
