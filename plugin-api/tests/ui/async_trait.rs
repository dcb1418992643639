use hsmod_plugin_api::prelude::*;

struct Quiet;

#[callbacks]
#[async_trait]
impl SpamChecker for Quiet {
    async fn check_event_for_spam(&self, _event: &Event<'_>) -> Result<Verdict, ModuleError> {
        Ok(Verdict::Allow)
    }
}

fn main() {}
