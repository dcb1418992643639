//! Presence, and who receives it.

use std::collections::{BTreeMap, BTreeSet};

use hsmod_abi::{Flag, OwnedStr, Str, view};
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Unreadable};
use super::by_name;
use super::id::UserId;

view! {
    /// The presence of a user, borrowed from the homeserver for the duration of the call.
    ///
    /// Mirrors `synapse.module_api.UserPresenceState`.
    #[derive(Debug)]
    pub struct UserPresenceState<'a> {
        user_id: Str<'a>,
        state: Str<'a>,
        status_msg: Str<'a>,
        last_active_ts: i64,
        last_federation_update_ts: i64,
        last_user_sync_ts: i64,
        currently_active: Flag,
    }
}

impl PartialEq for UserPresenceState<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.to_owned() == other.to_owned()
    }
}

impl Eq for UserPresenceState<'_> {}

impl<'a> UserPresenceState<'a> {
    /// The user.
    pub fn user_id(&self) -> &'a UserId {
        UserId::new(self.user_id.text())
    }

    /// `online`, `unavailable`, `offline`, `busy`, ..
    pub fn state(&self) -> &'a str {
        self.state.text()
    }

    /// The user's status message.
    pub fn status_msg(&self) -> Option<&'a str> {
        self.status_msg.get()
    }

    /// When the user was last active: milliseconds since 1970, 0 if never.
    pub const fn last_active_ts(&self) -> i64 {
        self.last_active_ts
    }

    /// When other servers were last notified: milliseconds since 1970, 0 if never.
    pub const fn last_federation_update_ts(&self) -> i64 {
        self.last_federation_update_ts
    }

    /// When a client of the user last synced: milliseconds since 1970, 0 if never.
    pub const fn last_user_sync_ts(&self) -> i64 {
        self.last_user_sync_ts
    }

    /// Whether the user is active now.
    pub const fn currently_active(&self) -> bool {
        self.currently_active.get()
    }

    /// Copies the state so that it outlives the call.
    pub fn to_owned(&self) -> OwnedPresenceState {
        OwnedPresenceState {
            user_id: self.user_id().as_str().to_owned(),
            state: self.state().to_owned(),
            status_msg: self.status_msg().map(str::to_owned),
            last_active_ts: self.last_active_ts,
            last_federation_update_ts: self.last_federation_update_ts,
            last_user_sync_ts: self.last_user_sync_ts,
            currently_active: self.currently_active(),
        }
    }
}

/// The presence of a user, as an owned value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OwnedPresenceState {
    /// The user.
    pub user_id: String,
    /// `online`, `unavailable`, `offline`, `busy`, ..
    pub state: String,
    /// The user's status message.
    #[serde(default)]
    pub status_msg: Option<String>,
    /// When the user was last active: milliseconds since 1970, 0 if never.
    #[serde(default)]
    pub last_active_ts: i64,
    /// When other servers were last notified: milliseconds since 1970, 0 if never.
    #[serde(default)]
    pub last_federation_update_ts: i64,
    /// When a client of the user last synced: milliseconds since 1970, 0 if never.
    #[serde(default)]
    pub last_user_sync_ts: i64,
    /// Whether the user is active now.
    #[serde(default)]
    pub currently_active: bool,
}

impl OwnedPresenceState {
    /// A user in this state, of whom nothing else is known.
    pub fn new(user_id: impl Into<String>, state: impl Into<String>) -> Self {
        Self { user_id: user_id.into(), state: state.into(), ..Self::default() }
    }

    /// The borrowed form.
    pub fn as_state(&self) -> UserPresenceState<'_> {
        UserPresenceState {
            size: UserPresenceState::SIZE,
            flags: 0,
            user_id: Str::new(&self.user_id),
            state: Str::new(&self.state),
            status_msg: Str::optional(self.status_msg.as_deref()),
            last_active_ts: self.last_active_ts,
            last_federation_update_ts: self.last_federation_update_ts,
            last_user_sync_ts: self.last_user_sync_ts,
            currently_active: Flag::new(self.currently_active),
        }
    }
}

/// Which presence states each user is to receive.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// # fn example(state_updates: &[UserPresenceState<'_>]) -> UsersForStates {
/// let mut users = UsersForStates::default();
/// for state in state_updates {
///     users.tell("@boss:example.com", state);
/// }
/// users
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsersForStates(BTreeMap<String, BTreeSet<OwnedPresenceState>>);

impl UsersForStates {
    /// Adds `state` to the states that `user_id` receives.
    pub fn tell(&mut self, user_id: impl Into<String>, state: &UserPresenceState<'_>) {
        self.0.entry(user_id.into()).or_default().insert(state.to_owned());
    }

    /// Adds `user_id` with no states yet.
    pub fn mention(&mut self, user_id: impl Into<String>) {
        self.0.entry(user_id.into()).or_default();
    }

    /// Whether there are no users.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Merges both, user by user.
    pub fn unite(&mut self, other: Self) {
        for (user_id, states) in other.0 {
            self.0.entry(user_id).or_default().extend(states);
        }
    }

    /// Each user, with the states that they receive.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &BTreeSet<OwnedPresenceState>)> {
        self.0.iter().map(|(user_id, states)| (user_id.as_str(), states))
    }

    /// The states by user.
    pub fn into_map(self) -> BTreeMap<String, BTreeSet<OwnedPresenceState>> {
        self.0
    }
}

/// Crosses as JSON: there are few users, and the callback is called rarely.
impl Answer for UsersForStates {
    type Raw = OwnedStr;

    #[inline]
    fn is_neutral(&self) -> bool {
        self.is_empty()
    }

    fn into_raw(self) -> Option<OwnedStr> {
        (!self.is_neutral()).then(|| serde_json::to_string(&self.0).unwrap_or_default().into())
    }

    fn from_raw(raw: OwnedStr) -> Result<Self, Unreadable> {
        let users = by_name::from_str(&raw.to_text().unwrap_or_default());
        users.map(Self).map_err(|_| Unreadable("the presence states are not readable"))
    }
}

/// The users whose presence a user receives.
///
/// Mirrors the set, or `PRESENCE_ALL_USERS`, that `get_interested_users` returns in Synapse.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InterestedUsers {
    /// All users; no further module is asked.
    All,
    /// These users, together with those of other modules.
    Users(BTreeSet<String>),
}

impl Default for InterestedUsers {
    fn default() -> Self {
        Self::Users(BTreeSet::new())
    }
}

/// Collects the users.
impl<S: Into<String>> FromIterator<S> for InterestedUsers {
    fn from_iter<I: IntoIterator<Item = S>>(users: I) -> Self {
        Self::Users(users.into_iter().map(Into::into).collect())
    }
}

/// Crosses as JSON; `null` means all users.
impl Answer for InterestedUsers {
    type Raw = OwnedStr;

    #[inline]
    fn is_neutral(&self) -> bool {
        matches!(self, Self::Users(users) if users.is_empty())
    }

    fn into_raw(self) -> Option<OwnedStr> {
        if self.is_neutral() {
            return None;
        }
        let users = match self {
            Self::All => None,
            Self::Users(users) => Some(users),
        };
        Some(serde_json::to_string(&users).unwrap_or_default().into())
    }

    fn from_raw(raw: OwnedStr) -> Result<Self, Unreadable> {
        match by_name::from_str(&raw.to_text().unwrap_or_default()) {
            Ok(Some(users)) => Ok(Self::Users(users)),
            Ok(None) => Ok(Self::All),
            Err(_) => Err(Unreadable("the interested users are not readable")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through<A: Answer>(answer: A) -> A {
        answer.into_raw().map_or_else(A::default, |raw| A::from_raw(raw).expect("readable"))
    }

    #[test]
    fn presence_survives_the_boundary() {
        let mut state = OwnedPresenceState::new("@a:x", "online");
        state.status_msg = Some("busy \"now\"".to_owned());
        state.last_active_ts = 5;
        assert_eq!(state.as_state().to_owned(), state);
        let mut users = UsersForStates::default();
        users.tell("@b:x", &state.as_state());
        users.mention("@c:x");
        assert_eq!(through(users.clone()), users);
        assert_eq!(through(InterestedUsers::All), InterestedUsers::All);
        let some: InterestedUsers = ["@a:x", "@b:x"].into_iter().collect();
        assert_eq!(through(some.clone()), some);
        assert!(UsersForStates::from_raw("[]".into()).is_err());
        let by_position = r#"{"@b:x": [["@a:x", "online"]]}"#;
        assert!(UsersForStates::from_raw(by_position.into()).is_err());
    }
}
