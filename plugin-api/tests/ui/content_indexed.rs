use hsmod_plugin_api::prelude::*;

struct Quiet;

#[callbacks]
impl SpamChecker for Quiet {
    async fn check_event_for_spam(&self, event: &Event<'_>) -> Result<Verdict, ModuleError> {
        let spam = event.content()["body"] == "cheap followers";
        Ok(if spam { Verdict::deny(ErrorCode::Forbidden) } else { Verdict::Allow })
    }
}

fn main() {}
