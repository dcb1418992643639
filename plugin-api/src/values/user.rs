//! What a callback is told about users and clients.

use abi_stable::StableAbi;
use abi_stable::std_types::{ROption, RStr};

use super::id::UserId;

/// A user as the directory shows them.
///
/// Mirrors `synapse.module_api.UserProfile`.
#[repr(C)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct UserProfile<'a> {
    user_id: RStr<'a>,
    display_name: ROption<RStr<'a>>,
    avatar_url: ROption<RStr<'a>>,
}

impl<'a> UserProfile<'a> {
    /// What a homeserver tells.
    pub fn new(
        user_id: &'a str,
        display_name: Option<&'a str>,
        avatar_url: Option<&'a str>,
    ) -> Self {
        Self {
            user_id: user_id.into(),
            display_name: optional(display_name),
            avatar_url: optional(avatar_url),
        }
    }

    /// Who it is.
    pub fn user_id(&self) -> &'a UserId {
        UserId::new(self.user_id.as_str())
    }

    /// Their display name, if they have one.
    pub fn display_name(&self) -> Option<&'a str> {
        text_of(self.display_name)
    }

    /// The `mxc:` URL of their avatar, if they have one.
    pub fn avatar_url(&self) -> Option<&'a str> {
        text_of(self.avatar_url)
    }
}

/// A user's display name and avatar.
///
/// Mirrors `synapse.module_api.ProfileInfo`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, StableAbi)]
pub struct ProfileInfo<'a> {
    display_name: ROption<RStr<'a>>,
    avatar_url: ROption<RStr<'a>>,
}

impl<'a> ProfileInfo<'a> {
    /// What a homeserver tells.
    pub fn new(display_name: Option<&'a str>, avatar_url: Option<&'a str>) -> Self {
        Self { display_name: optional(display_name), avatar_url: optional(avatar_url) }
    }

    /// The display name, if there is one.
    pub fn display_name(&self) -> Option<&'a str> {
        text_of(self.display_name)
    }

    /// The `mxc:` URL of the avatar, if there is one.
    pub fn avatar_url(&self) -> Option<&'a str> {
        text_of(self.avatar_url)
    }
}

/// Who makes a request, and as what.
///
/// Mirrors `synapse.module_api.Requester`.
#[repr(C)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct Requester<'a> {
    user: RStr<'a>,
    device_id: ROption<RStr<'a>>,
    app_service_id: ROption<RStr<'a>>,
    authenticated_entity: ROption<RStr<'a>>,
    scope: RStr<'a>,
    access_token_id: ROption<i64>,
    is_guest: bool,
    shadow_banned: bool,
}

impl<'a> Requester<'a> {
    /// An ordinary user; the other facts are added one by one.
    pub fn new(user: &'a str) -> Self {
        Self {
            user: user.into(),
            device_id: ROption::RNone,
            app_service_id: ROption::RNone,
            authenticated_entity: ROption::RNone,
            scope: RStr::empty(),
            access_token_id: ROption::RNone,
            is_guest: false,
            shadow_banned: false,
        }
    }

    /// From which device.
    #[must_use]
    pub fn with_device_id(mut self, device_id: &'a str) -> Self {
        self.device_id = ROption::RSome(device_id.into());
        self
    }

    /// On behalf of which application service.
    #[must_use]
    pub fn with_app_service_id(mut self, id: &'a str) -> Self {
        self.app_service_id = ROption::RSome(id.into());
        self
    }

    /// Who was authenticated, where it is not the user (an admin acting as them).
    #[must_use]
    pub fn with_authenticated_entity(mut self, entity: &'a str) -> Self {
        self.authenticated_entity = ROption::RSome(entity.into());
        self
    }

    /// With which OAuth scopes, separated by spaces as OAuth has them.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// let requester = Requester::new("@alice:example.com").with_scope("openid urn:example:admin");
    /// assert!(requester.scope().any(|scope| scope == "urn:example:admin"));
    /// ```
    #[must_use]
    pub fn with_scope(mut self, scope: &'a str) -> Self {
        self.scope = scope.into();
        self
    }

    /// With which access token, by the homeserver's own number for it.
    #[must_use]
    pub fn with_access_token_id(mut self, id: i64) -> Self {
        self.access_token_id = ROption::RSome(id);
        self
    }

    /// As a guest.
    #[must_use]
    pub const fn as_guest(mut self) -> Self {
        self.is_guest = true;
        self
    }

    /// Shadow-banned.
    #[must_use]
    pub const fn as_shadow_banned(mut self) -> Self {
        self.shadow_banned = true;
        self
    }

    /// The user.
    pub fn user(&self) -> &'a UserId {
        UserId::new(self.user.as_str())
    }

    /// The device the request came from, if it has one.
    pub fn device_id(&self) -> Option<&'a str> {
        text_of(self.device_id)
    }

    /// The application service behind it, if any.
    pub fn app_service_id(&self) -> Option<&'a str> {
        text_of(self.app_service_id)
    }

    /// Who was really authenticated; `None`: the user themselves.
    pub fn authenticated_entity(&self) -> Option<&'a str> {
        text_of(self.authenticated_entity)
    }

    /// The OAuth scopes of the request, one by one.
    pub fn scope(&self) -> impl Iterator<Item = &'a str> + 'a {
        self.scope.as_str().split_ascii_whitespace()
    }

    /// The homeserver's own number for the access token.
    pub fn access_token_id(&self) -> Option<i64> {
        self.access_token_id.into_option()
    }

    /// Whether it is a guest.
    pub const fn is_guest(&self) -> bool {
        self.is_guest
    }

    /// Whether the user is shadow-banned.
    pub const fn shadow_banned(&self) -> bool {
        self.shadow_banned
    }
}

/// A client as one of its requests showed it: one item of `request_info`.
#[repr(C)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct RequestInfo<'a> {
    user_agent: ROption<RStr<'a>>,
    ip: RStr<'a>,
}

impl<'a> RequestInfo<'a> {
    /// What a homeserver tells.
    pub fn new(user_agent: Option<&'a str>, ip: &'a str) -> Self {
        Self { user_agent: optional(user_agent), ip: ip.into() }
    }

    /// The `User-Agent` header, if there was one.
    pub fn user_agent(&self) -> Option<&'a str> {
        text_of(self.user_agent)
    }

    /// The client's IP address.
    pub fn ip(&self) -> &'a str {
        self.ip.as_str()
    }
}

/// An e-mail address or telephone number that a user has proven to be theirs.
#[repr(C)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct Threepid<'a> {
    medium: RStr<'a>,
    address: RStr<'a>,
}

impl<'a> Threepid<'a> {
    /// What a homeserver tells.
    pub fn new(medium: &'a str, address: &'a str) -> Self {
        Self { medium: medium.into(), address: address.into() }
    }

    /// `email` or `msisdn`.
    pub fn medium(&self) -> &'a str {
        self.medium.as_str()
    }

    /// The address, in canonical form.
    pub fn address(&self) -> &'a str {
        self.address.as_str()
    }
}

pub(super) fn optional(text: Option<&str>) -> ROption<RStr<'_>> {
    text.map(RStr::from).into()
}

pub(super) fn text_of(text: ROption<RStr<'_>>) -> Option<&str> {
    text.into_option().map(|text| text.as_str())
}
