//! `good_asker`, loaded and linked, and the instructions to it.

use std::path::Path;

use bytes::Bytes;
use hsmod_loader::{Config, Host, Modules};
use hsmod_tests::scene::Scene;
use serde_json::{Value, json};

/// One `good_asker` with this config in a host, as a plugin and linked into this program.
pub(super) async fn both(host: &Host, config: Value) -> [(&'static str, Modules); 2] {
    let loaded = loaded(host, config.clone()).await;
    let entries = json!({"modules": [{"module": "good_asker", "config": config}]});
    let entries = Config::from_value(entries, &[], Path::new("/")).unwrap();
    let linked = Modules::from_static(&[good_asker::MODULE], entries, host.clone()).await;
    [("loaded", loaded), ("linked", linked.unwrap())]
}

/// One `good_asker` with this config in a host, as a plugin.
pub(super) async fn loaded(host: &Host, config: Value) -> Modules {
    Scene::new().host(host.clone()).module("good_asker", config).load().await
}

/// The outcome of a request.
pub(super) async fn ask(modules: &Modules, request: &str, args: &Value) -> Value {
    ask_body(modules, &json!({"request": request, "args": args})).await
}

/// The outcomes of this many concurrent requests.
pub(super) async fn ask_at_once(modules: &Modules, request: &str, times: usize) -> Vec<Value> {
    let args = json!({"user_id": "@a:b"});
    let body = json!({"request": request, "args": args, "times": times});
    serde_json::from_value(ask_body(modules, &body).await).unwrap()
}

async fn ask_body(modules: &Modules, body: &Value) -> Value {
    send(modules, "POST", "asker/ask?q=%C3%BC", body).await
}

/// Sets the requests that the module makes in a callback.
pub(super) async fn ask_during(modules: &Modules, callback: &str, requests: Value) {
    send(modules, "PUT", "asker/during", &json!({callback: requests})).await;
}

/// The outcomes of the requests made in callbacks.
pub(super) async fn told(modules: &Modules) -> Value {
    send(modules, "GET", "asker/told", &Value::Null).await
}

/// Whether the module sees a name as supported.
pub(super) async fn supports(modules: &Modules, name: &str) -> bool {
    let answer = send(modules, "GET", &format!("asker/supports?name={name}"), &Value::Null).await;
    answer.as_bool().unwrap()
}

/// Sends a request to a module's web resource, `<name>/<last>`.
pub(super) async fn send(modules: &Modules, method: &str, uri: &str, body: &Value) -> Value {
    let request = http::Request::builder().method(method).uri(format!("/_synapse/client/{uri}"));
    let request = request.header("Authorization", "Bearer secret");
    let request = request.body(Bytes::from(body.to_string())).unwrap();
    let response = modules.web().handle(request).await.unwrap();
    let text = String::from_utf8_lossy(response.body()).into_owned();
    assert_eq!(response.status(), 200, "{uri}: {text}");
    serde_json::from_str(&text).unwrap_or_default()
}

/// The reason why there was no answer, if it has one, and the message.
pub(super) fn unanswered(outcome: &Value) -> (&str, &str) {
    let text = |key: &str| outcome["error"][key].as_str().unwrap_or_default();
    assert!(outcome.get("answer").is_none(), "it was answered: {outcome}");
    (text("unanswered"), text("message"))
}
