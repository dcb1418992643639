//! Answers that decide a question, and what the homeserver is given.

use std::time::Duration;

use hsmod_plugin_api::values::{
    AcceptedLogin, DirectoryVisibility, Each, EventDecision, FederatedEventAction, JsonObject,
    LegacyRenewal, MediaUploadLimit, Permission, RatelimitOverride, RegistrationBehaviour,
    UpdateGuard, Verdict,
};

use super::continued::{Login, Update};
use super::responsible::Responsible;
use crate::call_error::plain_denial;
use crate::generation::{Generation, Member};
use crate::policy::Policy;
use crate::record::Place;
use crate::replacement::Replacement;

/// The module that has answered a callback.
#[derive(Clone, Copy, Debug)]
pub struct Answerer<'g> {
    pub(crate) generation: &'g Generation,
    pub(crate) member: &'g Member,
    /// The module's time limit for this callback.
    pub(crate) limit: Option<Duration>,
    /// The number of the callback.
    pub(crate) callback: usize,
    pub(crate) policy: Policy,
    pub(crate) place: Place,
}

/// An answer that decides a question.
pub trait Decision {
    /// What the homeserver is given if the operation may continue.
    type Output;

    /// Turns the answer into the homeserver's result, if the operation may continue. `by` is `None`
    /// for the default answer.
    ///
    /// # Errors
    /// The verdict that refuses the operation.
    fn decide(self, by: Option<Answerer<'_>>) -> Result<Self::Output, Verdict>;
}

impl Decision for Verdict {
    type Output = ();

    #[inline]
    fn decide(self, _: Option<Answerer<'_>>) -> Result<(), Verdict> {
        match self {
            Self::Allow => Ok(()),
            denial => Err(denial),
        }
    }
}

impl Decision for Permission {
    type Output = ();

    #[inline]
    fn decide(self, _: Option<Answerer<'_>>) -> Result<(), Verdict> {
        match self {
            Self::Allow => Ok(()),
            _ => Err(plain_denial()),
        }
    }
}

impl Decision for EventDecision {
    type Output = Option<Replacement>;

    #[inline]
    fn decide(self, by: Option<Answerer<'_>>) -> Result<Option<Replacement>, Verdict> {
        match self {
            Self::Allow => Ok(None),
            Self::Replace(event) => Ok(Some(Replacement::new(event, by.map(Responsible::new)))),
            _ => Err(plain_denial()),
        }
    }
}

impl Decision for RegistrationBehaviour {
    type Output = Self;

    #[inline]
    fn decide(self, _: Option<Answerer<'_>>) -> Result<Self, Verdict> {
        match self {
            Self::Deny => Err(plain_denial()),
            behaviour => Ok(behaviour),
        }
    }
}

/// For a single item.
impl Decision for Each<DirectoryVisibility> {
    type Output = DirectoryVisibility;

    #[inline]
    fn decide(self, _: Option<Answerer<'_>>) -> Result<DirectoryVisibility, Verdict> {
        Ok(self.into_answers().into_iter().next().map_or_else(Default::default, |(_, one)| one))
    }
}

/// Sorted by time period, the longest first.
impl Decision for Option<Vec<MediaUploadLimit>> {
    type Output = Self;

    fn decide(self, _: Option<Answerer<'_>>) -> Result<Self, Verdict> {
        Ok(self.map(|mut limits| {
            limits.sort_by_key(|limit| std::cmp::Reverse(limit.time_period_ms));
            limits
        }))
    }
}

impl Decision for Option<AcceptedLogin> {
    type Output = Option<Login>;

    fn decide(self, by: Option<Answerer<'_>>) -> Result<Option<Login>, Verdict> {
        Ok(self.zip(by).map(|(login, by)| Login::new(login, by)))
    }
}

impl Decision for UpdateGuard {
    type Output = Update;

    fn decide(self, by: Option<Answerer<'_>>) -> Result<Update, Verdict> {
        Ok(Update::new(self, by))
    }
}

macro_rules! values {
    ($( $type:ty, )*) => { $(
        impl Decision for $type {
            type Output = Self;

            #[inline]
            fn decide(self, _: Option<Answerer<'_>>) -> Result<Self, Verdict> {
                Ok(self)
            }
        }
    )* };
}

values! {
    (), i64, LegacyRenewal, Option<bool>, Option<i64>, Option<String>, Option<JsonObject>,
    Option<RatelimitOverride>, FederatedEventAction, DirectoryVisibility,
}
