use std::rc::Rc;

use hsmod_plugin_api::prelude::*;

struct Quiet;

#[callbacks]
impl ThirdPartyRules for Quiet {
    async fn on_new_event(
        &self,
        event: &Event<'_>,
        state_events: &State<'_>,
    ) -> Result<(), ModuleError> {
        let sender = Rc::new(event.sender().as_str().to_owned());
        state_events.get("m.room.member", &sender).await?;
        Ok(())
    }
}

fn main() {}
