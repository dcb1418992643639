use std::cell::Cell;

use hsmod_plugin_api::prelude::*;

struct Counting(Cell<u32>);

#[callbacks]
impl AccountValidity for Counting {
    async fn on_user_registration(&self, _user_id: &UserId) -> Result<(), ModuleError> {
        self.0.set(self.0.get() + 1);
        Ok(())
    }
}

fn main() {}
