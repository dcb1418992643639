//! The requests that a module may make to its homeserver, by group: one file per group, one row per
//! request.
//!
//! A homeserver implements the groups that it can answer. A module sees all of them as methods of
//! [`ModuleApi`](crate::ModuleApi); a method that the homeserver does not implement returns an
//! error with its name.

pub mod account_data;
pub mod caches;
pub mod events;
pub mod http;
pub mod logins;
pub mod mail;
pub mod membership;
pub mod presence;
pub mod public_rooms;
pub mod push;
pub mod rooms;
pub mod storage;
pub mod templates;
pub mod threepids;
pub mod time;
pub mod users;

#[cfg(feature = "host")]
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(feature = "host")]
use crate::boundary::admit_request;
#[cfg(feature = "host")]
use crate::module::ModuleHost;
use crate::table::equal;
use crate::values::JsonShape;
#[cfg(feature = "host")]
use crate::values::{ModuleError, Unanswered};

/// The properties of a request, for documentation and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestRow {
    /// Its group: `users`.
    pub group: &'static str,
    /// The group, as a set of one.
    pub in_groups: GroupSet,
    /// Its name, as in Synapse.
    pub name: &'static str,
    /// The minor version of the boundary that added it.
    pub since: u32,
    /// Names and types of its arguments.
    pub arguments: &'static [(&'static str, &'static str)],
    /// The arguments that are JSON, with their required JSON types: a module may pass any value
    /// that serialises to them.
    pub json: &'static [(&'static str, JsonShape)],
    /// The type of its answer.
    pub answer: &'static str,
    /// The argument that is the room whose lock the answer needs.
    pub locks: Option<&'static str>,
    /// The lines of its documentation.
    pub doc: &'static [&'static str],
    /// The lines of the example in a module's documentation.
    pub example: &'static [&'static str],
}

/// A set of groups, with a bit for each, so that the check of a request compares no names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupSet(u32);

impl GroupSet {
    /// The group with this name alone; the empty set if there is none.
    ///
    /// ```
    /// use hsmod_plugin_api::requests::GroupSet;
    ///
    /// let groups = GroupSet::of("users").and(GroupSet::of("mail"));
    /// assert!(groups.has(GroupSet::of("mail")) && !groups.has(GroupSet::of("rooms")));
    /// ```
    pub const fn of(group: &str) -> Self {
        let mut number = 0;
        while number < GROUPS.len() {
            if equal(GROUPS[number].as_bytes(), group.as_bytes()) {
                return Self(1 << number);
            }
            number += 1;
        }
        Self(0)
    }

    /// The union of both sets.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether both sets have a group in common.
    #[inline]
    pub const fn has(self, some: Self) -> bool {
        self.0 & some.0 != 0
    }
}

/// Whether there is a request with this name; usable in constants.
///
/// ```
/// use hsmod_plugin_api::requests::is_request;
///
/// assert!(is_request("send_mail") && !is_request("mail"));
/// ```
pub const fn is_request(name: &str) -> bool {
    let mut group = 0;
    while group < REQUESTS.len() {
        let mut row = 0;
        while row < REQUESTS[group].len() {
            if equal(REQUESTS[group][row].name.as_bytes(), name.as_bytes()) {
                return true;
            }
            row += 1;
        }
        group += 1;
    }
    false
}

/// Counts a request while it is answered.
///
/// Rationale: this is only a counter, because every request takes one.
#[cfg(feature = "host")]
#[derive(Debug)]
pub struct Permit<'a>(&'a AtomicUsize);

#[cfg(feature = "host")]
impl<'a> Permit<'a> {
    /// Takes a place if fewer than `most` are `taken`; dropping the permit returns it.
    ///
    /// ```
    /// use std::sync::atomic::AtomicUsize;
    /// use hsmod_plugin_api::requests::Permit;
    ///
    /// let taken = AtomicUsize::new(0);
    /// let first = Permit::take(&taken, 1);
    /// assert!(first.is_some() && Permit::take(&taken, 1).is_none());
    /// drop(first);
    /// assert!(Permit::take(&taken, 1).is_some());
    /// ```
    #[inline]
    pub fn take(taken: &'a AtomicUsize, most: usize) -> Option<Self> {
        let permit = Self(taken);
        // A place beyond the limit is returned at once, when the permit is dropped.
        (taken.fetch_add(1, Ordering::Relaxed) < most).then_some(permit)
    }
}

#[cfg(feature = "host")]
impl Drop for Permit<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The error if the answering side was dropped.
#[cfg(feature = "host")]
pub(crate) fn gone(request: &str) -> ModuleError {
    let message = format!("`{request}` is not answered: the homeserver has ended");
    ModuleError::not_answered(Unanswered::ShuttingDown, message)
}

/// The answering object of a group, if the request is admitted now, and the permit for it.
#[cfg(feature = "host")]
#[inline]
pub(crate) fn admitted<'a, H: ModuleHost, G: ?Sized>(
    host: &'a H,
    request: &'static RequestRow,
    group: Option<&'a G>,
    room: Option<&str>,
) -> Result<(&'a G, Permit<'a>), ModuleError> {
    admit_request(request.name)?;
    let group = group.ok_or_else(|| host.lacks(request))?;
    Ok((group, host.admit(request, room)?))
}

/// Every group, one row each, in the order of the `mod` lines above: its trait, and the items that
/// belong to the trait. Calls `$then` with the tokens in the brackets, followed by all rows.
#[doc(hidden)]
#[macro_export]
macro_rules! __request_groups {
    ($($then:ident)::+ [$($first:tt)*]) => {
        $($then)::+! { $($first)*
            users: Users UsersRequests UsersTableRef ErasedUsers;
            logins: Logins LoginsRequests LoginsTableRef ErasedLogins;
            rooms: Rooms RoomsRequests RoomsTableRef ErasedRooms;
            events: Events EventsRequests EventsTableRef ErasedEvents;
            membership: Membership MembershipRequests MembershipTableRef ErasedMembership;
            account_data: UserAccountData UserAccountDataRequests UserAccountDataTableRef ErasedUserAccountData;
            threepids: Threepids ThreepidsRequests ThreepidsTableRef ErasedThreepids;
            presence: Presence PresenceRequests PresenceTableRef ErasedPresence;
            push: Push PushRequests PushTableRef ErasedPush;
            public_rooms: PublicRooms PublicRoomsRequests PublicRoomsTableRef ErasedPublicRooms;
            time: Time TimeRequests TimeTableRef ErasedTime;
            caches: Caches CachesRequests CachesTableRef ErasedCaches;
            storage: Storage StorageRequests StorageTableRef ErasedStorage;
            http: Http HttpRequests HttpTableRef ErasedHttp;
            templates: Templates TemplatesRequests TemplatesTableRef ErasedTemplates;
            mail: Mail MailRequests MailTableRef ErasedMail;
        }
    };
}

/// The output of `#[requests]`, like `__written_callbacks` for the traits of callbacks.
#[cfg(feature = "host")]
#[doc(hidden)]
#[macro_export]
macro_rules! __written_requests {
    ($written:ident [$($generics:tt)*] [$($homeserver:tt)*] [$($names:tt)*]) => {
        impl $($generics)* $crate::requests::$written for $($homeserver)* {
            const WRITTEN: &'static [&'static str] = &[$($names)*];
        }
    };
}

macro_rules! list {
    ($( $group:ident: $trait:ident $written:ident $table:ident $erased:ident; )*) => {
        /// Every request, by group.
        ///
        /// ```
        /// let users = hsmod_plugin_api::requests::REQUESTS[0];
        /// assert_eq!(users[0].name, "get_userinfo_by_id");
        /// ```
        pub const REQUESTS: &[&[RequestRow]] = &[$( $group::ROWS, )*];

        /// The names of all groups.
        const GROUPS: &[&str] = &[$( stringify!($group), )*];

        hsmod_abi::extensions! {
            /// The tables of all groups that a homeserver has.
            #[repr(C)]
            #[derive(Clone, Copy, Debug)]
            #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
            pub struct Groups { $( $group: $group::$table, )* }
        }

        /// The table of a homeserver for the group with this name, if the homeserver answers the
        /// group.
        #[cfg(feature = "host")]
        pub(crate) fn table_of<H: ModuleHost>(name: &str) -> Option<hsmod_abi::Extension<H>> {
            match name {
                $( concat!(stringify!($group), "/1") => {
                    Some(hsmod_abi::Extension::of::<$group::$table>())
                } )*
                _ => None,
            }
        }

        $( #[cfg(feature = "host")] pub use $group::{$trait, $written}; )*

        /// The groups of requests that a homeserver answers.
        #[cfg(feature = "host")]
        #[derive(Clone, Default)]
        pub struct Services {
            $( pub(crate) $group: Option<std::sync::Arc<dyn $group::$erased>>, )*
        }

        #[cfg(feature = "host")]
        impl Services {
            /// No group is answered.
            pub const NOTHING: Self = Self { $( $group: None, )* };

            $(
                #[doc = concat!("The requests of [`", stringify!($trait), "`] are answered by `answerer`.")]
                #[must_use]
                pub fn $group(mut self, answerer: impl $trait) -> Self {
                    self.$group = Some(std::sync::Arc::new(answerer));
                    self
                }
            )*

            /// Answers with `others` the groups that `self` does not have.
            #[must_use]
            pub fn or(self, others: Self) -> Self {
                Self { $( $group: self.$group.or(others.$group), )* }
            }

            /// Whether a group is answered, at least in part.
            pub fn has(&self, group: &str) -> bool {
                $( (group == stringify!($group) && self.$group.is_some()) )||*
            }

            /// Tells a group that the module has given up what the group identifies by this number.
            pub(crate) fn give_up(&self, group: &str, number: i64) {
                $(
                    if let (stringify!($group), Some(holder)) = (group, &self.$group) {
                        holder.give_up(number);
                    }
                )*
            }

            /// Whether a request is answered.
            pub fn answers(&self, name: &str) -> bool {
                $( self.$group.as_ref().is_some_and(|group| group.answers(name)) )||*
            }
        }

        #[cfg(feature = "host")]
        impl std::fmt::Debug for Services {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let given = [$( self.$group.as_ref().map(|_| stringify!($group)), )*];
                f.debug_set().entries(given.into_iter().flatten()).finish()
            }
        }
    };
}

__request_groups!(list []);

#[cfg(test)]
mod tests {
    use super::*;

    /// The methods to call instead of requests that modules do not make directly.
    const INSTEAD: [(&str, &str); 3] =
        [("http_request", "request"), ("db_commit", "commit"), ("render_template", "render")];

    #[test]
    fn the_example_of_each_request_makes_it() {
        for row in REQUESTS.iter().copied().flatten() {
            let instead = INSTEAD.iter().find(|(name, _)| *name == row.name);
            let call = format!(".{}(", instead.map_or(row.name, |(_, instead)| instead));
            let lines = row.example.iter().map(|line| line.trim());
            let shown = lines.filter(|line| !line.starts_with(['#', '/']));
            let mut shown = shown.filter(|line| line.contains(&call) && line.contains(".await?"));
            assert!(shown.next().is_some(), "the example of `{}` has no `{call}`", row.name);
        }
    }

    #[test]
    fn every_argument_that_is_json_has_a_shape() {
        for row in REQUESTS.iter().copied().flatten() {
            let json = row.arguments.iter().filter(|(_, kind)| *kind == "&JsonStr");
            let shaped: Vec<&str> = row.json.iter().map(|(name, _)| *name).collect();
            assert_eq!(json.map(|(name, _)| *name).collect::<Vec<_>>(), shaped, "{}", row.name);
        }
    }
}
