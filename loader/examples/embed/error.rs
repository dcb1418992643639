//! The homeserver's own error, and how errors from modules are converted to it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use hsmod_loader::prelude::*;
use serde_json::{Value, json};

pub(crate) struct ServerError {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// (6) A refusal or a failure: what the client sees is decided already, and a failure has been
/// logged.
impl From<CallError> for ServerError {
    fn from(error: CallError) -> Self {
        Self { status: error.status(), body: Value::Object(error.body()) }
    }
}

/// An event that cannot be serialized to JSON, which is the homeserver's own fault.
impl From<InputError> for ServerError {
    fn from(error: InputError) -> Self {
        eprintln!("{error}");
        let body = json!({"errcode": "M_UNKNOWN", "error": "Internal server error"});
        Self { status: 500, body }
    }
}

impl IntoResponse for ServerError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self.body)).into_response()
    }
}
