use hsmod_plugin_api::prelude::*;

struct Quiet;

#[callbacks]
impl SpamChecker for Quiet {
    async fn user_may_join_room(
        &self,
        _user_id: &str,
        _room_id: &RoomId,
        _is_invited: bool,
    ) -> Result<Verdict, ModuleError> {
        Ok(Verdict::Allow)
    }
}

fn main() {}
