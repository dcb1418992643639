use hsmod_plugin_api::prelude::*;

struct Quiet;

#[callbacks]
impl SpamChecker for Quiet {
    async fn check_event_for_spam(&self, _event: &Event<'_>) -> Result<Verdict, ModuleError> {
        Err(ModuleError::new(403, "Not on Sundays"))
    }
}

fn main() {}
