//! Checks at the start whether the service is reachable.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::time::Duration;

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::service::Service;

const PAUSE: Duration = Duration::from_secs(5);

/// Pings the service until it answers or the module shuts down.
pub(crate) async fn until_answered(api: &ModuleApi, service: &Service) -> Result<(), ModuleError> {
    loop {
        match ping(service).await {
            Ok(()) => {
                tracing::info!("the antispam service answers");
                return Ok(());
            }
            Err(error) => tracing::warn!(
                "the antispam service does not answer a ping as it should; the next one is in 5 s: \
                 {error}"
            ),
        }
        api.sleep(PAUSE).await?;
    }
}

async fn ping(service: &Service) -> Result<(), ModuleError> {
    #[derive(Deserialize)]
    struct Pong {
        id: String,
        status: String,
    }
    let id = random_letters();
    let response = service.post("ping", json!({"id": id}).to_string()).await?;
    let pong = if response.is_success() { response.json().ok() } else { None };
    if matches!(&pong, Some(Pong { id: echo, status }) if *echo == id && status == "ok") {
        return Ok(());
    }
    let (host, status) = (response.host(), response.status());
    Err(ModuleError::new(format_args!(
        "`{host}` answered {status} without the `id` that it was sent and the `status` \"ok\""
    )))
}

/// Eight random letters, from the random keys of the standard library's hash tables.
fn random_letters() -> String {
    let mut number = RandomState::new().build_hasher().finish();
    let letter = |_| {
        let letter = u8::try_from(number % 26).unwrap_or_default();
        number /= 26;
        char::from(b'a' + letter)
    };
    (0..8).map(letter).collect()
}
