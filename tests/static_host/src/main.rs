//! A homeserver with two modules linked into it. Prints their answers as JSON.
//!
//! It imports the loader under another name, to test that no macro depends on the usual one.
//!
//! It must be built with `--cfg hsmod_static`, or both modules would export the same symbols.
#![forbid(unsafe_code)]

#[cfg(hsmod_static)]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", linked::verdicts().await?);
    Ok(())
}

#[cfg(not(hsmod_static))]
fn main() {
    eprintln!("build this with `RUSTFLAGS=\"--cfg hsmod_static\"`");
}

#[cfg(hsmod_static)]
mod linked {
    use std::path::Path;
    use std::time::Duration;

    use plugins::values::{ModuleError, UserId};
    use plugins::{CallError, Config, Host, Json, LoadError, Modules, StaticModule, requests};
    use serde_json::{Value, json};

    const MODULES: [StaticModule; 2] = [list_spam_checker::MODULE, demo::MODULE];

    const CONFIG: &str = "
modules:
- module: list_spam_checker
  config: {evil_users: ['@evil:example.com']}
- module: demo
- module: list_spam_checker
  config: {evil_users: ['@wicked:example.com']}
";

    struct NoAdmins;

    #[requests]
    impl requests::Users for NoAdmins {
        async fn is_user_admin(&self, _: &UserId) -> Result<bool, ModuleError> {
            Ok(false)
        }
    }

    pub(crate) async fn verdicts() -> Result<Value, LoadError> {
        let modules = load(CONFIG).await?;
        let spam_checker = modules.spam_checker();
        let mut events = Vec::new();
        for user in ["good", "evil", "wicked"] {
            let event = json!({
                "event_id": "$1", "room_id": "!r:example.com", "type": "m.room.message",
                "sender": format!("@{user}:example.com"), "origin_server_ts": 1, "content": {},
            });
            let event = event.to_string();
            events.push(shown(spam_checker.check_event_for_spam(Json(&event)).await));
        }
        let room = spam_checker.user_may_create_room("@evilguy:example.com", Json("{}")).await;
        let unknown = load("modules: [{module: nope}]").await;
        let verdicts = json!({
            "modules": modules.info().iter().map(|info| &*info.name).collect::<Vec<_>>(),
            "events": events,
            "room": shown(room),
            "web": modules.web().paths(),
            "unknown": unknown.map(|_| ()).map_err(|error| error.problems[0].message.clone()),
        });
        modules.shutdown(Duration::from_secs(5)).await;
        Ok(verdicts)
    }

    async fn load(config: &str) -> Result<Modules, LoadError> {
        let config = Config::from_yaml(config, Path::new("/"))?;
        let host = Host::new("example.com").users(NoAdmins);
        Modules::from_static(&MODULES, config, host).await
    }

    /// The module that refused and the status; `null` if none did.
    fn shown(answer: Result<(), CallError>) -> Value {
        answer.err().map_or(Value::Null, |error| json!([error.module(), error.status()]))
    }
}
