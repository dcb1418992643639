//! Group `threepids`.

use super::Canned;
use crate::requests::Threepids;
use crate::requests::threepids::UserThreepid;
use crate::testing::user::FakeUser;
use crate::testing::world::bad_request;
use crate::values::{ModuleError, UserId};

impl Threepids for Canned {
    async fn get_threepids_for_user(
        &self,
        user_id: &UserId,
    ) -> Result<Vec<UserThreepid>, ModuleError> {
        let known = self.known();
        let user = known.users.get(user_id.as_str());
        Ok(user.map(|user| user.threepids.clone()).unwrap_or_default())
    }

    async fn add_threepid(
        &self,
        user_id: &UserId,
        medium: &str,
        address: &str,
        validated_at: i64,
    ) -> Result<(), ModuleError> {
        if !matches!(medium, "email" | "msisdn") {
            return Err(bad_request(format!("`{medium}` is not a medium")));
        }
        let address = canonical(medium, address);
        let mut known = self.known();
        known.local_user(user_id)?;
        for user in known.users.values_mut() {
            take(user, medium, &address);
        }
        let (medium, added_at) = (medium.to_owned(), known.clock.now());
        let threepid = UserThreepid { medium, address, validated_at, added_at };
        known.local_user(user_id)?.threepids.push(threepid);
        Ok(())
    }

    async fn delete_threepid(
        &self,
        user_id: &UserId,
        medium: &str,
        address: &str,
    ) -> Result<bool, ModuleError> {
        let mut known = self.known();
        Ok(take(known.local_user(user_id)?, medium, &canonical(medium, address)))
    }

    /// Only recorded: see [`FakeHost::requests`](crate::testing::FakeHost::requests).
    async fn store_remote_3pid_association(
        &self,
        user_id: &UserId,
        _medium: &str,
        _address: &str,
        _id_server: &str,
    ) -> Result<(), ModuleError> {
        self.known().local_user(user_id).map(drop)
    }
}

/// The form in which an address is stored.
fn canonical(medium: &str, address: &str) -> String {
    if medium == "email" { address.to_lowercase() } else { address.to_owned() }
}

/// Removes an address from a user; returns whether they had it.
fn take(user: &mut FakeUser, medium: &str, address: &str) -> bool {
    let before = user.threepids.len();
    user.threepids.retain(|own| own.medium != medium || canonical(medium, &own.address) != address);
    user.threepids.len() < before
}
