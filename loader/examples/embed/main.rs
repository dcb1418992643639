//! A small homeserver that embeds the loader: the first thing to read if you want modules in your
//! own homeserver. `docs/embedding.md` has the details.
//!
//! Like every homeserver it has its own identifiers, events, rooms and errors, and the loader knows
//! none of them. The steps of embedding are marked with (1) to (12):
//!
//! | file | |
//! | --- | --- |
//! | `main.rs` | from start to shutdown |
//! | `error.rs` | what a client is shown after a refusal or a failure |
//! | `event.rs`, `rooms.rs` | an event by its fields, the state of a room |
//! | `send.rs` | before an event is hashed, before it is stored, and after that |
//! | `federation.rs` | events from other servers |
//!
//! `cargo run -p hsmod-loader --example embed --features axum -- modules.yaml` makes a few requests
//! to itself. With an address after the config, such as `127.0.0.1:8008`, it serves requests until
//! SIGTERM.

mod error;
mod event;
mod federation;
mod rooms;
mod send;

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::routing::{get, post, put};
use hsmod_loader::prelude::*;
use hsmod_loader::requests::Users;
use hsmod_loader::values::ModuleError;
use hsmod_loader::{Config, Host};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::event::UserId;
use crate::rooms::Rooms;

const SERVER_NAME: &str = "localhost";
const ROOM_VERSION: &str = "12";

/// The state that all parts of the homeserver share.
#[derive(Clone)]
struct Services {
    accounts: Arc<Accounts>,
    rooms: Arc<Rooms>,
    modules: Modules,
}

#[derive(Default)]
struct Accounts {
    admins: Vec<UserId>,
    avatars: HashMap<String, String>,
}

impl Accounts {
    fn is_admin(&self, user_id: &str) -> bool {
        self.admins.iter().any(|admin| admin.as_ref() == user_id)
    }
}

/// (1) What modules may request: exactly the methods implemented here.
#[requests]
impl Users for Accounts {
    async fn is_user_admin(&self, user_id: &values::UserId) -> Result<bool, ModuleError> {
        Ok(self.is_admin(user_id.as_str()))
    }
}

/// (2) The callbacks that are called. A module that needs another one is refused.
const CALLS: [&str; 8] = [
    rows::spam_checker::CHECK_EVENT_FOR_SPAM,
    rows::spam_checker::SHOULD_DROP_FEDERATED_EVENT,
    rows::spam_checker::USER_MAY_CREATE_ROOM,
    rows::spam_checker::USER_MAY_INVITE,
    rows::third_party_rules::CHECK_EVENT_ALLOWED,
    rows::third_party_rules::ON_CREATE_ROOM,
    rows::third_party_rules::ON_NEW_EVENT,
    rows::third_party_rules::ON_PROFILE_UPDATE,
];

/// (3) Loads all modules, or returns everything that is wrong with them. They hold the
/// implementation of their requests as a `Weak`, so it may be dropped before them.
async fn start(
    config: Option<String>,
    accounts: &Arc<Accounts>,
) -> Result<Modules, Box<dyn Error>> {
    let Some(config) = config else { return Ok(Modules::default()) };
    let host = Host::new(SERVER_NAME).calls(CALLS).users(Arc::downgrade(accounts));
    Ok(Modules::load(Config::from_file(config)?, host.answers_in_shutdown(true)).await?)
}

fn router(services: Services) -> Router {
    Router::new()
        .route("/send/{user}/{room}", put(send::message))
        .route("/state/{user}/{room}/{kind}", put(send::state))
        .route("/invite/{user}/{room}/{invitee}", put(send::invite))
        .route("/messages/{room}", get(send::messages))
        .route("/create_room/{user}", post(send::create_room))
        .route("/profile/{user}", put(send::profile))
        .route("/transaction/{room}", put(federation::transaction))
        // (4) Paths that the homeserver does not serve itself go to the modules.
        .fallback_service(services.modules.web().into_axum())
        .with_state(services)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let admins = vec![UserId::new("@alice:localhost")];
    let accounts = Arc::new(Accounts { admins, ..Accounts::default() });
    let modules = start(arguments.next(), &accounts).await?;
    let router = router(Services { accounts, rooms: Arc::default(), modules: modules.clone() });
    match arguments.next() {
        Some(address) => serve(router, &address).await?,
        None => ask_itself(&router).await?,
    }
    // (5) All clients have gone. Calls in flight may end; then the modules are shut down.
    let ended = modules.shutdown(Duration::from_secs(10)).await;
    println!("modules ended: {} failed", ended.failures.len());
    Ok(())
}

/// Serves until the process is told to stop, and the requests in progress have been answered.
async fn serve(router: Router, address: &str) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router).with_graceful_shutdown(termination()).await?;
    Ok(())
}

/// Waits for SIGTERM, or SIGINT from a terminal.
async fn termination() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminated.recv() => {}
                _ = interrupted => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}

/// Makes requests like clients would, but without a network.
async fn ask_itself(router: &Router) -> Result<(), Box<dyn Error>> {
    for (method, uri, body) in [
        ("POST", "/create_room/@alice:localhost", "{}"),
        ("POST", "/create_room/@evilguy:localhost", "{}"),
        ("PUT", "/send/@alice:localhost/!r:localhost", r#"{"body": "hello"}"#),
        ("PUT", "/send/@evil:localhost/!r:localhost", r#"{"body": "spam"}"#),
        ("PUT", "/invite/@alice:localhost/!r:localhost/@carol:localhost", ""),
        ("PUT", "/transaction/!r:localhost", federation::SAMPLE),
        ("GET", "/messages/!r:localhost", ""),
        ("PUT", "/profile/@alice:localhost", r#"{"displayname": "Alice"}"#),
        ("GET", "/_synapse/client/demo/hello?name=world", ""),
        ("GET", "/nobody", ""),
    ] {
        let request = Request::builder().method(method).uri(uri);
        let request = request.header("content-type", "application/json");
        let response = router.clone().oneshot(request.body(Body::from(body))?).await?;
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1 << 20).await?;
        println!("{method} {uri}\n  {status} {}", String::from_utf8_lossy(&body));
    }
    Ok(())
}
