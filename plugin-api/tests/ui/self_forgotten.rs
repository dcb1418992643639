use hsmod_plugin_api::prelude::*;

struct Quiet;

#[callbacks]
impl SpamChecker for Quiet {
    async fn check_event_for_spam(_event: &Event<'_>) -> Result<Verdict, ModuleError> {
        Ok(Verdict::Allow)
    }
}

fn main() {}
