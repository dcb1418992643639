//! The web resources by which tests control the module.

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::ask::{Asked, ask, told};
use crate::{Asker, During, at_once, locked};

pub(crate) fn register(name: &str, module: &Arc<Asker>) {
    let path = |last| format!("/_synapse/client/{name}/{last}");
    module.api.register_web_resource(&path("ask"), Ask(Arc::clone(module)));
    module.api.register_web_resource(&path("during"), Asking(Arc::clone(module)));
    module.api.register_web_resource(&path("told"), Told(Arc::clone(module)));
    module.api.register_web_resource(&path("supports"), Supports(Arc::clone(module)));
}

/// Makes requests.
struct Ask(Arc<Asker>);

/// One request, or several concurrently.
#[derive(Deserialize)]
struct Times {
    times: Option<usize>,
    #[serde(flatten)]
    asked: Asked,
}

impl WebResource for Ask {
    async fn post(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let Times { times, asked } = request.json()?;
        let one = async || told(ask(&self.0.api, &asked, Some(request)).await);
        let outcome = match times {
            Some(times) => Value::Array(at_once::all((0..times).map(|_| one())).await),
            None => one().await,
        };
        Ok(WebResponse::json(200, &outcome))
    }
}

/// The requests for stages and callbacks.
struct Asking(Arc<Asker>);

impl WebResource for Asking {
    async fn put(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let during: During = request.json()?;
        *locked(&self.0.during) = during;
        Ok(WebResponse::json(200, &json!({})))
    }
}

/// The outcomes of those requests.
struct Told(Arc<Asker>);

impl WebResource for Told {
    async fn get(&self, _request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let told = std::mem::take(&mut *locked(&self.0.told));
        Ok(WebResponse::json(200, &told))
    }
}

/// Whether `?name=` is supported.
struct Supports(Arc<Asker>);

impl WebResource for Supports {
    async fn get(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let name = request.require_query("name")?;
        Ok(WebResponse::json(200, &json!(self.0.api.supports(&name))))
    }
}
