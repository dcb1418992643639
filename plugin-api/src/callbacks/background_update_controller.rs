//! Category `background_update_controller`: paces the updates of the database that run in the background.

use crate::table::callbacks;
use crate::values::UpdateGuard;

callbacks! {
    /// Paces the updates of the homeserver's database that run in the background.
    ///
    /// Only the first module that registers it is asked; it has to write
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
        /// A batch of an update is about to run: how long it should take, and what is to be done
        /// when it has run.
        ///
        /// Called before each batch, which waits for the answer; `oneshot` if the update is a
        /// single batch. With a controller the homeserver does not pause between batches of its
        /// own accord: the controller waits here for as long as it wants.
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

        /// How many items the first batch of an update has; `None` leaves it to the homeserver
        /// (100 unless it is configured).
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

        /// How many items a batch has at least, 1 or more; `None` leaves it to the homeserver (1
        /// unless it is configured).
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
