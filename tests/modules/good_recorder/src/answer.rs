//! The answers that the config gives for callbacks.

use std::collections::BTreeMap;
use std::time::Duration;

use hsmod_plugin_api::prelude::*;
use serde_json::{Map, Value};

use crate::Recorder;

/// The answer of a callback. One that the callback's type cannot express becomes its neutral
/// answer.
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
    /// This JSON in place of the event, the request or the results, or as the callback's answer.
    Replace(Value),
    /// A plain failure.
    Fail(String),
    /// A panic.
    Panic(String),
    /// An HTTP refusal.
    Refuse {
        status: u16,
        errcode: String,
        message: String,
        #[serde(default)]
        fields: Map<String, Value>,
    },
    /// The error of a cancelled request.
    Cancelled,
}

impl Answer {
    /// Converts the answer to the callback's type.
    pub(crate) fn give<A: Told>(self) -> Result<A, ModuleError> {
        match self {
            Self::Fail(message) => Err(ModuleError::new(message)),
            Self::Refuse { status, errcode, message, fields } => {
                Err(ModuleError::http(status, errcode, message).fields(fields))
            }
            Self::Cancelled => Err(ModuleError::cancelled()),
            Self::Panic(message) => panic!("{message}"),
            other => Ok(A::told(other)),
        }
    }
}

/// A type of answer that the config can give.
pub(crate) trait Told: Sized {
    fn told(answer: Answer) -> Self;

    /// Adds work for later, if the config says so.
    fn later(self, _: &Recorder) -> Self {
        self
    }
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

/// Answers that the config gives in JSON. Without JSON, the answer is neutral.
macro_rules! given {
    ($( $answer:ty, from $json:ty: $made:expr $(, later $later:ident)?; )*) => { $(
        impl Told for $answer {
            fn told(answer: Answer) -> Self {
                let Answer::Replace(value) = answer else { return Self::default() };
                let given = serde_json::from_value::<$json>(value);
                #[allow(clippy::redundant_closure_call, reason = "a function for each")]
                ($made)(given.expect("the config gives what this callback can answer"))
            }
            $( fn later(self, recorder: &Recorder) -> Self {
                recorder.$later(self)
            } )?
        }
    )* };
}

given! {
    Option<String>, from String: Some;
    Option<i64>, from i64: Some;
    i64, from i64: |number| number;
    JsonObject, from JsonObject: |fields| fields;
    Option<JsonObject>, from JsonObject: Some;
    Option<AcceptedLogin>, from String: |user: String| Some(AcceptedLogin::new(user)), later on_login;
    UpdateGuard, from u64: |milliseconds| Self::new(Duration::from_millis(milliseconds)), later on_exit;
    LegacyRenewal, from (bool, i64): |(valid, until)| {
        if valid { Self::valid(until) } else { Self::stale(until) }
    };
    Option<RatelimitOverride>, from (f64, i64): |(per_second, burst_count)| {
        Some(RatelimitOverride::new(per_second, burst_count))
    };
    Option<Vec<MediaUploadLimit>>, from Vec<(u64, u64)>: |limits: Vec<_>| {
        let limit = |(bytes, period)| MediaUploadLimit::new(bytes, period).info_uri("x:y");
        Some(limits.into_iter().map(limit).collect())
    };
    InterestedUsers, from Option<Vec<String>>: |users: Option<Vec<_>>| {
        users.map_or(Self::All, Self::from_iter)
    };
    UsersForStates, from BTreeMap<String, Vec<OwnedPresenceState>>: |users: BTreeMap<_, Vec<_>>| {
        let mut told = Self::default();
        for (user, states) in users {
            let states: Vec<OwnedPresenceState> = states;
            told.mention(&user);
            states.iter().for_each(|state| told.tell(&user, &state.as_state()));
        }
        told
    };
}
