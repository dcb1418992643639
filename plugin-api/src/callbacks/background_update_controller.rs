//! Category `background_update_controller`: paces background updates of the database.

use crate::table::callbacks;
use crate::values::UpdateGuard;

callbacks! {
    /// Paces the background updates of the homeserver's database.
    ///
    /// Only the first module that registers it is asked; the module must implement
    /// [`on_update`](Self::on_update).
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. All callbacks
    /// may be called from any thread, several at once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/storage/background_updates.py`.
    pub trait BackgroundUpdateController = "background_update_controller",
        written BackgroundUpdateControllerCallbacks, table BackgroundUpdateControllerTable BackgroundUpdateControllerTableRef,
        all BackgroundUpdateControllers, lists BackgroundUpdateControllerLists
    {
        /// A batch of an update is about to run: how long it should take, and what to do after it.
        ///
        /// Called before each batch, which waits for the answer; `oneshot` if the update is a
        /// single batch. With a controller the homeserver does not pause between batches by itself:
        /// the controller waits here as long as it wants.
        ///
        /// Combined: the first module that registered the category is asked. On failure: the
        /// request fails.
        /// Since Synapse 1.49.
        async fn on_update(
            &self,
            update_name: &str,
            database_name: &str,
            oneshot: bool,
        ) -> UpdateGuard, since 0 {
            //! // Half of the time is for users.
            //! if !oneshot {
            //!     self.api.sleep(std::time::Duration::from_millis(100)).await?;
            //! }
            //! Ok(UpdateGuard::new(std::time::Duration::from_millis(100)))
        }

        /// The number of items in the first batch of an update; `None` leaves it to the homeserver
        /// (100 by default).
        ///
        /// Combined: the first module that registered the category is asked. On failure: the
        /// request fails.
        /// Since Synapse 1.49.
        async fn default_batch_size(
            &self,
            update_name: &str,
            database_name: &str,
        ) -> Option<i64>, since 0 {
            //! Ok(update_name.starts_with("event_search").then_some(10))
        }

        /// The minimum number of items in a batch, at least 1; `None` leaves it to the homeserver
        /// (1 by default).
        ///
        /// Combined: the first module that registered the category is asked. On failure: the
        /// request fails.
        /// Since Synapse 1.49.
        async fn min_batch_size(
            &self,
            update_name: &str,
            database_name: &str,
        ) -> Option<i64>, since 0 {
            //! Ok((database_name == "master").then_some(5))
        }
    }
}
