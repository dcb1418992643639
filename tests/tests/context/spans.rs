//! Tests that modules' spans are nested in the homeserver's, and the homeserver's work for a module
//! in the module's spans.

use hsmod_loader::values::{JsonStr, ModuleError};
use hsmod_loader::{Host, Json, requests};
use hsmod_tests::scene::Scene;
use serde_json::json;
use tracing::{Instrument, info, info_span};

use crate::lines::{self, line};

/// A homeserver that logs in which span it answers.
struct Workers;

#[requests]
impl requests::Caches for Workers {
    async fn invalidate_cache(&self, cache: &str, _: &JsonStr) -> Result<(), ModuleError> {
        tokio::task::yield_now().await;
        info!(target: "context", "the homeserver answers about {cache}");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_spans_of_a_module_nest_in_those_of_the_homeserver_and_its_requests_in_them() {
    lines::listen();
    let entry = json!({"module": "good_logger", "name": "nests", "config": {"name": "nests"}});
    let host = Host::new("example.com").caches(Workers);
    let modules = Scene::new().host(host).entry("good_logger", entry).load().await;
    let event = json!({
        "event_id": "$1", "room_id": "!r:example.com", "sender": "@a:example.com",
        "type": "m.room.message", "origin_server_ts": 1, "content": {"body": "ask"},
    })
    .to_string();
    let receiving = info_span!("receiving", server = "remote");
    let asked = async {
        modules.spam_checker().check_event_for_spam(Json(&event)).await.unwrap();
        info!(target: "context", "the homeserver goes on");
    };
    asked.instrument(receiving).await;

    let outer = "receiving(server=remote)".to_owned();
    let inner = "asking(answer=later body=ask module=nests)".to_owned();
    let spans = |message: &str| line(message).spans;
    assert_eq!(spans("checked of nests"), std::slice::from_ref(&outer));
    assert_eq!(spans("asked of nests"), [outer.clone(), inner.clone()]);
    let answers = "the homeserver answers about good_logger.left";
    assert_eq!(spans(answers), [outer.clone(), inner]);
    assert_eq!(spans("the homeserver goes on"), [outer]);
    // Background work is not part of a call, so only the module's own span encloses it.
    assert_eq!(spans("background of nests"), ["tidying(module=nests)"]);
}
