use std::pin::Pin;

use hsmod_plugin_api::prelude::*;

struct Quiet;

// What `#[async_trait]` has made of the method, where it stands above `#[callbacks]`.
#[callbacks]
impl SpamChecker for Quiet {
    fn check_event_for_spam<'life0, 'life1, 'life2, 'async_trait>(
        &'life0 self,
        _event: &'life1 Event<'life2>,
    ) -> Pin<Box<dyn Future<Output = Result<Verdict, ModuleError>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        'life1: 'async_trait,
        'life2: 'async_trait,
        Self: 'async_trait,
    {
        Box::pin(async move { Ok(Verdict::Allow) })
    }
}

fn main() {}
