//! Reads the answers of Python from JSON.

use std::collections::BTreeMap;

use hsmod_loader::requests::logins::{RegisteredDevice, RegistrationToken};
use hsmod_loader::requests::rooms::{AliasTarget, CreatedRoom};
use hsmod_loader::requests::threepids::UserThreepid;
use hsmod_loader::requests::users::{AuthenticatedUser, Profile, UserInfo, UserIpAndAgent};
use hsmod_loader::values::{JsonObject, OwnedEvent};
use serde_json::value::RawValue;

/// A type of answer.
pub(super) trait Answer: Sized {
    /// Reads an answer.
    ///
    /// # Errors
    /// The JSON does not fit the type.
    fn read(json: &str) -> serde_json::Result<Self>;
}

macro_rules! answers {
    ($( $type:ty; )*) => { $(
        impl Answer for $type {
            fn read(json: &str) -> serde_json::Result<Self> {
                serde_json::from_str(json)
            }
        }
    )* };
}

answers! {
    (); bool; String; Option<String>; Option<JsonObject>; Vec<(String, String)>;
    Option<UserInfo>; AuthenticatedUser; Profile; Vec<UserIpAndAgent>; Vec<UserThreepid>;
    RegisteredDevice; RegistrationToken; Vec<RegistrationToken>; CreatedRoom; AliasTarget;
    BTreeMap<String, bool>;
}

impl Answer for OwnedEvent {
    fn read(json: &str) -> serde_json::Result<Self> {
        Self::from_json(json)
    }
}

impl Answer for Vec<OwnedEvent> {
    fn read(json: &str) -> serde_json::Result<Self> {
        let events: Vec<&RawValue> = serde_json::from_str(json)?;
        events.into_iter().map(|event| OwnedEvent::from_json(event.get())).collect()
    }
}
