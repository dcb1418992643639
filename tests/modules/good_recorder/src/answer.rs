//! How the config tells a callback to answer.

use hsmod_plugin_api::prelude::*;
use serde_json::{Map, Value};

/// How a callback answers. What its type cannot say is its neutral answer.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Answer {
    /// The neutral answer.
    Allow,
    /// A refusal: denied, dropped, hidden, expired.
    Deny,
    /// A [`Verdict::Deny`] with all its parts.
    DenyWith {
        errcode: String,
        message: Option<String>,
        #[serde(default)]
        fields: Map<String, Value>,
    },
    /// [`RegistrationBehaviour::ShadowBan`].
    ShadowBan,
    /// `Some(false)` of `is_user_expired`.
    NotExpired,
    /// This JSON instead: of the event, of the request, of the results.
    Replace(Value),
    /// A plain failure.
    Fail(String),
    /// An HTTP refusal.
    Refuse {
        status: u16,
        errcode: String,
        message: String,
        #[serde(default)]
        fields: Map<String, Value>,
    },
    /// As if a request had been cancelled.
    Cancelled,
}

impl Answer {
    /// As the callback's own type.
    pub(crate) fn give<A: Told>(self) -> Result<A, ModuleError> {
        match self {
            Self::Fail(message) => Err(ModuleError::new(message)),
            Self::Refuse { status, errcode, message, fields } => {
                Err(ModuleError::http(status, errcode, message).fields(fields))
            }
            Self::Cancelled => Err(ModuleError::cancelled()),
            other => Ok(A::told(other)),
        }
    }
}

/// What a callback can be told to answer.
pub(crate) trait Told {
    fn told(answer: Answer) -> Self;
}

impl Told for () {
    fn told(_: Answer) -> Self {}
}

impl Told for Verdict {
    fn told(answer: Answer) -> Self {
        match answer {
            Answer::Deny => Self::deny(ErrorCode::Forbidden),
            Answer::DenyWith { errcode, message, fields } => {
                message.into_iter().fold(Self::deny(errcode).fields(fields), Self::message)
            }
            _ => Self::Allow,
        }
    }
}

impl Told for EventDecision {
    fn told(answer: Answer) -> Self {
        match answer {
            Answer::Deny => Self::Deny,
            Answer::Replace(event) => Self::Replace(event),
            _ => Self::Allow,
        }
    }
}

impl Told for RegistrationBehaviour {
    fn told(answer: Answer) -> Self {
        match answer {
            Answer::Deny => Self::Deny,
            Answer::ShadowBan => Self::ShadowBan,
            _ => Self::Allow,
        }
    }
}

impl Told for Option<bool> {
    fn told(answer: Answer) -> Self {
        match answer {
            Answer::Deny => Some(true),
            Answer::NotExpired => Some(false),
            _ => None,
        }
    }
}

impl Told for Permission {
    fn told(answer: Answer) -> Self {
        if matches!(answer, Answer::Deny) { Self::Deny } else { Self::Allow }
    }
}

impl Told for FederatedEventAction {
    fn told(answer: Answer) -> Self {
        if matches!(answer, Answer::Deny) { Self::Drop } else { Self::Keep }
    }
}

impl Told for DirectoryVisibility {
    fn told(answer: Answer) -> Self {
        if matches!(answer, Answer::Deny) { Self::Hidden } else { Self::Visible }
    }
}
