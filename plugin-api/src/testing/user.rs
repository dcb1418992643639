//! Users that tests create and examine.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::host::START;
use crate::requests::threepids::UserThreepid;
use crate::requests::users::{Profile, UserInfo, UserIpAndAgent};
use crate::values::JsonObject;

/// Creates an ordinary user of the homeserver.
///
/// ```
/// use hsmod_plugin_api::testing::prelude::*;
///
/// let alice = user("@alice:example.com").admin().display_name("Alice").access_token("secret");
/// assert!(alice.info().is_admin);
/// ```
pub fn user(user_id: &str) -> FakeUser {
    let mut info = UserInfo::new(user_id);
    info.creation_ts = START / 1000;
    FakeUser { info, ..FakeUser::default() }
}

/// A user of a [`FakeHost`](super::FakeHost): added by [`FakeHost::user`](super::FakeHost::user),
/// returned by [`FakeHost::find_user`](super::FakeHost::find_user).
#[derive(Clone, Debug, Default)]
#[must_use = "a homeserver has it once `FakeHost::user` is given it"]
pub struct FakeUser {
    pub(super) info: UserInfo,
    pub(super) profile: Profile,
    pub(super) threepids: Vec<UserThreepid>,
    pub(super) account_data: BTreeMap<String, JsonObject>,
    /// The device of each access token; a device may have several tokens.
    pub(super) access_tokens: BTreeMap<String, String>,
    pub(super) pushers: BTreeSet<String>,
    pub(super) seen: Vec<UserIpAndAgent>,
    pub(super) external_ids: Vec<(String, String)>,
    pub(super) presence: Option<(String, Option<String>)>,
}

impl FakeUser {
    /// Makes the user a server admin.
    pub const fn admin(mut self) -> Self {
        self.info.is_admin = true;
        self
    }

    /// Makes the user a guest.
    pub const fn guest(mut self) -> Self {
        self.info.is_guest = true;
        self
    }

    /// Changes what the homeserver knows of the account.
    pub fn with_info(mut self, change: impl FnOnce(&mut UserInfo)) -> Self {
        change(&mut self.info);
        self
    }

    /// Sets the display name.
    pub fn display_name(mut self, name: &str) -> Self {
        self.profile.display_name = Some(name.to_owned());
        self
    }

    /// Sets the `mxc:` URL of the avatar.
    pub fn avatar_url(mut self, url: &str) -> Self {
        self.profile.avatar_url = Some(url.to_owned());
        self
    }

    /// Adds an e-mail address (`email`) or telephone number (`msisdn`).
    pub fn threepid(mut self, medium: &str, address: &str) -> Self {
        self.threepids.push(UserThreepid {
            medium: medium.to_owned(),
            address: address.to_owned(),
            validated_at: START,
            added_at: START,
        });
        self
    }

    /// Adds account data that belongs to no room.
    ///
    /// # Panics
    /// If `data` is not an object.
    pub fn account_data(mut self, data_type: &str, data: Value) -> Self {
        let Value::Object(data) = data else { panic!("account data is an object, not {data}") };
        self.account_data.insert(data_type.to_owned(), data);
        self
    }

    /// Logs the user in: requests with this access token are theirs, on a device of the same name.
    pub fn access_token(mut self, access_token: &str) -> Self {
        self.access_tokens.insert(access_token.to_owned(), access_token.to_owned());
        self
    }

    /// Adds a device that receives push notifications.
    pub fn pusher(mut self, device_id: &str) -> Self {
        self.pushers.insert(device_id.to_owned());
        self
    }

    /// Records activity from this IP address at this time, in milliseconds since 1970.
    pub fn seen(mut self, ip: &str, user_agent: &str, last_seen: i64) -> Self {
        let (ip, user_agent) = (ip.to_owned(), user_agent.to_owned());
        self.seen.push(UserIpAndAgent { ip, user_agent, last_seen });
        self
    }

    /// Adds the user's name at an SSO provider.
    pub fn external_id(mut self, auth_provider_id: &str, external_id: &str) -> Self {
        self.external_ids.push((auth_provider_id.to_owned(), external_id.to_owned()));
        self
    }

    /// What the homeserver knows of the account.
    pub const fn info(&self) -> &UserInfo {
        &self.info
    }

    /// Display name and avatar.
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// E-mail addresses and telephone numbers.
    pub fn threepids(&self) -> &[UserThreepid] {
        &self.threepids
    }

    /// Account data of a type.
    pub fn find_account_data(&self, data_type: &str) -> Option<&JsonObject> {
        self.account_data.get(data_type)
    }

    /// The access tokens, each with its device.
    pub fn access_tokens(&self) -> impl Iterator<Item = (&str, &str)> {
        self.access_tokens.iter().map(|(token, device)| (token.as_str(), device.as_str()))
    }

    /// The user's names at SSO providers: pairs of provider and name.
    pub fn external_ids(&self) -> &[(String, String)] {
        &self.external_ids
    }

    /// The presence and status message, if a module has set them.
    pub fn presence(&self) -> Option<(&str, Option<&str>)> {
        self.presence.as_ref().map(|(state, status)| (state.as_str(), status.as_deref()))
    }
}
