//! Group `account_data`.

use super::Canned;
use crate::requests::UserAccountData;
use crate::testing::world::{object, object_or_null};
use crate::values::{JsonObject, JsonStr, ModuleError, UserId};

impl UserAccountData for Canned {
    async fn get_global(
        &self,
        user_id: &UserId,
        data_type: &str,
    ) -> Result<Option<JsonObject>, ModuleError> {
        let known = self.known();
        known.check_local(user_id)?;
        let user = known.users.get(user_id.as_str());
        Ok(user.and_then(|user| user.find_account_data(data_type)).cloned())
    }

    async fn put_global(
        &self,
        user_id: &UserId,
        data_type: &str,
        new_data: &JsonStr,
    ) -> Result<(), ModuleError> {
        let data = object(new_data, "account data")?;
        let mut known = self.known();
        known.local_user(user_id)?.account_data.insert(data_type.to_owned(), data);
        Ok(())
    }

    async fn compare_and_set_global(
        &self,
        user_id: &UserId,
        data_type: &str,
        expected: &JsonStr,
        new_data: &JsonStr,
    ) -> Result<bool, ModuleError> {
        let expected = object_or_null(expected, "account data")?;
        let data = object(new_data, "account data")?;
        let mut known = self.known();
        let user = known.local_user(user_id)?;
        let as_expected = user.find_account_data(data_type) == expected.as_ref();
        if as_expected {
            user.account_data.insert(data_type.to_owned(), data);
        }
        Ok(as_expected)
    }
}
