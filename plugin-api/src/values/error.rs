//! The error type of modules.

use std::error::Error;
use std::fmt;

use hsmod_abi::{Fault, OwnedStr, RawError};
use serde_json::{Map, Value};

use super::error_code::ErrorCode;

/// The reason why a callback gave no answer. The row of each callback says what a failure means.
///
/// With `?`, every [`std::error::Error`] converts into a plain failure, and so do strings and
/// `Box<dyn Error>`. A `Box<dyn Error + Send + Sync>`, which does not implement `Error` itself,
/// needs `.map_err(ModuleError::new)`. [`ModuleError::http`] creates a refusal with an HTTP status.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// fn limit(text: Option<&str>) -> Result<u32, ModuleError> {
///     let limit = text.ok_or("no limit is set")?.parse()?;
///     if limit > 100 {
///         return Err(format!("{limit} is too much").into());
///     }
///     Ok(limit)
/// }
/// assert_eq!(limit(None).unwrap_err().to_string(), "no limit is set");
/// assert_eq!(limit(Some("x")).unwrap_err().to_string(), "invalid digit found in string");
/// assert_eq!(limit(Some("101")).unwrap_err().to_string(), "101 is too much");
///
/// type BoxError = Box<dyn std::error::Error + Send + Sync>;
/// fn read(text: Result<u32, BoxError>) -> Result<u32, ModuleError> {
///     text.map_err(ModuleError::new)
/// }
/// assert_eq!(read(Err("the disk is full".into())).unwrap_err().to_string(), "the disk is full");
/// ```
///
/// Mirrors `synapse.module_api.errors.SynapseError` (the HTTP case) and any other exception (the
/// plain failure).
///
/// It has the size of one pointer: every callback and request returns either an answer or this, and
/// a large error type would slow down the calls that succeed.
#[derive(Clone, PartialEq)]
pub struct ModuleError {
    kind: Box<ErrorKind>,
}

/// The kinds of failure.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A refusal that is passed on to the client.
    Http {
        /// HTTP status.
        status: u16,
        /// `errcode` of the body.
        errcode: ErrorCode,
        /// `error` of the body.
        message: String,
        /// Further fields of the body; may override `errcode` and `error`.
        fields: Map<String, Value>,
    },
    /// Any other failure; where the callback's rule shows failures to clients, they see a 500.
    Failed {
        /// What went wrong, with its causes.
        message: String,
    },
    /// A request that the module made was cancelled.
    Cancelled,
    /// The homeserver did not answer a request.
    Unanswered {
        /// Why.
        reason: Unanswered,
        /// The name of the request, and the reason in words.
        message: String,
    },
    /// A statement would violate a constraint of the module's own tables (`UNIQUE`, `NOT NULL`,
    /// ..).
    ConstraintViolation {
        /// The constraint, in SQLite's words.
        message: String,
    },
}

/// Why a homeserver does not answer a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unanswered {
    /// It never answers this request.
    Unsupported,
    /// This is a trial, in which nothing may have a lasting effect.
    Trial,
    /// The answer needs the lock of a room that the homeserver holds while it waits for this
    /// module. Make the request in
    /// [`run_as_background_process`](crate::ModuleApi::run_as_background_process), and do not await
    /// that in the callback.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # struct Greeter { api: ModuleApi }
    /// # impl Greeter { async fn greet(&self, _: &RoomId) -> Result<(), ModuleError> { Ok(()) } }
    /// # impl Greeter {
    /// async fn on_new_event(&self, event: &Event<'_>) -> Result<(), ModuleError> {
    ///     let (module, room_id) = (self.api.module::<Self>()?, event.room_id().to_owned());
    ///     self.api.run_as_background_process("greet", || async move {
    ///         module.greet(&room_id).await
    ///     });
    ///     Ok(())
    /// }
    /// # }
    /// ```
    WouldDeadlock,
    /// The module is being shut down, or is about to be.
    ShuttingDown,
    /// The module has too many open requests and has to wait for some of the answers; or the
    /// request is nested in 32 callbacks and requests, each of which waits for the next.
    TooMany,
}

impl ModuleError {
    fn of(kind: ErrorKind) -> Self {
        Self { kind: Box::new(kind) }
    }

    /// Creates a plain failure. For an error that a client sees, use [`ModuleError::http`].
    // The compiler shows the line below to those who give a status too; terminals cut long ones.
    #[rustfmt::skip]
    pub fn new(message: impl fmt::Display) -> Self { // for a status: `ModuleError::http`
        Self::of(ErrorKind::Failed { message: message.to_string() })
    }

    /// Creates a refusal that the client sees: `status`, and a body of `errcode` and `error`.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// let error = ModuleError::http(429, ErrorCode::LimitExceeded, "Too many rooms")
    ///     .field("retry_after_ms", 2000);
    /// assert_eq!(error.to_string(), "429 M_LIMIT_EXCEEDED: Too many rooms");
    /// ```
    pub fn http(status: u16, errcode: impl Into<ErrorCode>, message: impl Into<String>) -> Self {
        let (errcode, message) = (errcode.into(), message.into());
        Self::of(ErrorKind::Http { status, errcode, message, fields: Map::new() })
    }

    /// The module gave up because a request that it made was cancelled.
    pub fn cancelled() -> Self {
        Self::of(ErrorKind::Cancelled)
    }

    /// Adds a field to the body of a refusal; has no effect on other kinds.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let ErrorKind::Http { fields, .. } = &mut *self.kind {
            fields.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Adds several fields, see [`Self::field`].
    #[must_use]
    pub fn fields(mut self, added: impl IntoIterator<Item = (String, Value)>) -> Self {
        if let ErrorKind::Http { fields, .. } = &mut *self.kind {
            fields.extend(added);
        }
        self
    }

    /// The error for a request that the homeserver never answers.
    pub fn unsupported(request: &str) -> Self {
        let message = format!("this homeserver does not answer `{request}`");
        Self::of(ErrorKind::Unanswered { reason: Unanswered::Unsupported, message })
    }

    /// The error for a request that the homeserver does not answer for this reason; `message` names
    /// the request.
    pub fn not_answered(reason: Unanswered, message: impl Into<String>) -> Self {
        Self::of(ErrorKind::Unanswered { reason, message: message.into() })
    }

    /// The reason why the homeserver did not answer a request, if that is the failure.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(api: &ModuleApi, user_id: &UserId) -> Result<bool, ModuleError> {
    /// match api.is_user_admin(user_id).await {
    ///     // A homeserver without admins.
    ///     Err(error) if error.unanswered() == Some(Unanswered::Unsupported) => Ok(false),
    ///     answer => answer,
    /// }
    /// # }
    /// ```
    pub const fn unanswered(&self) -> Option<Unanswered> {
        match &*self.kind {
            ErrorKind::Unanswered { reason, .. } => Some(*reason),
            _ => None,
        }
    }

    /// The error for a statement that would violate a constraint of the module's tables; for
    /// implementations of [`run_db_interaction`](crate::ModuleApi::run_db_interaction).
    pub fn constraint_violation(message: impl Into<String>) -> Self {
        Self::of(ErrorKind::ConstraintViolation { message: message.into() })
    }

    /// Whether a statement failed because of a constraint of the module's tables; another value may
    /// then succeed.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn random_token() -> String { String::new() }
    /// # async fn example(tokens: &mut Transaction, user: &UserId) -> Result<(), ModuleError> {
    /// const INSERT: &str = "INSERT INTO tokens (user_id, token) VALUES (?, ?)";
    /// while let Err(error) = tokens.execute(INSERT, &[user.into(), random_token().into()]).await {
    ///     if !error.is_constraint_violation() {
    ///         return Err(error);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Mirrors `IntegrityError` of the database module that Synapse uses.
    pub const fn is_constraint_violation(&self) -> bool {
        matches!(*self.kind, ErrorKind::ConstraintViolation { .. })
    }

    /// The kind of failure.
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Returns the kind of failure.
    pub fn into_kind(self) -> ErrorKind {
        *self.kind
    }
}

impl fmt::Display for ModuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.kind {
            ErrorKind::Http { status, errcode, message, .. } => {
                write!(f, "{status} {errcode}: {message}")
            }
            ErrorKind::Failed { message }
            | ErrorKind::ConstraintViolation { message }
            | ErrorKind::Unanswered { message, .. } => f.write_str(message),
            ErrorKind::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl fmt::Debug for ModuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.kind, f)
    }
}

/// Keeps the messages of the whole chain of an error: the error value itself cannot leave the
/// module's image.
///
/// Rationale: this bound covers errors, strings, boxed errors and the errors of `anyhow`. A list of
/// impls could not cover both all errors and strings, because strings might implement `Error` some
/// day.
impl<'a, E> From<E> for ModuleError
where
    Box<dyn Error + 'a>: From<E>,
{
    fn from(error: E) -> Self {
        let error: Box<dyn Error + 'a> = error.into();
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if !message.contains(&text) {
                message.push_str(": ");
                message.push_str(&text);
            }
            source = cause.source();
        }
        Self::new(message)
    }
}

/// The numbers of errors without an HTTP status.
pub(crate) mod code {
    /// A plain failure.
    pub(crate) const FAILED: u32 = 0;
    /// A request of the module was cancelled.
    pub(crate) const CANCELLED: u32 = 1;
    /// A statement would violate a constraint of the module's tables.
    pub(crate) const CONSTRAINT_VIOLATION: u32 = 2;
    /// A request of the module was not answered: the number of the first reason.
    pub(crate) const UNANSWERED: u32 = 16;
    /// The lowest possible HTTP status.
    pub(crate) const STATUS: u32 = 100;
}

impl Unanswered {
    const ALL: [Self; 5] =
        [Self::Unsupported, Self::Trial, Self::WouldDeadlock, Self::ShuttingDown, Self::TooMany];

    /// The number of an unanswered request with this reason.
    pub(crate) const fn code(self) -> u32 {
        code::UNANSWERED
            + match self {
                Self::Unsupported => 0,
                Self::Trial => 1,
                Self::WouldDeadlock => 2,
                Self::ShuttingDown => 3,
                Self::TooMany => 4,
            }
    }
}

impl Fault for ModuleError {
    fn into_raw(self) -> RawError {
        match *self.kind {
            ErrorKind::Http { status, errcode, message, fields } => RawError {
                code: u32::from(status).max(code::STATUS),
                flags: 0,
                errcode: errcode.as_str().into(),
                message: message.into(),
                fields: super::verdict::raw_fields(&fields),
            },
            ErrorKind::Failed { message } => RawError::new(code::FAILED, message),
            ErrorKind::Cancelled => RawError::new(code::CANCELLED, OwnedStr::NONE),
            ErrorKind::ConstraintViolation { message } => {
                RawError::new(code::CONSTRAINT_VIOLATION, message)
            }
            ErrorKind::Unanswered { reason, message } => RawError::new(reason.code(), message),
        }
    }

    fn from_raw(raw: RawError) -> Self {
        let message = raw.message.to_text().unwrap_or_default();
        let kind = match raw.code {
            code::CANCELLED => ErrorKind::Cancelled,
            code::CONSTRAINT_VIOLATION => ErrorKind::ConstraintViolation { message },
            code @ code::UNANSWERED..code::STATUS => {
                let reason = Unanswered::ALL.into_iter().find(|reason| reason.code() == code);
                // A later version may have more reasons.
                let reason = reason.unwrap_or(Unanswered::Unsupported);
                ErrorKind::Unanswered { reason, message }
            }
            status @ code::STATUS.. => ErrorKind::Http {
                status: u16::try_from(status).unwrap_or(500),
                errcode: raw.errcode.to_text().map_or(ErrorCode::Unknown, ErrorCode::from),
                message,
                fields: super::verdict::fields_of(&raw.fields),
            },
            // `FAILED`, and kinds that only a later version knows.
            _ => ErrorKind::Failed { message },
        };
        Self::of(kind)
    }

    fn unreadable(why: &dyn fmt::Display) -> Self {
        Self::new(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_survive_the_boundary() {
        for error in [
            ModuleError::new("disk full"),
            ModuleError::cancelled(),
            ModuleError::constraint_violation("UNIQUE constraint failed: t.a"),
            ModuleError::unsupported("get_room_state"),
            ModuleError::not_answered(Unanswered::TooMany, "256 requests at once"),
            ModuleError::http(418, "X.TEAPOT", "teapot").field("k", 1),
            ModuleError::http(418, String::from("X.TEAPOT"), "teapot")
                .field("k", 1)
                .fields([("k".to_owned(), 2.into()), ("l".to_owned(), Value::Null)]),
        ] {
            assert_eq!(ModuleError::from_raw(error.clone().into_raw()), error);
        }
    }

    #[test]
    fn common_errors_convert_into_failures() {
        let read = "x".parse::<u32>().unwrap_err();
        let boxed: Box<dyn Error> = "boxed".into();
        for (error, text) in [
            (ModuleError::from("text"), "text"),
            (String::from("owned").into(), "owned"),
            (std::borrow::Cow::from("either").into(), "either"),
            (boxed.into(), "boxed"),
            (super::super::ConfigError::new("bad").at("key").into(), "key: bad"),
            (read.into(), "invalid digit found in string"),
        ] {
            assert_eq!(error, ModuleError::new(text));
        }
        // An error that borrows and cannot be sent to another thread converts, too.
        let lock = std::sync::Mutex::new(7);
        let locked = || Ok::<u32, ModuleError>(*lock.lock()?);
        assert_eq!(locked(), Ok(7));
    }

    #[test]
    fn unknown_errors_keep_their_message() {
        let told = |code| ModuleError::from_raw(RawError::new(code, "new"));
        assert_eq!(told(code::UNANSWERED - 1), ModuleError::new("new"));
        let unanswered = ModuleError::not_answered(Unanswered::Unsupported, "new");
        assert_eq!(told(code::STATUS - 1), unanswered);
    }
}
