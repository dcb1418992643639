//! Group `account_data`: the account data that clients store.

use crate::module::ModuleApi;
use crate::table::requests;
use crate::values::{JsonObject, JsonStr, UserId};

/// The global account data of this homeserver's users.
///
/// Mirrors `synapse.module_api.AccountDataManager`.
#[derive(Clone, Copy, Debug)]
pub struct AccountDataManager<'a>(&'a ModuleApi);

impl AccountDataManager<'_> {
    const fn api(&self) -> &ModuleApi {
        self.0
    }
}

impl ModuleApi {
    /// The account data of this homeserver's users. Since Synapse 1.57.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(api: &ModuleApi, user_id: &UserId) -> Result<(), ModuleError> {
    /// let direct = api.account_data_manager().get_global(user_id, "m.direct").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub const fn account_data_manager(&self) -> AccountDataManager<'_> {
        AccountDataManager(self)
    }
}

requests! {
    /// The account data that clients store.
    pub trait UserAccountData = account_data on AccountDataManager<'_>,
        written UserAccountDataRequests, table UserAccountDataTable UserAccountDataTableRef,
        erased ErasedUserAccountData
    {
        /// The account data of a user of this homeserver, by its type (`m.direct`); `None` if there
        /// is none of this type. An error for a user of another homeserver. Since Synapse 1.57.
        async fn get_global(
            &self,
            user_id: &UserId,
            data_type: &str,
        ) -> Option<JsonObject>, since 0 {
            /// let direct = api.account_data_manager().get_global(user_id, "m.direct").await?;
            /// let partners = direct.unwrap_or_default().len();
        }

        /// Replaces account data of a user of this homeserver; `new_data` is an object. An error
        /// for a user of another homeserver, and for one without an account. Triggers
        /// `on_account_data_updated`. Since Synapse 1.57.
        async fn put_global(
            &self,
            user_id: &UserId,
            data_type: &str,
            new_data: &JsonStr as Object,
        ) -> (), since 0 {
            /// let data = serde_json::json!({"accepted": true});
            /// api.account_data_manager().put_global(user_id, "org.example.terms", &data).await?;
        }

        /// Replaces account data if it still equals `expected` (an object, or `null` for none), and
        /// answers whether it did: for data that others may change at the same time. `new_data` is
        /// an object. Errors as for `put_global`. Not in Synapse.
        async fn compare_and_set_global(
            &self,
            user_id: &UserId,
            data_type: &str,
            expected: &JsonStr as ObjectOrNull,
            new_data: &JsonStr as Object,
        ) -> bool, since 0 {
            /// let (manager, data_type) = (api.account_data_manager(), "org.example.welcomed");
            /// let welcomed = serde_json::json!({"by": "@bot:example.com"});
            /// // `&()` is `null`: there is nothing yet.
            /// if manager.compare_and_set_global(user_id, data_type, &(), &welcomed).await? {
            ///     // Nobody else welcomes the user meanwhile.
            /// }
        }
    }
}
