//! The callbacks of `media_repository`.

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::{Player, arguments};

#[callbacks(optional)]
impl MediaRepository for Player {
    async fn get_media_config_for_user(
        &self,
        user_id: &UserId,
    ) -> Result<Option<JsonObject>, ModuleError> {
        self.call("get_media_config_for_user", json!([user_id])).await
    }

    async fn is_user_allowed_to_upload_media_of_size(
        &self,
        user_id: &UserId,
        size: u64,
    ) -> Result<Permission, ModuleError> {
        self.call("is_user_allowed_to_upload_media_of_size", json!([user_id, size])).await
    }

    async fn get_media_upload_limits_for_user(
        &self,
        user_id: &UserId,
    ) -> Result<Option<Vec<MediaUploadLimit>>, ModuleError> {
        self.call("get_media_upload_limits_for_user", json!([user_id])).await
    }

    async fn on_media_upload_limit_exceeded(
        &self,
        user_id: &UserId,
        limit: MediaUploadLimit,
        sent_bytes: u64,
        attempted_bytes: u64,
    ) -> Result<(), ModuleError> {
        let limit = arguments::upload_limit(&limit);
        let arguments = json!([user_id, limit, sent_bytes, attempted_bytes]);
        self.call("on_media_upload_limit_exceeded", arguments).await
    }
}
