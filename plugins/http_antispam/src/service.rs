//! The service and the meaning of its answers.

use std::time::Duration;

use hsmod_plugin_api::prelude::*;
use serde::de::IgnoredAny;

use crate::Config;

/// The service that decides what is spam.
pub(crate) struct Service {
    api: ModuleApi,
    base_url: String,
    /// The value of the `Authorization` header; a secret.
    bearer: Option<String>,
    timeout: Duration,
    max_response_bytes: u64,
}

/// The service's reply.
pub(crate) enum Reply {
    Allow,
    Deny(Verdict),
    /// The service is down, or its answer is not valid.
    Nothing {
        /// The message for the client.
        told: &'static str,
        /// The reason for the log.
        why: String,
    },
}

impl Service {
    pub(crate) fn new(config: &Config, api: &ModuleApi) -> Self {
        Self {
            api: api.clone(),
            base_url: config.base_url.clone(),
            bearer: config.bearer.clone(),
            timeout: Duration::from_millis(config.timeout_ms),
            max_response_bytes: config.max_response_bytes,
        }
    }

    /// Asks the service, with a separate request for each question.
    pub(crate) async fn ask(&self, callback: &str, body: String) -> Reply {
        match self.post(callback, body).await {
            Ok(response) => reply(&response),
            Err(error) => Reply::Nothing { told: FAILED, why: error.to_string() },
        }
    }

    /// Sends a request and returns the response, whatever its status.
    pub(crate) async fn post(&self, name: &str, body: String) -> Result<HttpResponse, ModuleError> {
        let mut request = HttpRequest::new("POST", &format!("{}/{name}", self.base_url))
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .body(body)
            .timeout(self.timeout)
            .max_response_bytes(self.max_response_bytes);
        if let Some(bearer) = &self.bearer {
            request = request.header("Authorization", bearer);
        }
        self.api.http_client().request(request).await
    }
}

const FAILED: &str = "Failed to connect to antispam server";
const UNEXPECTED: &str = "Unexpected response from antispam server";

/// Interprets a response.
fn reply(response: &HttpResponse) -> Reply {
    let (host, status) = (response.host(), response.status());
    let text = std::str::from_utf8(response.body()).unwrap_or_default();
    if response.is_success() {
        let why = |_| format!("`{host}` answered {status} without JSON");
        return match serde_json::from_str::<IgnoredAny>(text).map_err(why) {
            Ok(_) => Reply::Allow,
            Err(why) => Reply::Nothing { told: FAILED, why },
        };
    }
    let why = |_| format!("`{host}` answered {status} without a JSON object");
    match serde_json::from_str::<JsonObject>(text).map_err(why) {
        Ok(fields) => Reply::Deny(denial(fields)),
        Err(why) => Reply::Nothing { told: UNEXPECTED, why },
    }
}

/// A denial with the service's fields. An `errcode` that Matrix does not define stays among the
/// fields, so that the client sees it.
fn denial(mut fields: JsonObject) -> Verdict {
    let known = |code: &ErrorCode| ErrorCode::NAMED.contains(code);
    let code = fields.get("errcode").and_then(|code| code.as_str()).map(ErrorCode::from);
    let code = code.filter(known);
    if code.is_some() {
        fields.remove("errcode");
    }
    Verdict::deny(code.unwrap_or(ErrorCode::Forbidden)).fields(fields)
}
