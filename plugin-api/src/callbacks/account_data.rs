//! Category `account_data`: changes of the account data that clients store.

use crate::table::callbacks;
use crate::values::{JsonStr, UserId};

callbacks! {
    /// Notifications about the account data that clients store.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. All callbacks
    /// may be called from any thread, several at once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/handlers/account_data.py`.
    pub trait AccountData = "account_data",
        written AccountDataCallbacks, table AccountDataTable AccountDataTableRef,
        all AccountDatas, lists AccountDataLists
    {
        /// The account data of a user has changed: in the room `room_id`, or globally (`None`).
        ///
        /// Called when it is stored; an empty `content` is a deletion. Not called for tags of
        /// rooms.
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
