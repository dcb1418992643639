//! Run by a test of the record: keeps a record in a file, loads the plugin `bad_aborts`, and makes
//! every call that may end this process.
#![forbid(unsafe_code)]

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use hsmod_loader::{Config, Host, Json, Modules, record};
use serde_json::json;

const EVENT: &str = r#"{"event_id": "$e", "room_id": "!r:b", "sender": "@a:b",
    "type": "m.room.message", "origin_server_ts": 1, "content": {}}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [record, plugin, place, how] = &*arguments else {
        return Err("usage: end_inside RECORD PLUGIN WHERE HOW".into());
    };
    record::keep_in(&File::options().read(true).write(true).open(record)?)?;
    let config = json!({
        "verify": {"permissions": "warn"},
        "modules": [
            {"module": plugin, "name": "bystander", "config": {"where": "nowhere", "how": how}},
            {"module": plugin, "name": "culprit", "config": {"where": place, "how": how}},
        ],
    });
    let config = Config::from_value(config, &[], Path::new("/"))?;
    let modules = Modules::load(config, Host::new("example.com")).await?;
    // Let the background work begin.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    modules.spam_checker().check_event_for_spam(Json(EVENT)).await?;
    let request = http::Request::get("/_synapse/client/bad_aborts").body(Bytes::new())?;
    modules.web().handle(request).await;
    modules.shutdown(Duration::from_secs(10)).await;
    Ok(())
}
