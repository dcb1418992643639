//! A small homeserver that embeds the loader: the first thing to read for whoever wants modules in
//! a homeserver of their own.
//!
//! It has identifiers, events and errors of its own, as every homeserver does; none of them is
//! known to the loader. What embedding takes is marked with (1) to (7).
//!
//! `cargo run -p hsmod-loader --example embed --features axum -- modules.yaml`

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use axum::{Json, Router};
use hsmod_loader::requests::Users;
use hsmod_loader::values::{self, ModuleError};
use hsmod_loader::{
    BuiltEvent, CallError, Config, EventError, EventParts, Host, InputError, Modules, Parts, Ser,
    requests,
};
use http::{Request, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use tower::ServiceExt;

const SERVER_NAME: &str = "localhost";
const ROOM_VERSION: &str = "12";

// What the homeserver has anyway.

/// An identifier of the homeserver's own: anything that is `AsRef<str>` will do.
struct UserId(String);

impl AsRef<str> for UserId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// An event of the homeserver's own.
#[derive(Serialize)]
struct Pdu {
    event_id: String,
    room_id: String,
    sender: String,
    #[serde(rename = "type")]
    event_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state_key: Option<String>,
    origin_server_ts: i64,
    content: Value,
}

/// An error of the homeserver's own.
struct ServerError {
    status: u16,
    body: Value,
}

impl IntoResponse for ServerError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self.body)).into_response()
    }
}

/// What everything else in the homeserver is reached through.
struct Services {
    admins: Vec<UserId>,
}

impl Services {
    fn is_admin(&self, user_id: &str) -> bool {
        self.admins.iter().any(|admin| admin.0 == user_id)
    }
}

/// (1) A refusal, a failure: what the client sees is decided already.
impl From<CallError> for ServerError {
    fn from(error: CallError) -> Self {
        eprintln!("{}: {error}", if error.is_denial() { "refused" } else { "failed" });
        Self { status: error.status(), body: Value::Object(error.body()) }
    }
}

/// An event that cannot be written as JSON.
impl From<InputError> for ServerError {
    fn from(error: InputError) -> Self {
        eprintln!("{error}");
        Self {
            status: 500,
            body: json!({"errcode": "M_UNKNOWN", "error": "Internal Server Error"}),
        }
    }
}

#[rustfmt::skip]
/// (2) An event: read where it is, and written as JSON where that is asked for.
impl EventParts for Pdu {
    fn event_id(&self) -> &str { &self.event_id }
    fn room_id(&self) -> &str { &self.room_id }
    fn sender(&self) -> &str { &self.sender }
    fn event_type(&self) -> &str { &self.event_type }
    fn state_key(&self) -> Option<&str> { self.state_key.as_deref() }
    fn origin_server_ts(&self) -> i64 { self.origin_server_ts }
    fn room_version(&self) -> Option<&str> { Some(ROOM_VERSION) }
    fn json(&self) -> Result<Cow<'_, str>, EventError> { Ok(serde_json::to_string(self)?.into()) }
}

async fn send_message(
    State(modules): State<Modules>,
    Path((user, room)): Path<(String, String)>,
    Json(content): Json<Value>,
) -> Result<Json<Value>, ServerError> {
    let pdu = Pdu {
        event_id: "$1".to_owned(),
        room_id: room,
        sender: user,
        event_type: "m.room.message".to_owned(),
        state_key: None,
        origin_server_ts: 0,
        content,
    };
    // It is asked about and told of: built once, it is written once, and nothing of it is copied. A
    // question alone is given `Parts(&pdu)`, of which only what a module asks for is written.
    let event = BuiltEvent::of(Parts(&pdu))?;
    // (3) A question: one line at the call site.
    modules.spam_checker().check_event_for_spam(&event).await?;
    // Here the event would be stored. Then
    // (4) a notification: the modules are told in their own time.
    let state = hsmod_loader::State::new(Arc::new(()));
    modules.third_party_rules().on_new_event(&event, &state).await?;
    Ok(Json(json!({"event_id": pdu.event_id})))
}

async fn create_room(
    State(modules): State<Modules>,
    Path(user): Path<String>,
    Json(config): Json<Value>,
) -> Result<Json<Value>, ServerError> {
    let user = UserId(user);
    // What the homeserver has as a value of its own, anything that is `Serialize`, is given as that.
    modules.spam_checker().user_may_create_room(&user, Ser(&config)).await?;
    Ok(Json(json!({"room_id": "!new:localhost"})))
}

/// (5) What modules may ask: as much as is written here.
#[requests]
impl Users for Services {
    async fn is_user_admin(&self, user_id: &values::UserId) -> Result<bool, ModuleError> {
        Ok(self.is_admin(user_id.as_str()))
    }
}

fn router(modules: Modules) -> Router {
    Router::new()
        .route("/send/{user}/{room}", put(send_message))
        .route("/create_room/{user}", post(create_room))
        // (6) What the homeserver does not serve itself is offered to the modules.
        .fallback_service(modules.web().into_axum())
        .with_state(modules)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let services = Arc::new(Services { admins: vec![UserId("@alice:localhost".to_owned())] });
    // (7) All modules, or a list of everything that is wrong with them. They hold the services by a
    // `Weak`: these can end before them.
    let host = Host::new(SERVER_NAME).users(Arc::downgrade(&services));
    let modules = match std::env::args().nth(1) {
        Some(file) => Modules::load(Config::from_file(file)?, host).await?,
        None => Modules::default(),
    };
    let router = router(modules.clone());
    for (method, uri) in [
        ("PUT", "/send/@alice:localhost/!r:localhost"),
        ("PUT", "/send/@evil:localhost/!r:localhost"),
        ("POST", "/create_room/@alice:localhost"),
        ("POST", "/create_room/@evilguy:localhost"),
        ("GET", "/_synapse/client/demo/hello?name=world"),
        ("GET", "/nobody"),
    ] {
        println!("{method} {uri}\n  {}", ask(&router, method, uri).await?);
    }
    modules.shutdown(Duration::from_secs(10)).await;
    Ok(())
}

/// A request as a client would make it, without a network.
async fn ask(router: &Router, method: &str, uri: &str) -> Result<String, Box<dyn Error>> {
    let request = Request::builder().method(method).uri(uri);
    let request = request.header("content-type", "application/json").body(Body::from("{}"))?;
    let response = router.clone().oneshot(request).await?;
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 1 << 20).await?;
    Ok(format!("{status} {}", String::from_utf8_lossy(&body)))
}
