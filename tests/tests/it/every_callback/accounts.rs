//! The callbacks of `account_validity` and `account_data`.

use bytes::Bytes;
use hsmod_loader::{CallError, Json, Modules};
use serde_json::{Value, json};

use super::{ROOM, USER, shown, told};

pub(super) async fn call(modules: &Modules, callback: &str) -> Result<String, CallError> {
    let all = modules.account_validity();
    match callback {
        "is_user_expired" => shown(all.is_user_expired(USER).await),
        "on_user_registration" => shown(all.on_user_registration(USER).await),
        "on_user_login" => shown(all.on_user_login(USER, Some("sso"), Some("oidc")).await),
        "on_legacy_send_mail" => shown(all.on_legacy_send_mail(USER).await),
        "on_legacy_renew" => shown(all.on_legacy_renew("t0k\u{20AC}n").await),
        "on_legacy_admin_request" => {
            let request =
                http::Request::post("/_synapse/admin/v1/account_validity/validity?dry=a%20b");
            let body = Bytes::from_static(br#"{"user_id": "@user:example.com"}"#);
            let request = request.header("X-Admin", "@admin:example.com").body(body).unwrap();
            let parts = hsmod_loader::web::parts(&request);
            shown(all.on_legacy_admin_request(&parts.view()).await)
        }
        "on_account_data_updated" => {
            let content = Json(r#"{"@other:example.org": {}}"#);
            let all = modules.account_data();
            let room = Some(ROOM);
            told(all.on_account_data_updated(USER, room, "m.ignored_user_list", content).await)
                .await
        }
        _ => panic!("add a call of `{callback}` here"),
    }
}

pub(super) fn arguments(callback: &str) -> Value {
    match callback {
        "is_user_expired" | "on_user_registration" | "on_legacy_send_mail" => json!([USER]),
        "on_user_login" => json!([USER, "sso", "oidc"]),
        "on_legacy_renew" => json!(["t0k\u{20AC}n"]),
        "on_legacy_admin_request" => json!([{
            "method": "POST", "path": "/_synapse/admin/v1/account_validity/validity", "dry": "a b",
            "x_admin": "@admin:example.com", "body": {"user_id": USER},
        }]),
        "on_account_data_updated" => {
            json!([USER, ROOM, "m.ignored_user_list", {"@other:example.org": {}}])
        }
        _ => panic!("add the arguments of `{callback}` here"),
    }
}
