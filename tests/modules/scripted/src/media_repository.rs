//! The callbacks of `media_repository`.

use hsmod_plugin_api::prelude::*;
use serde_json::{Map, Value, json};

use crate::{Scripted, arguments, grammar};

#[callbacks]
impl MediaRepository for Scripted {
    async fn get_media_config_for_user(
        &self,
        user_id: &UserId,
    ) -> Result<Option<Map<String, Value>>, ModuleError> {
        let arguments = json!([user_id.as_str()]);
        self.call("get_media_config_for_user", arguments, grammar::media_config).await
    }

    async fn is_user_allowed_to_upload_media_of_size(
        &self,
        user_id: &UserId,
        size: u64,
    ) -> Result<Permission, ModuleError> {
        let arguments = json!([user_id.as_str(), size]);
        self.call("is_user_allowed_to_upload_media_of_size", arguments, grammar::upload).await
    }

    async fn get_media_upload_limits_for_user(
        &self,
        user_id: &UserId,
    ) -> Result<Option<Vec<MediaUploadLimit>>, ModuleError> {
        let arguments = json!([user_id.as_str()]);
        self.call("get_media_upload_limits_for_user", arguments, grammar::upload_limits).await
    }

    async fn on_media_upload_limit_exceeded(
        &self,
        user_id: &UserId,
        limit: MediaUploadLimit,
        sent_bytes: u64,
        attempted_bytes: u64,
    ) -> Result<(), ModuleError> {
        let limit = arguments::upload_limit(&limit);
        let arguments = json!([user_id.as_str(), limit, sent_bytes, attempted_bytes]);
        self.call("on_media_upload_limit_exceeded", arguments, grammar::nothing).await
    }
}
