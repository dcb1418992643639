//! Category `account_data`: what clients keep with a user's account.

use crate::table::callbacks;
use crate::values::{JsonStr, UserId};

callbacks! {
    /// News of what clients keep with a user's account.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. All callbacks
    /// may be called from any thread, several at once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/handlers/account_data.py`.
    pub trait AccountData = "account_data",
        written AccountDataCallbacks, table AccountDataTable AccountDataTableRef,
        all AccountDatas, lists AccountDataLists
    {
        /// Account data of a user has changed: for one room, or for none (`room_id`).
        ///
        /// Called when it is stored; an empty `content` is a deletion. Not for tags of rooms.
        ///
        /// Combined: all are told. On failure: logged.
        /// Since Synapse 1.57.
        async fn on_account_data_updated(
            &self,
            user_id: &UserId,
            room_id: Option<&str>,
            account_data_type: &str,
            content: &JsonStr,
        ) -> (), since 0 {
            //! if room_id.is_none() && account_data_type == "m.ignored_user_list" {
            //!     let ignored: JsonObject = content.parse()?;
            //!     tracing::info!(user = %user_id, ?ignored, "ignores somebody else now");
            //! }
            //! Ok(())
        }
    }
}
