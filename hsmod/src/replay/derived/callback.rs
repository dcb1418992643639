//! The callbacks that a replay calls, and which of them modules registered.

use hsmod_loader::Modules;

macro_rules! callbacks {
    ($( $name:ident: $full_name:literal, )*) => {
        /// A callback that a replay calls if the history gives a reason.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::replay) enum Callback { $( $name, )* }

        impl Callback {
            pub(in crate::replay) const ALL: &[Self] = &[$( Self::$name, )*];

            /// The category and the name.
            pub(in crate::replay) const fn full_name(self) -> &'static str {
                match self { $( Self::$name => $full_name, )* }
            }
        }
    };
}

callbacks! {
    IsUserExpired: "account_validity.is_user_expired",
    OnCreateRoom: "third_party_rules.on_create_room",
    GetRatelimitOverrideForUser: "ratelimit.get_ratelimit_override_for_user",
    UserMayCreateRoom: "spam_checker.user_may_create_room",
    CheckVisibilityCanBeModified: "third_party_rules.check_visibility_can_be_modified",
    UserMayCreateRoomAlias: "spam_checker.user_may_create_room_alias",
    OnProfileUpdate: "third_party_rules.on_profile_update",
    UserMayJoinRoom: "spam_checker.user_may_join_room",
    ShouldDropFederatedEvent: "spam_checker.should_drop_federated_event",
    FederatedUserMayInvite: "spam_checker.federated_user_may_invite",
    UserMayInvite: "spam_checker.user_may_invite",
    UserMaySendStateEvent: "spam_checker.user_may_send_state_event",
    CheckEventAllowed: "third_party_rules.check_event_allowed",
    CheckEventForSpam: "spam_checker.check_event_for_spam",
    OnNewEvent: "third_party_rules.on_new_event",
}

impl Callback {
    /// The event's own callbacks, which are called for every event.
    pub(super) const OWN: [Self; 3] =
        [Self::CheckEventAllowed, Self::CheckEventForSpam, Self::OnNewEvent];

    /// The name without the category.
    pub(super) fn name(self) -> &'static str {
        let full_name = self.full_name();
        full_name.split_once('.').map_or(full_name, |(_, name)| name)
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// The callbacks that modules registered.
#[derive(Clone, Debug, Default)]
pub(in crate::replay) struct Listeners {
    bits: u32,
    /// By full name, the modules in config order.
    all: Vec<(String, Vec<String>)>,
}

impl Listeners {
    pub(in crate::replay) fn of(modules: &Modules) -> Self {
        let mut all: Vec<(String, Vec<String>)> = Vec::new();
        for info in modules.info() {
            for (category, names) in &info.callbacks {
                for full_name in names.iter().map(|name| format!("{category}.{name}")) {
                    match all.iter_mut().find(|(known, _)| *known == full_name) {
                        Some((_, modules)) => modules.push(info.name.clone()),
                        None => all.push((full_name, vec![info.name.clone()])),
                    }
                }
            }
        }
        let is_there =
            |callback: &&Callback| all.iter().any(|(name, _)| name == callback.full_name());
        let bits = Callback::ALL.iter().filter(is_there).map(|callback| callback.bit());
        Self { bits: bits.fold(0, |all, bit| all | bit), all }
    }

    /// Whether a module registered this callback.
    pub(in crate::replay) const fn hear(&self, callback: Callback) -> bool {
        self.bits & callback.bit() != 0
    }

    /// Whether a module registered any of these callbacks.
    pub(in crate::replay) fn hear_any(&self, callbacks: &[Callback]) -> bool {
        callbacks.iter().any(|callback| self.hear(*callback))
    }

    /// Whether a module registered a callback other than the event's own.
    pub(in crate::replay) fn derive(&self) -> bool {
        let own = Callback::OWN.iter().fold(0, |all, callback| all | callback.bit());
        self.bits & !own != 0
    }

    /// The full names of all registered callbacks, including those that a replay never calls.
    pub(super) fn registered(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|(name, _)| &**name)
    }

    /// The module that registered a callback, if only one did. Used for answers that do not name
    /// their module.
    pub(super) fn only(&self, callback: Callback) -> Option<&str> {
        let (_, modules) = self.all.iter().find(|(name, _)| name == callback.full_name())?;
        match &modules[..] {
            [module] => Some(module),
            _ => None,
        }
    }
}
