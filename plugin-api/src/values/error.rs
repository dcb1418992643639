//! How a module says that it failed.

use std::error::Error;
use std::fmt;

use hsmod_abi::{Fault, OwnedStr, RawError};
use serde_json::{Map, Value};

use super::error_code::ErrorCode;

/// Why a callback gave no answer. What that means is the callback's own rule: see its row.
///
/// Every [`std::error::Error`] turns into a plain failure with `?`, and so do a text and a
/// `Box<dyn Error>`; of a `Box<dyn Error + Send + Sync>`, which is no error in itself,
/// `.map_err(ModuleError::new)` makes one. A refusal with a status of its own is made with
/// [`ModuleError::http`].
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
/// It is one pointer: whatever a module asks or is asked answers either something or this, and
/// nobody moves a large one about where nothing fails.
#[derive(Clone, PartialEq)]
pub struct ModuleError {
    kind: Box<ErrorKind>,
}

/// The ways to fail.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A refusal that a client is to see as it is.
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
    /// Anything else; a client sees 500 where the callback's rule shows failures at all.
    Failed {
        /// What went wrong, with its causes.
        message: String,
    },
    /// A request the module made was cancelled.
    Cancelled,
    /// The homeserver did not answer a request.
    Unanswered {
        /// Why.
        reason: Unanswered,
        /// The request, and why, in words.
        message: String,
    },
    /// A constraint of the module's own tables (`UNIQUE`, `NOT NULL`, ..) forbids what a statement
    /// would do.
    ConstraintViolation {
        /// Which, in SQLite's words.
        message: String,
    },
}

/// Why a homeserver does not answer a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unanswered {
    /// It never answers this one.
    Unsupported,
    /// This start is a trial: nothing is to last.
    Trial,
    /// The module asks while the homeserver holds the lock of a room that the answer needs, and
    /// waits for the module: to be asked for in
    /// [`run_as_background_process`](crate::ModuleApi::run_as_background_process), which is not
    /// awaited in the callback.
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
    /// The module is shut down, or about to be.
    ShuttingDown,
    /// The module has asked for too much at once, and is to wait for some of the answers; or asks
    /// inside of 32 callbacks and requests each of which waits for the next.
    TooMany,
}

impl ModuleError {
    fn of(kind: ErrorKind) -> Self {
        Self { kind: Box::new(kind) }
    }

    /// A plain failure. What a client is to see is made with [`ModuleError::http`].
    // The compiler shows the line below to those who give a status too; terminals cut long ones.
    #[rustfmt::skip]
    pub fn new(message: impl fmt::Display) -> Self { // for a status: `ModuleError::http`
        Self::of(ErrorKind::Failed { message: message.to_string() })
    }

    /// A refusal that a client is to see: `status`, and a body of `errcode` and `error`.
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

    /// The module gave up because a request it made was cancelled.
    pub fn cancelled() -> Self {
        Self::of(ErrorKind::Cancelled)
    }

    /// Adds a field to the body of a refusal; of no effect on the other cases.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let ErrorKind::Http { fields, .. } = &mut *self.kind {
            fields.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Adds several, as [`Self::field`] does one.
    #[must_use]
    pub fn fields(mut self, added: impl IntoIterator<Item = (String, Value)>) -> Self {
        if let ErrorKind::Http { fields, .. } = &mut *self.kind {
            fields.extend(added);
        }
        self
    }

    /// The homeserver never answers a request of this name.
    pub fn unsupported(request: &str) -> Self {
        let message = format!("this homeserver does not answer `{request}`");
        Self::of(ErrorKind::Unanswered { reason: Unanswered::Unsupported, message })
    }

    /// The homeserver does not answer a request, for a reason; the message names the request.
    pub fn not_answered(reason: Unanswered, message: impl Into<String>) -> Self {
        Self::of(ErrorKind::Unanswered { reason, message: message.into() })
    }

    /// Why the homeserver did not answer a request, if that is what failed.
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

    /// A constraint of the module's tables forbids what a statement would do; for who answers
    /// [`run_db_interaction`](crate::ModuleApi::run_db_interaction).
    pub fn constraint_violation(message: impl Into<String>) -> Self {
        Self::of(ErrorKind::ConstraintViolation { message: message.into() })
    }

    /// Whether a statement failed because a constraint of the module's tables forbids it, and
    /// another value may do.
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

    /// Which of the cases it is.
    pub const fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// Takes the case out.
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

/// Of an error it keeps the text of the whole chain: the value itself cannot leave the module's image.
///
/// Rationale: what turns into a boxed error are errors, texts, boxed errors, and the errors of
/// `anyhow`. A list of our own could not have both all errors and texts, since some day a text might be
/// an error.
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

/// The numbers of errors that have no HTTP status.
pub(crate) mod code {
    /// A plain failure.
    pub(crate) const FAILED: u32 = 0;
    /// A request of the module was cancelled.
    pub(crate) const CANCELLED: u32 = 1;
    /// A constraint of the module's tables forbids what a statement would do.
    pub(crate) const CONSTRAINT_VIOLATION: u32 = 2;
    /// A request of the module was not answered: the first of the reasons.
    pub(crate) const UNANSWERED: u32 = 16;
    /// The lowest HTTP status there can be.
    pub(crate) const STATUS: u32 = 100;
}

impl Unanswered {
    const ALL: [Self; 5] =
        [Self::Unsupported, Self::Trial, Self::WouldDeadlock, Self::ShuttingDown, Self::TooMany];

    /// The number of an error that is unanswered for this reason.
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
                // A later version may know more reasons.
                let reason = reason.unwrap_or(Unanswered::Unsupported);
                ErrorKind::Unanswered { reason, message }
            }
            status @ code::STATUS.. => ErrorKind::Http {
                status: u16::try_from(status).unwrap_or(500),
                errcode: raw.errcode.to_text().map_or(ErrorCode::Unknown, ErrorCode::from),
                message,
                fields: super::verdict::fields_of(&raw.fields),
            },
            // `FAILED`; and what only a later version knows.
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
    fn what_authors_have_at_hand_is_a_failure() {
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
        // What is borrowed for less than for ever, and may not leave its thread, is an error too.
        let lock = std::sync::Mutex::new(7);
        let locked = || Ok::<u32, ModuleError>(*lock.lock()?);
        assert_eq!(locked(), Ok(7));
    }

    #[test]
    fn what_a_later_version_says_keeps_its_message() {
        let told = |code| ModuleError::from_raw(RawError::new(code, "new"));
        assert_eq!(told(code::UNANSWERED - 1), ModuleError::new("new"));
        let unanswered = ModuleError::not_answered(Unanswered::Unsupported, "new");
        assert_eq!(told(code::STATUS - 1), unanswered);
    }
}
