use hsmod_plugin_api::prelude::*;

async fn admin(api: &ModuleApi, user_id: &UserId) -> Result<bool, ModuleError> {
    if api.is_user_admin(user_id)? {
        return Ok(true);
    }
    api.is_user_admin(user_id)
}

fn main() {}
