//! Helpers for the tests.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use bytes::Bytes;
use hsmod_loader::Modules;
use serde_json::{Value, json};

/// An event of `sender`.
pub(crate) fn message(sender: &str, body: &str) -> String {
    json!({
        "event_id": "$1", "room_id": "!r:example.com", "sender": sender, "type": "m.room.message",
        "origin_server_ts": 1, "content": {"msgtype": "m.text", "body": body},
    })
    .to_string()
}

/// Sends a request to a web resource. Returns the status and the body, which is `null` if it is not
/// JSON.
pub(crate) async fn web(modules: &Modules, method: &str, uri: &str) -> Option<(u16, Value)> {
    let request = http::Request::builder().method(method).uri(uri).body(Bytes::new()).unwrap();
    let response = modules.web().handle(request).await?;
    let body = serde_json::from_slice(response.body()).unwrap_or_default();
    Some((response.status().as_u16(), body))
}

/// The response of `/_synapse/client/<name>/<last>` of a `good_recorder`.
pub(crate) async fn recorder(modules: &Modules, name: &str, last: &str) -> Value {
    let answer = web(modules, "GET", &format!("/_synapse/client/{name}/{last}")).await;
    answer.unwrap_or_else(|| panic!("no recorder `{name}` serves `{last}`")).1
}

/// The calls that the `good_recorder` of this name has recorded since the last call of this
/// function.
pub(crate) async fn seen(modules: &Modules, name: &str) -> Value {
    let seen = recorder(modules, name, "seen").await;
    web(modules, "DELETE", &format!("/_synapse/client/{name}/seen")).await;
    seen
}

/// The names of these calls.
pub(crate) async fn seen_names(modules: &Modules, name: &str) -> Vec<String> {
    let seen = seen(modules, name).await;
    let calls = seen.as_array().unwrap().iter();
    calls.map(|call| call[0].as_str().unwrap().to_owned()).collect()
}

/// The outcomes of steps of the `good_keeper` of this name.
pub(crate) async fn steps(modules: &Modules, name: &str, steps: Value) -> Value {
    let path = format!("/_synapse/client/{name}");
    let request = http::Request::post(path).body(Bytes::from(steps.to_string())).unwrap();
    let response = modules.web().handle(request).await.unwrap();
    serde_json::from_slice(response.body()).unwrap()
}

/// Polls once and returns the output if ready.
pub(crate) async fn poll_once<F: Future + ?Sized>(mut future: Pin<&mut F>) -> Option<F::Output> {
    // Yield first, or tokio's cooperative budget might make a ready future appear pending.
    tokio::task::yield_now().await;
    std::future::poll_fn(|context| {
        Poll::Ready(match future.as_mut().poll(context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

/// `text` without the line numbers of Rust sources, which change with every edit.
pub(crate) fn without_lines(text: &str) -> String {
    let mut parts = text.split(".rs:");
    let mut short = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        short += ".rs:<line>";
        short += part.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    short
}
