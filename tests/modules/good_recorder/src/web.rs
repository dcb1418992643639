//! The web resources by which tests read the records.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use hsmod_plugin_api::prelude::*;
use serde_json::json;

use crate::Recorder;
use crate::answer::Answer;

pub(crate) fn register(module: &Arc<Recorder>) {
    let path = |last| format!("/_synapse/client/{}/{last}", module.config.name);
    module.api.register_web_resource(&path("seen"), Seen(Arc::clone(module)));
    module.api.register_web_resource(&path("counts"), Counts(Arc::clone(module)));
    module.api.register_web_resource(&path("api"), Api(Arc::clone(module)));
    module.api.register_web_resource(&path("wake"), Wake(Arc::clone(module)));
    for (path, answer) in &module.config.web {
        module.api.register_web_resource(path, Configured(path.clone(), answer.clone()));
    }
    for (path, answer) in &module.config.pages {
        module.api.register_web_resource(path, Page(Configured(path.clone(), answer.clone())));
    }
}

/// The calls, in order. DELETE clears them.
struct Seen(Arc<Recorder>);

impl WebResource for Seen {
    async fn get(&self, _request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(WebResponse::json(200, &*seen))
    }

    async fn delete(&self, _request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Ok(WebResponse::default())
    }
}

/// The number of calls of each callback, and of live futures of callbacks.
struct Counts(Arc<Recorder>);

impl WebResource for Counts {
    async fn get(&self, _request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let seen = self.0.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut counts = BTreeMap::<&str, u64>::new();
        for callback in seen.iter().filter_map(|call| call[0].as_str()) {
            *counts.entry(callback).or_default() += 1;
        }
        counts.insert("open", self.0.open.load(Ordering::SeqCst).try_into()?);
        Ok(WebResponse::json(200, &counts))
    }
}

/// Wakes everything that hangs.
struct Wake(Arc<Recorder>);

impl WebResource for Wake {
    async fn get(&self, _request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        Ok(WebResponse::json(200, &json!({"woken": self.0.bell.ring()})))
    }
}

/// A path from the config, and its answer.
struct Configured(String, Answer);

impl WebResource for Configured {
    async fn get(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        self.1.clone().give::<()>()?;
        Ok(WebResponse::json(200, &json!({"registered": self.0, "path": request.path()})))
    }
}

/// A path from the config whose errors are HTML pages.
struct Page(Configured);

impl WebResource for Page {
    const ERRORS: ErrorFormat = ErrorFormat::Html;

    async fn get(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        self.0.get(request).await?;
        Ok(WebResponse::html(200, "<h1>Hello</h1>"))
    }

    async fn post(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let form: JsonObject = request.json()?;
        Ok(WebResponse::redirect(&format!("/?fields={}", form.len())))
    }
}

/// What the homeserver reports about itself, the user (or room or alias) `?id=`, the name in
/// `?supports=` and the localpart `?username=`. `?register=` is registered, which is too late.
struct Api(Arc<Recorder>);

impl WebResource for Api {
    async fn get(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let api = &self.0.api;
        let username = request.query("username");
        if let Some(path) = request.query("register") {
            api.register_web_resource(&path, Configured(path.to_string(), Answer::Allow));
        }
        let answers = json!({
            "server_name": api.server_name(),
            "public_baseurl": api.public_baseurl(),
            "worker_name": api.worker_name(),
            "is_trial": api.is_trial(),
            "is_mine": request.query("id").map(|id| api.is_mine(&*id)),
            "supports": request.query("supports").map(|name| api.supports(&name)),
            "get_qualified_user_id": username.map(|name| api.get_qualified_user_id(&name)),
        });
        Ok(WebResponse::json(200, &answers))
    }
}
