//! Tests that the homeserver can find its own HTTP request in `get_user_by_req`: a module's
//! requests are answered in the task that called the module, with its task-locals.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use bytes::Bytes;
use hsmod_loader::requests::Users;
use hsmod_loader::requests::users::AuthenticatedUser;
use hsmod_loader::values::ModuleError;
use hsmod_loader::{Host, WebRequest, requests};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::asker::both;

tokio::task_local! {
    /// Identifies the homeserver's own request.
    static OWN: u64;
}

struct Services;

#[requests]
impl Users for Services {
    async fn get_user_by_req(
        &self,
        _request: &WebRequest<'_>,
        _allow_guest: bool,
        _allow_expired: bool,
    ) -> Result<AuthenticatedUser, ModuleError> {
        let before = OWN.try_with(|own| *own).unwrap_or_default();
        // Other requests are handled in the meantime.
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        assert_eq!(OWN.try_with(|own| *own).unwrap_or_default(), before);
        Ok(AuthenticatedUser::new(format!("@{before}:example.com")))
    }
}

fn request<B>(body: impl FnOnce(String) -> B) -> http::Request<B> {
    let asked = json!({
        "request": "get_user_by_req", "args": {"allow_guest": false, "allow_expired": false},
    });
    http::Request::post("/_synapse/client/asker/ask").body(body(asked.to_string())).unwrap()
}

fn user(answer: &[u8]) -> Value {
    serde_json::from_slice::<Value>(answer).unwrap()["answer"]["user_id"].take()
}

#[tokio::test]
async fn a_task_local_around_a_web_request_is_there_when_the_module_asks_who_makes_it() {
    for (how, modules) in both(&Host::new("example.com").users(Services), json!({})).await {
        let handled: Vec<_> = (1..=20)
            .map(|own| {
                let web = modules.web();
                tokio::spawn(OWN.scope(own, async move { web.handle(request(Bytes::from)).await }))
            })
            .collect();
        for (handled, own) in handled.into_iter().zip(1..) {
            let response = handled.await.unwrap().unwrap();
            assert_eq!(user(response.body()), format!("@{own}:example.com"), "{how}");
        }
        let response = modules.web().handle(request(Bytes::from)).await.unwrap();
        assert_eq!(user(response.body()), "@0:example.com", "{how}: there was none");
    }
}

#[tokio::test]
async fn the_same_through_axum() {
    let host = Host::new("example.com").users(Services);
    let [(_, modules), _] = both(&host, json!({})).await;
    let router = modules.web().into_axum().layer(from_fn(async |request: Request, next: Next| {
        let own = *request.extensions().get::<u64>().unwrap();
        OWN.scope(own, next.run(request)).await
    }));
    let asked = (1..=20_u64).map(|own| {
        let mut request = request(Body::from);
        request.extensions_mut().insert(own);
        let router = router.clone();
        tokio::spawn(async move {
            let body = router.oneshot(request).await.unwrap().into_body();
            (own, axum::body::to_bytes(body, 1 << 20).await.unwrap())
        })
    });
    for asked in asked.collect::<Vec<_>>() {
        let (own, answer) = asked.await.unwrap();
        assert_eq!(user(&answer), format!("@{own}:example.com"));
    }
}
