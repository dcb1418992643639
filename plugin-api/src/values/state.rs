//! The state of a room, read lazily: nothing is copied until a module asks for it.

use std::borrow::Cow;

use hsmod_abi::{GivenText, OwnedArray, OwnedStr, Peer, Str, view};

use super::answer::{Answer, Unreadable, text};
use super::error::ModuleError;
use super::event::OwnedEvent;
use crate::boundary::{Request, answered};
use crate::table::interface;

view! {
    /// The state of the event's room at the time that the row of the callback specifies.
    ///
    /// Each read is a call to the homeserver: a module that reads only the power levels does not
    /// pay for a room with 100,000 members.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(state: &State<'_>) -> Result<(), ModuleError> {
    /// let topic = state.get("m.room.topic", "").await?;
    /// let banned = state.membership("@eve:example.com").await?.as_deref() == Some("ban");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Mirrors the `StateMap` that Synapse passes.
    #[derive(Debug)]
    pub struct State<'a> {
        source: Peer<'a, StateTableRef>,
    }
}

impl State<'_> {
    /// The state event of this type and state key, if there is one. It is parsed on first access
    /// ([`OwnedEvent::as_event`]).
    ///
    /// # Errors
    /// The homeserver cannot read it.
    pub async fn get(
        &self,
        event_type: &str,
        state_key: &str,
    ) -> Result<Option<OwnedEvent>, ModuleError> {
        let args = args::get::new(Str::new(event_type), Str::new(state_key));
        let request: Option<Request<'_, rows::get>> = self.source.request(args);
        let Some(event) = request else {
            return Err(ModuleError::new("this homeserver cannot read state"));
        };
        let SomeEvent(json) = answered("State::get", event.entered().await)?;
        Ok(json.map(OwnedEvent::unread))
    }

    /// A user's membership of the room: `join`, `invite`, `leave`, `ban`, `knock`. `None` if the
    /// room has no membership event of the user.
    ///
    /// # Errors
    /// The homeserver cannot read it, or it is malformed.
    pub async fn membership(
        &self,
        user_id: &(impl AsRef<str> + ?Sized),
    ) -> Result<Option<String>, ModuleError> {
        let Some(member) = self.get("m.room.member", user_id.as_ref()).await? else {
            return Ok(None);
        };
        Ok(member.as_event().membership()?.map(Cow::into_owned))
    }

    /// All state events of this type, in no particular order.
    ///
    /// # Errors
    /// The homeserver cannot read them.
    pub async fn of_type(&self, event_type: &str) -> Result<Vec<OwnedEvent>, ModuleError> {
        let args = args::of_type::new(Str::new(event_type));
        let request: Option<Request<'_, rows::of_type>> = self.source.request(args);
        let Some(events) = request else {
            return Err(ModuleError::new("this homeserver cannot list state"));
        };
        read(answered("State::of_type", events.entered().await)?)
    }

    /// The state keys of all state events of this type, in no particular order. No event is read
    /// for this.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(state: &State<'_>) -> Result<(), ModuleError> {
    /// // Everybody who ever was in the room, or was invited.
    /// for user_id in state.keys("m.room.member").await? {
    ///     println!("{}", UserId::new(&user_id).localpart());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Mirrors a loop over the keys of Synapse's `StateMap`.
    ///
    /// # Errors
    /// The homeserver cannot list them.
    pub async fn keys(&self, event_type: &str) -> Result<Vec<String>, ModuleError> {
        let args = args::keys::new(Str::new(event_type));
        let request: Option<Request<'_, rows::keys>> = self.source.request(args);
        let Some(keys) = request else {
            return Err(ModuleError::new("this homeserver cannot list state keys"));
        };
        Ok(answered("State::keys", keys.entered().await)?.0)
    }

    /// The number of state events of this type. No event is read for this.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(state: &State<'_>) -> Result<Permission, ModuleError> {
    /// let crowded = state.count("m.room.member").await? > 10_000;
    /// # Ok(if crowded { Permission::Deny } else { Permission::Allow })
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`Self::keys`].
    pub async fn count(&self, event_type: &str) -> Result<usize, ModuleError> {
        let args = args::count::new(Str::new(event_type));
        let request: Option<Request<'_, rows::count>> = self.source.request(args);
        let Some(count) = request else {
            return Err(ModuleError::new("this homeserver cannot count state"));
        };
        // A negative count cannot occur.
        Ok(usize::try_from(answered("State::count", count.entered().await)?).unwrap_or_default())
    }

    /// All state events, in no particular order. In a large room these are many: [`Self::of_type`]
    /// returns those of one type, and [`Self::members`] the users in the room.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(state: &State<'_>) -> Result<(), ModuleError> {
    /// let all = state.all().await?;
    /// let bridged = all.iter().any(|event| event.as_event().event_type() == "m.bridge");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Mirrors the values of Synapse's `StateMap`.
    ///
    /// # Errors
    /// The homeserver cannot list them, or its texts are not events.
    pub async fn all(&self) -> Result<Vec<OwnedEvent>, ModuleError> {
        let args = args::all::new();
        let request: Option<Request<'_, rows::all>> = self.source.request(args);
        let Some(events) = request else {
            return Err(ModuleError::new("this homeserver cannot list state"));
        };
        read(answered("State::all", events.entered().await)?)
    }

    /// The IDs of the users with this membership of the room (`join`, `invite`, `leave`, `ban`,
    /// `knock`), in no particular order. For a single user use [`Self::membership`].
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(state: &State<'_>) -> Result<(), ModuleError> {
    /// let joined = state.members("join").await?;
    /// let local = joined.iter().filter(|user_id| user_id.ends_with(":example.com"));
    /// # let _ = local.count();
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Mirrors a loop over the `m.room.member` events of Synapse's `StateMap`. Events whose
    /// membership is missing or not a string are ignored.
    ///
    /// # Errors
    /// Those of [`Self::keys`].
    pub async fn members(&self, membership: &str) -> Result<Vec<String>, ModuleError> {
        let args = args::members::new(Str::new(membership));
        let request: Option<Request<'_, rows::members>> = self.source.request(args);
        let Some(users) = request else {
            return Err(ModuleError::new("this homeserver cannot list members"));
        };
        Ok(answered("State::members", users.entered().await)?.0)
    }
}

/// Reads events from their JSON.
fn read(SeveralTexts(jsons): SeveralTexts) -> Result<Vec<OwnedEvent>, ModuleError> {
    jsons.into_iter().map(|json| Ok(OwnedEvent::from_json(json)?)).collect()
}

interface! {
    /// What a homeserver answers about the state it lent. Append-only.
    pub table StateTable StateTableRef, rows in rows {
        fn get(event_type: &str, state_key: &str) -> SomeEvent;
        fn of_type(event_type: &str) -> SeveralTexts;
        fn keys(event_type: &str) -> SeveralTexts;
        fn count(event_type: &str) -> i64;
        fn all() -> SeveralTexts;
        fn members(membership: &str) -> SeveralTexts;
    }
}

/// The JSON of an event, or none: the answer that [`State::get`] receives.
#[derive(Debug, Default)]
pub struct SomeEvent(Option<GivenText>);

impl Answer for SomeEvent {
    type Raw = OwnedStr;

    fn is_neutral(&self) -> bool {
        self.0.is_none()
    }

    fn into_raw(self) -> Option<OwnedStr> {
        self.0.map(GivenText::into_raw)
    }

    fn from_raw(raw: OwnedStr) -> Result<Self, Unreadable> {
        let json = GivenText::new(raw).ok_or(Unreadable("a text is missing"))?;
        Ok(Self(Some(json)))
    }
}

/// The JSON of several events, state keys, or user IDs.
#[derive(Debug, Default)]
pub struct SeveralTexts(Vec<String>);

impl Answer for SeveralTexts {
    type Raw = OwnedArray<OwnedStr>;

    fn is_neutral(&self) -> bool {
        self.0.is_empty()
    }

    fn into_raw(self) -> Option<Self::Raw> {
        (!self.0.is_empty()).then(|| owned(self.0))
    }

    fn from_raw(raw: Self::Raw) -> Result<Self, Unreadable> {
        texts(raw).map(Self)
    }
}

/// Converts strings into the form in which they cross.
fn owned(texts: Vec<String>) -> OwnedArray<OwnedStr> {
    texts.into_iter().map(OwnedStr::from).collect::<Vec<_>>().into()
}

/// The reverse of [`owned`].
pub(super) fn texts(raw: OwnedArray<OwnedStr>) -> Result<Vec<String>, Unreadable> {
    raw.into_vec().iter().map(text).collect()
}

#[cfg(feature = "host")]
mod source;

#[cfg(feature = "host")]
pub(crate) use source::Nameless;
#[cfg(feature = "host")]
pub use source::{StateHandle, StateSource};
