//! Run by `cargo xtask compilers` for each plugin that it built: loads the plugin with the real
//! loader, calls it, and compares the answers. The plugins are `list_spam_checker` and `demo`.
#![forbid(unsafe_code)]

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use hsmod_loader::{Config, Host, Json, Modules};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let plugins: Vec<String> = std::env::args().skip(1).collect();
    if plugins.is_empty() {
        return Err("usage: ask_plugins FILE...".into());
    }
    for plugin in &plugins {
        ask(Path::new(plugin)).await.map_err(|error| format!("{plugin}: {error}"))?;
    }
    println!("{} plugins loaded and answered as they should", plugins.len());
    Ok(())
}

async fn ask(plugin: &Path) -> Result<(), Box<dyn Error>> {
    let is_demo = plugin.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("demo"));
    let config = if is_demo {
        json!({"denied_user": "@evil:example.com"})
    } else {
        json!({"evil_users": ["@evil:example.com"]})
    };
    let folder = plugin.parent().unwrap_or(Path::new("."));
    let config = json!({
        "verify": {"permissions": "warn"},
        "modules": [{"module": plugin, "config": config}],
    });
    let host = Host::new("example.com");
    let modules = Modules::load(Config::from_value(config, &[], folder)?, host).await?;
    for (user, expected) in [("@good:example.com", true), ("@evil:example.com", false)] {
        let allowed = if is_demo {
            modules.spam_checker().user_may_create_room(user, Json("{}")).await.is_ok()
        } else {
            modules.spam_checker().check_event_for_spam(Json(&event(user))).await.is_ok()
        };
        expect("the verdict", &json!(allowed), &json!(expected))?;
    }
    let (uri, answer) = if is_demo {
        ("/_synapse/client/demo/hello?name=bob", json!({"hello": "bob"}))
    } else {
        let uri = "/_synapse/client/list_spam_checker/is_evil?user=%40evil%3Aexample.com";
        (uri, json!({"evil": true}))
    };
    let request = http::Request::get(uri).body(Bytes::new())?;
    let response = modules.web().handle(request).await.ok_or("no web resource answers")?;
    expect("the web resource", &serde_json::from_slice(response.body())?, &answer)?;
    modules.shutdown(Duration::from_secs(10)).await;
    Ok(())
}

fn event(sender: &str) -> String {
    json!({
        "event_id": "$1", "room_id": "!r:example.com", "sender": sender, "type": "m.room.message",
        "origin_server_ts": 1, "content": {"body": "hi"},
    })
    .to_string()
}

fn expect(what: &str, found: &Value, expected: &Value) -> Result<(), String> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: expected {expected}, found {found}"))
}
