use hsmod_plugin_api::prelude::*;

struct Quiet;

#[callbacks]
impl SpamChecker for Quiet {
    async fn user_may_join_room(
        &self,
        _user_id: &UserId,
        _room_id: &RoomId,
    ) -> Result<Verdict, ModuleError> {
        Ok(Verdict::Allow)
    }
}

fn main() {}
