use hsmod_plugin_api::prelude::*;

struct Quiet;

#[callbacks]
impl SpamChecker for Quiet {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        event.state_key().ok_or("no state event")?;
        Err("not on Sundays")
    }
}

fn main() {}
