//! The default answers of a fake homeserver, one file per group.

mod account_data;
mod caches;
mod events;
mod logins;
mod mail;
mod membership;
mod presence;
mod public_rooms;
mod push;
mod rooms;
mod threepids;
mod time;
mod users;

use std::sync::MutexGuard;

use super::world::{Known, World};
use crate::requests::{self, RequestRow};

/// Answers requests from what the homeserver knows.
#[derive(Debug)]
pub(super) struct Canned(World);

impl Canned {
    pub(super) const fn new(world: World) -> Self {
        Self(world)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known()
    }
}

/// Groups of which all requests are implemented in their file.
macro_rules! all_written {
    ($( $group:ident: $written:ident; )*) => { $(
        impl requests::$written for Canned {
            const WRITTEN: &'static [&'static str] =
                &names::<{ requests::$group::ROWS.len() }>(requests::$group::ROWS);
        }
    )* };
}

all_written! {
    users: UsersRequests;
    logins: LoginsRequests;
    rooms: RoomsRequests;
    events: EventsRequests;
    membership: MembershipRequests;
    account_data: UserAccountDataRequests;
    threepids: ThreepidsRequests;
    presence: PresenceRequests;
    push: PushRequests;
    public_rooms: PublicRoomsRequests;
    time: TimeRequests;
    caches: CachesRequests;
    mail: MailRequests;
}

/// Groups without default answers; a test may script them.
macro_rules! none_written {
    ($( $trait:ident: $written:ident; )*) => { $(
        impl requests::$written for Canned {
            const WRITTEN: &'static [&'static str] = &[];
        }

        impl requests::$trait for Canned {}
    )* };
}

none_written! {
    Http: HttpRequests;
    Storage: StorageRequests;
    Templates: TemplatesRequests;
}

const fn names<const N: usize>(rows: &[RequestRow]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut index = 0;
    while index < N {
        names[index] = rows[index].name;
        index += 1;
    }
    names
}
