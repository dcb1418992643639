//! The web resource by which tests change the script and read the calls.

use std::collections::BTreeMap;

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

use crate::outcome::Outcome;
use crate::{Scripted, locked};

/// The web resource.
pub(crate) struct Oracle(pub(crate) Arc<Scripted>);

impl WebResource for Oracle {
    async fn get(&self, _request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let seen: Vec<Value> = std::mem::take(&mut *locked(&self.0.seen));
        Ok(WebResponse::json(200, &seen))
    }

    async fn post(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let changes: BTreeMap<String, Outcome> = request.json()?;
        let mut outcomes = locked(&self.0.outcomes);
        for (callback, outcome) in changes {
            match outcomes.get_mut(&callback) {
                Some(old) if !outcome.absent => *old = outcome,
                _ => return Err(not_registered(&callback)),
            }
        }
        Ok(WebResponse::default())
    }
}

fn not_registered(callback: &str) -> ModuleError {
    let message = format!("what is registered cannot be changed any more: `{callback}`");
    ModuleError::http(400, ErrorCode::InvalidParam, message)
}
