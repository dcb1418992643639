use std::sync::Mutex;

use hsmod_plugin_api::prelude::*;

struct Keeping {
    last: Mutex<Option<Event<'static>>>,
}

#[callbacks]
impl SpamChecker for Keeping {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        *self.last.lock()? = Some(event.to_owned());
        Ok(Verdict::Allow)
    }
}

fn main() {}
