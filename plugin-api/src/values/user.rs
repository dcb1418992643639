//! Arguments of callbacks about users and clients.

use hsmod_abi::{Flag, Number, Str, view};

use super::id::UserId;

view! {
    /// A user as the user directory shows them.
    ///
    /// Mirrors `synapse.module_api.UserProfile`.
    #[derive(Debug)]
    pub struct UserProfile<'a> {
        user_id: Str<'a>,
        display_name: Str<'a>,
        avatar_url: Str<'a>,    /// Reserved for the fields of extensible profiles, as JSON text: none.
        fields: Str<'a>,
    }
}

impl<'a> UserProfile<'a> {
    /// Creates the view of a profile. For homeservers.
    pub fn new(
        user_id: &'a str,
        display_name: Option<&'a str>,
        avatar_url: Option<&'a str>,
    ) -> Self {
        Self {
            size: Self::SIZE,
            flags: 0,
            user_id: Str::new(user_id),
            display_name: Str::optional(display_name),
            avatar_url: Str::optional(avatar_url),
            fields: Str::NONE,
        }
    }

    /// The user.
    pub fn user_id(&self) -> &'a UserId {
        UserId::new(self.user_id.text())
    }

    /// Their display name, if they have one.
    pub fn display_name(&self) -> Option<&'a str> {
        self.display_name.get()
    }

    /// The `mxc:` URL of their avatar, if they have one.
    pub fn avatar_url(&self) -> Option<&'a str> {
        self.avatar_url.get()
    }
}

view! {
    /// A user's display name and avatar.
    ///
    /// Mirrors `synapse.module_api.ProfileInfo`.
    #[derive(Debug)]
    pub struct ProfileInfo<'a> {
        display_name: Str<'a>,
        avatar_url: Str<'a>,    /// Reserved for the fields of extensible profiles, as JSON text: none.
        fields: Str<'a>,
    }
}

impl<'a> ProfileInfo<'a> {
    /// Creates the view of a profile. For homeservers.
    pub fn new(display_name: Option<&'a str>, avatar_url: Option<&'a str>) -> Self {
        Self {
            size: Self::SIZE,
            flags: 0,
            display_name: Str::optional(display_name),
            avatar_url: Str::optional(avatar_url),
            fields: Str::NONE,
        }
    }

    /// The display name, if there is one.
    pub fn display_name(&self) -> Option<&'a str> {
        self.display_name.get()
    }

    /// The `mxc:` URL of the avatar, if there is one.
    pub fn avatar_url(&self) -> Option<&'a str> {
        self.avatar_url.get()
    }
}

view! {
    /// The user who makes a request, and in which role.
    ///
    /// Mirrors `synapse.module_api.Requester`.
    #[derive(Debug)]
    pub struct Requester<'a> {
        user: Str<'a>,
        device_id: Str<'a>,
        app_service_id: Str<'a>,
        authenticated_entity: Str<'a>,
        scope: Str<'a>,
        access_token_id: Number,
        is_guest: Flag,
        shadow_banned: Flag,
    }
}

impl<'a> Requester<'a> {
    /// An ordinary user; the other methods add further properties.
    pub fn new(user: &'a str) -> Self {
        Self {
            size: Self::SIZE,
            flags: 0,
            user: Str::new(user),
            device_id: Str::NONE,
            app_service_id: Str::NONE,
            authenticated_entity: Str::NONE,
            scope: Str::NONE,
            access_token_id: Number::new(None),
            is_guest: Flag::new(false),
            shadow_banned: Flag::new(false),
        }
    }

    /// Sets the device.
    #[must_use]
    pub fn with_device_id(mut self, device_id: &'a str) -> Self {
        self.device_id = Str::new(device_id);
        self
    }

    /// Sets the application service that acts for the user.
    #[must_use]
    pub fn with_app_service_id(mut self, id: &'a str) -> Self {
        self.app_service_id = Str::new(id);
        self
    }

    /// Sets who was authenticated, if it is not the user (an admin acting as them).
    #[must_use]
    pub fn with_authenticated_entity(mut self, entity: &'a str) -> Self {
        self.authenticated_entity = Str::new(entity);
        self
    }

    /// Sets the OAuth scopes, separated by spaces as in OAuth.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// let requester = Requester::new("@alice:example.com").with_scope("openid urn:example:admin");
    /// assert!(requester.scope().any(|scope| scope == "urn:example:admin"));
    /// ```
    #[must_use]
    pub fn with_scope(mut self, scope: &'a str) -> Self {
        self.scope = Str::new(scope);
        self
    }

    /// Sets the access token, by the homeserver's own number for it.
    #[must_use]
    pub fn with_access_token_id(mut self, id: i64) -> Self {
        self.access_token_id = Number::new(Some(id));
        self
    }

    /// Marks the user as a guest.
    #[must_use]
    pub const fn as_guest(mut self) -> Self {
        self.is_guest = Flag::new(true);
        self
    }

    /// Marks the user as shadow-banned.
    #[must_use]
    pub const fn as_shadow_banned(mut self) -> Self {
        self.shadow_banned = Flag::new(true);
        self
    }

    /// The user.
    pub fn user(&self) -> &'a UserId {
        UserId::new(self.user.text())
    }

    /// The device the request came from, if it has one.
    pub fn device_id(&self) -> Option<&'a str> {
        self.device_id.get()
    }

    /// The application service that acts for the user, if any.
    pub fn app_service_id(&self) -> Option<&'a str> {
        self.app_service_id.get()
    }

    /// Who was really authenticated; `None` for the user themselves.
    pub fn authenticated_entity(&self) -> Option<&'a str> {
        self.authenticated_entity.get()
    }

    /// The OAuth scopes of the request, one by one.
    pub fn scope(&self) -> impl Iterator<Item = &'a str> + 'a {
        self.scope.text().split_ascii_whitespace()
    }

    /// The homeserver's own number for the access token.
    pub fn access_token_id(&self) -> Option<i64> {
        self.access_token_id.get()
    }

    /// Whether it is a guest.
    pub const fn is_guest(&self) -> bool {
        self.is_guest.get()
    }

    /// Whether the user is shadow-banned.
    pub const fn shadow_banned(&self) -> bool {
        self.shadow_banned.get()
    }
}

view! {
    /// A client as seen in one of its requests: one item of `request_info`.
    #[derive(Debug)]
    pub struct RequestInfo<'a> {
        user_agent: Str<'a>,
        ip: Str<'a>,
    }
}

impl<'a> RequestInfo<'a> {
    /// Creates the view of a request. For homeservers.
    pub fn new(user_agent: Option<&'a str>, ip: &'a str) -> Self {
        Self { size: Self::SIZE, flags: 0, user_agent: Str::optional(user_agent), ip: Str::new(ip) }
    }

    /// The `User-Agent` header, if there was one.
    pub fn user_agent(&self) -> Option<&'a str> {
        self.user_agent.get()
    }

    /// The client's IP address.
    pub fn ip(&self) -> &'a str {
        self.ip.text()
    }
}

view! {
    /// A verified e-mail address or telephone number of a user.
    #[derive(Debug)]
    pub struct Threepid<'a> {
        medium: Str<'a>,
        address: Str<'a>,
    }
}

impl<'a> Threepid<'a> {
    /// Creates the view of an identifier. For homeservers.
    pub fn new(medium: &'a str, address: &'a str) -> Self {
        Self { size: Self::SIZE, flags: 0, medium: Str::new(medium), address: Str::new(address) }
    }

    /// `email` or `msisdn`.
    pub fn medium(&self) -> &'a str {
        self.medium.text()
    }

    /// The address, in canonical form.
    pub fn address(&self) -> &'a str {
        self.address.text()
    }
}

impl Default for ProfileInfo<'_> {
    fn default() -> Self {
        Self::new(None, None)
    }
}
