//! Run by `cargo xtask demo`: sends a recorded history through two plugins and shows their
//! decisions. Nothing is written.
#![forbid(unsafe_code)]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hsmod_loader::values::OwnedEvent;
use hsmod_loader::{CallError, Config, Host, Json, Modules};
use serde_json::{Value, json};

/// The homeserver that was recorded.
const SERVER_NAME: &str = "localhost";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [plugins, events] = arguments.as_slice() else {
        return Err("usage: demo PLUGINS_FOLDER EVENTS.ndjson".into());
    };
    let start = Instant::now();
    let modules = Modules::load(config(Path::new(plugins))?, host()).await?;
    println!("loaded in {:.1} ms:", start.elapsed().as_secs_f64() * 1e3);
    for module in modules.info() {
        let version = module.version.as_deref().unwrap_or("?");
        let callbacks: Vec<String> = module.callbacks.values().flatten().cloned().collect();
        println!(
            "  {} {version}: {}; {}",
            module.name,
            callbacks.join(", "),
            module.web.join(", ")
        );
    }
    let history = history(events)?;
    println!("\n{} recorded events:", history.len());
    ask_about_spam(&modules, &history).await;
    ask_about_rooms(&modules, &history).await;
    println!("\nweb resources:");
    show(&modules, "/_synapse/client/list_spam_checker/is_evil?user=%40spammer1%3Alocalhost").await;
    show(&modules, "/_synapse/client/demo/hello?name=world").await;
    println!("\none dispatch takes (half of them, 99 of 100, at most):");
    for module in modules.info() {
        let micros = |share| {
            let time = modules.latency(&module.name, share).unwrap_or_default();
            format!("{:.2} us", time.as_secs_f64() * 1e6)
        };
        println!("  {}: {}, {}", module.name, micros(0.5), micros(0.99));
    }
    modules.shutdown(Duration::from_secs(10)).await;
    Ok(())
}

/// The two plugins, in this order. The folder is a build folder, which others may be allowed to
/// write to.
fn config(plugins: &Path) -> Result<Config, Box<dyn Error>> {
    let config = json!({
        "plugins_dir": plugins,
        "verify": {"permissions": "warn"},
        "modules": [
            {
                "module": "list_spam_checker",
                "config": {"evil_users": ["@spammer1:localhost", "@spammer2:localhost"]},
            },
            {"module": "demo", "config": {"denied_user": "@dave:localhost"}},
        ],
    });
    Ok(Config::from_value(config, &[], plugins)?)
}

fn host() -> Host {
    Host::new(SERVER_NAME).sample_every(1)
}

fn history(file: &str) -> Result<Vec<OwnedEvent>, Box<dyn Error>> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let event = |(index, line): (usize, &str)| {
        OwnedEvent::from_json(line).map_err(|error| format!("{file}, line {}: {error}", index + 1))
    };
    Ok(text.lines().enumerate().map(event).collect::<Result<_, _>>()?)
}

/// Asks about every event, in recorded order.
async fn ask_about_spam(modules: &Modules, history: &[OwnedEvent]) {
    let mut tally = Tally::default();
    for event in history {
        let event = event.as_event();
        let answer = modules.spam_checker().check_event_for_spam(&event).await;
        tally.count(event.sender().as_str(), answer);
    }
    tally.print("check_event_for_spam");
}

/// Asks about every user who created a room.
async fn ask_about_rooms(modules: &Modules, history: &[OwnedEvent]) {
    let mut tally = Tally::default();
    for event in history {
        let event = event.as_event();
        if event.event_type() == "m.room.create" {
            let spam_checker = modules.spam_checker();
            let answer = spam_checker.user_may_create_room(event.sender(), Json("{}")).await;
            tally.count(event.sender().as_str(), answer);
        }
    }
    tally.print("user_may_create_room");
}

/// Counts denials by user and module.
#[derive(Default)]
struct Tally {
    allowed: usize,
    denied: BTreeMap<(String, String), usize>,
}

impl Tally {
    fn count(&mut self, user: &str, answer: Result<(), CallError>) {
        match answer {
            Ok(()) => self.allowed += 1,
            Err(error) => {
                let by = error.module().unwrap_or("nobody");
                let reason = format!("{by}: {} {}", error.errcode(), error.message());
                *self.denied.entry((user.to_owned(), reason)).or_default() += 1;
            }
        }
    }

    fn print(&self, callback: &str) {
        println!("  {callback}: {} allowed", self.allowed);
        for ((user, reason), times) in &self.denied {
            println!("    {times} of {user} denied by {reason}");
        }
    }
}

async fn show(modules: &Modules, uri: &str) {
    let request = http::Request::get(uri).body(Bytes::new());
    let response = match request {
        Ok(request) => modules.web().handle(request).await,
        Err(_) => None,
    };
    let (status, body) = response.map_or((404, Value::Null), |response| {
        let body = serde_json::from_slice(response.body()).unwrap_or_default();
        (response.status().as_u16(), body)
    });
    println!("  GET {uri}\n    {status} {body}");
}
