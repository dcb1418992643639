//! Group `presence`.

use std::collections::BTreeMap;

use super::Canned;
use crate::requests::Presence;
use crate::testing::world::bad_request;
use crate::values::{JsonStr, ModuleError, UserId};

impl Presence for Canned {
    /// Only recorded: see [`FakeHost::requests`](crate::testing::FakeHost::requests).
    async fn send_local_online_presence_to(&self, users: &JsonStr) -> Result<(), ModuleError> {
        users.parse::<Vec<String>>()?;
        Ok(())
    }

    async fn set_presence_for_users(&self, users: &JsonStr) -> Result<(), ModuleError> {
        let users: BTreeMap<String, (String, Option<String>)> = users.parse()?;
        let mut known = self.known();
        for (user_id, (state, _)) in &users {
            known.local_user(UserId::new(user_id))?;
            if !["online", "unavailable", "offline", "busy"].contains(&state.as_str()) {
                return Err(bad_request(format!("`{state}` is not a state of presence")));
            }
        }
        for (user_id, presence) in users {
            known.local_user(UserId::new(&user_id))?.presence = Some(presence);
        }
        Ok(())
    }
}
