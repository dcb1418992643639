use hsmod_plugin_api::prelude::*;

struct Quiet;

#[callbacks]
impl SpamChecker for Quiet {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        let verdict = if event.is_state() { Verdict::Allow } else { Verdict::Deny };
        Ok(match event.event_type() {
            "m.room.message" => Verdict::Deny,
            "m.room.name" => verdict,
            _ => Verdict::Allow,
        })
    }
}

fn main() {}
