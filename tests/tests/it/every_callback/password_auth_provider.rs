//! The callbacks of `password_auth_provider`.

use hsmod_loader::{CallError, Json, Modules, Ser};
use serde_json::{Value, json};

use super::{USER, shown, told};

const RESULTS: &str = r#"{"m.login.terms": true}"#;

fn params() -> Value {
    json!({"username": "User", "password": "\u{0}\"", "inhibit_login": false})
}

pub(super) async fn call(modules: &Modules, callback: &str) -> Result<String, CallError> {
    let all = modules.password_auth_provider();
    let (results, params) = (Json(RESULTS), params());
    match callback {
        "check_auth" => {
            let login_dict = Json(r#"{"password": "secret"}"#);
            shown(all.check_auth("user", "m.login.password", login_dict).await)
        }
        "check_3pid_auth" => {
            shown(all.check_3pid_auth("email", "u@example.org", "s\u{e9}cret").await)
        }
        "on_logged_out" => told(all.on_logged_out(USER, None::<&str>, "syt_t0ken").await).await,
        "get_username_for_registration" => {
            shown(all.get_username_for_registration(results, Ser(&params)).await)
        }
        "get_displayname_for_registration" => {
            shown(all.get_displayname_for_registration(results, Ser(&params)).await)
        }
        "is_3pid_allowed" => shown(all.is_3pid_allowed("msisdn", "4912345", true).await),
        _ => panic!("add a call of `{callback}` here"),
    }
}

pub(super) fn arguments(callback: &str) -> Value {
    match callback {
        "check_auth" => json!(["user", "m.login.password", {"password": "secret"}]),
        "check_3pid_auth" => json!(["email", "u@example.org", "s\u{e9}cret"]),
        "on_logged_out" => json!([USER, null, "syt_t0ken"]),
        "get_username_for_registration" | "get_displayname_for_registration" => {
            json!([{"m.login.terms": true}, params()])
        }
        "is_3pid_allowed" => json!(["msisdn", "4912345", true]),
        _ => panic!("add the arguments of `{callback}` here"),
    }
}
