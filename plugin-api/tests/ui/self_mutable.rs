use hsmod_plugin_api::prelude::*;

struct Counting {
    events: u32,
}

#[callbacks]
impl SpamChecker for Counting {
    async fn check_event_for_spam(&mut self, _event: &Event<'_>) -> Result<Verdict, ModuleError> {
        self.events += 1;
        Ok(Verdict::Allow)
    }
}

fn main() {}
