use hsmod_plugin_api::callbacks;
use hsmod_plugin_api::values::{Event, ModuleError, Verdict};

struct Quiet;

#[callbacks]
impl SpamChecker for Quiet {
    async fn check_event_for_spam(&self, _event: &Event<'_>) -> Result<Verdict, ModuleError> {
        Ok(Verdict::Allow)
    }
}

fn main() {}
