use std::sync::Mutex;

use hsmod_plugin_api::prelude::*;

struct Counting {
    api: ModuleApi,
    admins: Mutex<u32>,
}

#[callbacks]
impl SpamChecker for Counting {
    async fn user_may_publish_room(
        &self,
        user_id: &UserId,
        _room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        let mut admins = self.admins.lock()?;
        if self.api.is_user_admin(user_id).await? {
            *admins += 1;
        }
        Ok(Verdict::Allow)
    }
}

fn main() {}
