//! `media_repository`, as `synapse/module_api/callbacks/media_repository_callbacks.py` calls it.

use super::rows;
use crate::convert::answers::{nothing, optional_fields, permission};
use crate::convert::arguments::{Number, Text};
use crate::convert::limits::{UploadLimit, upload_limits};

rows! { media_repository {
    get_media_config_for_user(user_id: Text) => optional_fields;
    is_user_allowed_to_upload_media_of_size(user_id: Text, size: Number) => permission;
    get_media_upload_limits_for_user(user_id: Text) => upload_limits;
    on_media_upload_limit_exceeded(
        user_id: Text, limit: UploadLimit, sent_bytes: Number, attempted_bytes: Number
    ) => nothing;
} }
