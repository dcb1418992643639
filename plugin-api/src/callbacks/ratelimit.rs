//! Category `ratelimit`: how often a user may do something.

use crate::table::callbacks;
use crate::values::{RatelimitOverride, UserId};

callbacks! {
    /// Decides how often a user may do something.
    ///
    /// Modules are asked in the order of the config.
    ///
    /// Override those you need; `#[callbacks]` above the `impl` registers just these. All callbacks
    /// may be called from any thread, several at once, from the end of `start` until `shutdown`.
    ///
    /// Mirrors `synapse/module_api/callbacks/ratelimit_callbacks.py`.
    pub trait Ratelimit = "ratelimit",
        written RatelimitCallbacks, table RatelimitTable RatelimitTableRef,
        all Ratelimits, lists RatelimitLists
    {
        /// How often a user may do something, instead of what the homeserver would allow.
        ///
        /// Called before each operation that one of these limiters counts:
        /// `rc_invites.per_room`, `rc_invites.per_user`, `rc_invites.per_issuer`.
        ///
        /// Combined: the first answer decides. On failure: the request fails.
        /// Since Synapse 1.132.
        async fn get_ratelimit_override_for_user(
            &self,
            user_id: &UserId,
            limiter_name: &str,
        ) -> Option<RatelimitOverride>, since 0, denies {
            //! let bot = limiter_name == "rc_invites.per_issuer" && self.listed.contains(user_id);
            //! Ok(bot.then_some(RatelimitOverride::UNLIMITED))
        }
    }
}
