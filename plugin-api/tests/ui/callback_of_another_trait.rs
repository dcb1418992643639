use hsmod_plugin_api::prelude::*;

struct Quiet;

#[callbacks]
impl SpamChecker for Quiet {
    async fn on_new_event(&self, _: &Event<'_>, _: &State<'_>) -> Result<(), ModuleError> {
        Ok(())
    }
}

fn main() {}
