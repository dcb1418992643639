//! The decisions of modules. Enums, never a bare `bool`: in Synapse it depends on the callback
//! whether `true` or `false` lets an event in, and the wrong one has hidden whole user directories.

use hsmod_abi::OwnedStr;
use serde_json::{Map, Value};

use super::answer::{Answer, Unreadable};
use super::error_code::ErrorCode;

/// Whether something may happen; a denial contains what the client sees.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// let verdict = Verdict::deny(ErrorCode::Forbidden)
///     .message("No invitations on Sundays")
///     .field("org.example.day", "sunday");
/// assert_ne!(verdict, Verdict::Allow);
/// ```
///
/// Mirrors `synapse.module_api.NOT_SPAM`, `Codes` and `(Codes, dict)`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// No objection; the next module is asked.
    #[default]
    Allow,
    /// Denied; no further module is asked. Created with [`Verdict::deny`], or from an
    /// [`ErrorCode`].
    // For authors who put something else in the parentheses: the compiler's error shows the line
    // below.
    Deny(Denial), // made with `Verdict::deny(ErrorCode::Forbidden)`
}

/// What the client sees of a denial.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// assert_eq!(Verdict::Deny(ErrorCode::Forbidden.into()), Verdict::deny(ErrorCode::Forbidden));
/// ```
///
/// Rationale: this is a separate structure because beginners neither construct nor compare a
/// variant with fields correctly, and the compiler then recommends code that another of its rules
/// forbids.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Denial {
    /// `errcode` of the body.
    pub errcode: ErrorCode,
    /// `error` of the body; `None` leaves it to the callback's usual text.
    pub message: Option<String>,
    /// Further fields of the body; may override `errcode` and `error`.
    pub fields: Map<String, Value>,
}

impl<C: Into<ErrorCode>> From<C> for Denial {
    fn from(errcode: C) -> Self {
        Self { errcode: errcode.into(), message: None, fields: Map::new() }
    }
}

impl Verdict {
    /// Creates a denial with `errcode`.
    // For authors who add a message: the compiler's error shows the line below.
    #[rustfmt::skip]
    pub fn deny(errcode: impl Into<ErrorCode>) -> Self { // a text: `.message("..")`
        Self::Deny(errcode.into().into())
    }

    /// Sets the message for the client; has no effect on [`Verdict::Allow`].
    #[must_use]
    pub fn message(mut self, text: impl Into<String>) -> Self {
        if let Self::Deny(denial) = &mut self {
            denial.message = Some(text.into());
        }
        self
    }

    /// Adds a field to the body that the client sees; has no effect on [`Verdict::Allow`].
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Self::Deny(denial) = &mut self {
            denial.fields.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Adds several fields, see [`Self::field`].
    #[must_use]
    pub fn fields(mut self, added: impl IntoIterator<Item = (String, Value)>) -> Self {
        if let Self::Deny(denial) = &mut self {
            denial.fields.extend(added);
        }
        self
    }
}

hsmod_abi::structure! {
    /// C form of a [`Verdict::Deny`]; to allow is the neutral answer and needs no C form.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawVerdict {
        errcode: OwnedStr,
        /// None: the callback's usual text.
        message: OwnedStr,
        /// JSON text of an object; none if there are no fields.
        fields: OwnedStr,
    }
}

impl Answer for Verdict {
    type Raw = RawVerdict;

    #[inline]
    fn is_neutral(&self) -> bool {
        matches!(self, Self::Allow)
    }

    fn into_raw(self) -> Option<RawVerdict> {
        match self {
            Self::Allow => None,
            Self::Deny(Denial { errcode, message, fields }) => Some(RawVerdict {
                errcode: errcode.as_str().into(),
                message: message.into(),
                fields: raw_fields(&fields),
            }),
        }
    }

    fn from_raw(raw: RawVerdict) -> Result<Self, Unreadable> {
        Ok(Self::Deny(Denial {
            errcode: raw.errcode.to_text().map_or(ErrorCode::Forbidden, ErrorCode::from),
            message: raw.message.to_text(),
            fields: fields_of(&raw.fields),
        }))
    }

    fn of_unreadable(_: Unreadable) -> Result<Self, Unreadable> {
        Ok(Self::deny(ErrorCode::Forbidden))
    }
}

/// What becomes of an event: let in, refused, or let in changed.
///
/// Mirrors the pair that `check_event_allowed` returns in Synapse.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum EventDecision {
    /// No objection; the next module is asked.
    #[default]
    Allow,
    /// Refused; no further module is asked.
    Deny,
    /// Let in as this event instead (the whole event in JSON); no further module is asked.
    Replace(Value),
}

hsmod_abi::structure! {
    /// C form of an [`EventDecision`] other than to allow, which is the neutral answer.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct RawDecision {
        /// JSON text of the event that replaces it; none: it is refused.
        replacement: OwnedStr,
    }
}

impl Answer for EventDecision {
    type Raw = RawDecision;

    #[inline]
    fn is_neutral(&self) -> bool {
        matches!(self, Self::Allow)
    }

    fn into_raw(self) -> Option<Self::Raw> {
        match self {
            Self::Allow => None,
            Self::Deny => Some(RawDecision { replacement: OwnedStr::NONE }),
            Self::Replace(event) => Some(RawDecision { replacement: event.to_string().into() }),
        }
    }

    fn from_raw(raw: Self::Raw) -> Result<Self, Unreadable> {
        match raw.replacement.to_text() {
            None => Ok(Self::Deny),
            Some(event) => serde_json::from_str(&event)
                .map(Self::Replace)
                .map_err(|_| Unreadable("the replacement event is not JSON")),
        }
    }

    fn of_unreadable(_: Unreadable) -> Result<Self, Unreadable> {
        Ok(Self::Deny)
    }
}

/// Answers that are one of a few words, as numbers on the wire.
macro_rules! choices {
    ($( $(#[$doc:meta])* $name:ident, denial $denial:ident { $( $(#[$vdoc:meta])* $variant:ident = $number:literal, )* } )*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name { $( $(#[$vdoc])* $variant, )* }

        #[cfg(feature = "describe")]
        impl $name {
            /// The numbers that cross.
            pub(crate) const NUMBERS: &[(&'static str, u32)] =
                &[$( (stringify!($variant), $number), )*];
        }

        impl Answer for $name {
            type Raw = u32;

            #[inline]
            fn is_neutral(&self) -> bool {
                *self == Self::default()
            }

            #[inline]
            fn into_raw(self) -> Option<u32> {
                let number = match self { $( Self::$variant => $number, )* };
                (number != 0).then_some(number)
            }

            fn from_raw(raw: u32) -> Result<Self, Unreadable> {
                match raw {
                    $( $number => Ok(Self::$variant), )*
                    _ => Err(Unreadable(concat!("unknown number for ", stringify!($name)))),
                }
            }

            fn of_unreadable(_: Unreadable) -> Result<Self, Unreadable> {
                Ok(Self::$denial)
            }
        }
    )* };
}

choices! {
    /// Whether an operation may go on, where the client sees one fixed text if not.
    Permission, denial Deny {
        /// No objection; the next module is asked.
        #[default]
        Allow = 0,
        /// Refused; no further module is asked.
        Deny = 1,
    }

    /// What becomes of an event that another server sent.
    FederatedEventAction, denial Drop {
        /// It goes on its way; the next module is asked.
        #[default]
        Keep = 0,
        /// It is dropped without a word; no further module is asked.
        Drop = 1,
    }

    /// Whether a user is shown among the results of a search in the user directory.
    DirectoryVisibility, denial Hidden {
        /// Shown, unless a later module hides them.
        #[default]
        Visible = 0,
        /// Left out; no further module is asked.
        Hidden = 1,
    }

    /// What becomes of a registration.
    ///
    /// Mirrors `synapse.spam_checker_api.RegistrationBehaviour`.
    RegistrationBehaviour, denial Deny {
        /// No objection; the next module is asked.
        #[default]
        Allow = 0,
        /// The account is made, and whatever it sends reaches nobody; no further module is asked.
        ShadowBan = 1,
        /// Refused, disguised as a rate limit; no further module is asked.
        Deny = 2,
    }
}

/// The JSON text of `fields`; the null string if there are none.
pub(crate) fn raw_fields(fields: &Map<String, Value>) -> OwnedStr {
    if fields.is_empty() {
        return OwnedStr::NONE;
    }
    serde_json::to_string(fields).unwrap_or_default().into()
}

/// Reads the fields from their JSON text; empty if it is not an object.
pub(crate) fn fields_of(raw: &OwnedStr) -> Map<String, Value> {
    raw.to_text().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through<A: Answer>(answer: A) -> A {
        answer.into_raw().map_or_else(A::default, |raw| A::from_raw(raw).expect("readable"))
    }

    #[test]
    fn answers_survive_the_boundary() {
        let deny = Verdict::deny("X.Y").message("no").field("a", serde_json::json!({"b": [1]}));
        assert_eq!(through(deny.clone()), deny);
        let more = [("a".to_owned(), Value::from(1)), ("b".to_owned(), Value::Null)];
        let overridden = Verdict::deny("X.Y").message("no").field("a", 1).field("b", Value::Null);
        assert_eq!(deny.fields(more.clone()), overridden);
        assert_eq!(Verdict::Allow.fields(more), Verdict::Allow);
        assert_eq!(through(Verdict::Allow), Verdict::Allow);
        let replace = EventDecision::Replace(serde_json::json!({"type": "m.room.message"}));
        assert_eq!(through(replace.clone()), replace);
        assert_eq!(through(EventDecision::Deny), EventDecision::Deny);
        assert_eq!(through(RegistrationBehaviour::Deny), RegistrationBehaviour::Deny);
        assert_eq!(through(DirectoryVisibility::Hidden), DirectoryVisibility::Hidden);
    }

    #[test]
    fn numbers_of_another_version_are_refused() {
        assert!(Permission::from_raw(9).is_err());
    }
}
