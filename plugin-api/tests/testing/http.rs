//! Shows how a module's requests to other servers are composed, and how responses are handled.

use hsmod_plugin_api::prelude::*;
use hsmod_plugin_api::testing::prelude::*;
use serde_json::{Value, json};

const URL: &str = "https://example.org/x?a=b";

fn answering(status: u16, body: &'static str) -> FakeHost {
    let host = FakeHost::new("example.com");
    host.answer("http_request", HttpResponse::new(WebResponse::new(status, body)));
    host
}

#[test]
fn json_goes_out_and_comes_in() {
    let host = answering(200, r#"{"ok": [1]}"#);
    let (api, form) = (host.api(), [("user", "@a:b c&"), ("n", "ü")]);
    let client = api.http_client();
    let got: [Result<Value, HttpError>; 4] = [
        block_on(client.get_json(URL, &[])),
        block_on(client.get_json(URL, &form)),
        block_on(client.post_json_get_json(URL, &json!({"a": "ü"}))),
        block_on(client.post_urlencoded_get_json(URL, &form)),
    ];
    assert!(got.into_iter().all(|got| got.unwrap() == json!({"ok": [1]})));
    let asked = |one: &Value| json!([one[1]["method"], one[1]["url"], one[1]["headers"], one[2]]);
    let accept = ["Accept", "application/json"];
    let type_of_form = ["Content-Type", "application/x-www-form-urlencoded"];
    assert_eq!(
        host.requests().iter().map(asked).collect::<Vec<_>>(),
        [
            json!(["GET", URL, [accept], ""]),
            json!(["GET", format!("{URL}&user=%40a%3Ab+c%26&n=%C3%BC"), [accept], ""]),
            json!(["POST", URL, [["Content-Type", "application/json"], accept], r#"{"a":"ü"}"#]),
            json!(["POST", URL, [type_of_form, accept], "user=%40a%3Ab+c%26&n=%C3%BC"]),
        ]
    );
}

#[test]
fn refusals_can_be_read_and_invalid_json_is_reported() {
    let refused = answering(403, r#"{"errcode": "M_FORBIDDEN"}"#);
    let error = block_on(refused.api().http_client().get_json::<Value>(URL, &[])).unwrap_err();
    let HttpError::Status(response) = error else { panic!("{error}") };
    assert_eq!(response.status(), 403);
    assert_eq!(response.json::<Value>().unwrap(), json!({"errcode": "M_FORBIDDEN"}));
    let broken = answering(200, "{no json");
    let error = block_on(broken.api().http_client().get_json::<Value>(URL, &[])).unwrap_err();
    assert!(matches!(error, HttpError::Json { .. }), "{error}");
}
