use hsmod_plugin_api::prelude::*;

async fn admin(api: &ModuleApi) -> Result<bool, ModuleError> {
    let user_id = String::from("@alice:example.com");
    Ok(api.is_user_admin("@alice:example.com").await? || api.is_user_admin(&user_id).await?)
}

fn main() {}
