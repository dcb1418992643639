use hsmod_plugin_api::prelude::*;

struct Quiet;

#[callbacks]
impl SpamChecker for Quiet {
    async fn check_event_for_spam(&self, _event: &Event<'_>) -> Result<Verdict> {
        Ok(Verdict::Allow)
    }
}

fn main() {}
