//! Category `media_repository`: limits on uploads.

use crate::table::callbacks;
use crate::values::{JsonObject, MediaUploadLimit, Permission, UserId};

callbacks! {
    /// Decides how much a user may upload.
    ///
    /// Modules are asked in the order of the config.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. All callbacks
    /// may be called from any thread, several at once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/module_api/callbacks/media_repository_callbacks.py`.
    pub trait MediaRepository = "media_repository",
        written MediaRepositoryCallbacks, table MediaRepositoryTable MediaRepositoryTableRef,
        all MediaRepositories, lists MediaRepositoryLists
    {
        /// The limits of the media repository that are reported to a user, in place of the
        /// homeserver's: the whole body of `GET /_matrix/client/v1/media/config`.
        ///
        /// Combined: the first answer decides. On failure: the request fails.
        /// Since Synapse 1.132.
        async fn get_media_config_for_user(&self, user_id: &UserId) -> Option<JsonObject>, since 0 {
            //! let listed = self.listed.contains(user_id);
            //! let size = if listed { 500_000_000 } else { 50_000_000 };
            //! Ok(Some(JsonObject::from_iter([("m.upload.size".to_owned(), size.into())])))
        }

        /// Whether a user may upload a file of `size` bytes.
        ///
        /// Called before each upload whose size is within the homeserver's own limit. A denial is
        /// a 413.
        ///
        /// Combined: the first denial decides. On failure: the request fails.
        /// Since Synapse 1.132.
        async fn is_user_allowed_to_upload_media_of_size(
            &self,
            user_id: &UserId,
            size: u64,
        ) -> Permission, since 0, denies {
            //! let small = size <= 10_000_000 || self.listed.contains(user_id);
            //! Ok(if small { Permission::Allow } else { Permission::Deny })
        }

        /// How much a user may upload in a period, in place of the homeserver's limits; an empty
        /// list means no limit.
        ///
        /// Called after each upload. The homeserver gets the limits with the longest period first.
        ///
        /// Combined: the first answer decides. On failure: the request fails.
        /// Since Synapse 1.139.
        async fn get_media_upload_limits_for_user(
            &self,
            user_id: &UserId,
        ) -> Option<Vec<MediaUploadLimit>>, since 0, denies {
            //! const DAY_MS: u64 = 24 * 60 * 60 * 1000;
            //! if self.listed.contains(user_id) {
            //!     // No limit at all; `None` would leave it to the homeserver.
            //!     return Ok(Some(Vec::new()));
            //! }
            //! Ok(Some(vec![MediaUploadLimit::new(100_000_000, DAY_MS)]))
        }

        /// A user's upload was refused because of a limit: they had uploaded `sent_bytes` in its
        /// period, and tried to upload `attempted_bytes` more.
        ///
        /// Called before the client gets its 403 `M_USER_LIMIT_EXCEEDED`; an error with an HTTP
        /// status replaces that.
        ///
        /// Combined: all are told, in order; the first failure ends it. On failure: the request
        /// fails.
        /// Since Synapse 1.139.
        async fn on_media_upload_limit_exceeded(
            &self,
            user_id: &UserId,
            limit: MediaUploadLimit,
            sent_bytes: u64,
            attempted_bytes: u64,
        ) -> (), since 0 {
            //! let limit = limit.max_bytes;
            //! tracing::info!(user = %user_id, limit, sent_bytes, attempted_bytes, "wants more room");
            //! Ok(())
        }
    }
}
