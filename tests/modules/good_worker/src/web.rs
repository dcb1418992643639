//! The web resource by which tests control the module.

use std::sync::PoisonError;
use std::time::Duration;

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::GoodWorker;
use crate::counts::add;

fn last<'a>(request: &WebRequest<'a>) -> &'a str {
    request.path().rsplit('/').next().unwrap_or_default()
}

fn answer(value: impl Into<Value>) -> Result<WebResponse, ModuleError> {
    Ok(WebResponse::json(200, &value.into()))
}

impl WebResource for GoodWorker {
    async fn get(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        match last(request) {
            "counts" => answer(self.counts.to_string()),
            "api" => answer(json!({
                "worker_app": self.api.worker_app(),
                "email_app_name": self.api.email_app_name(),
                "should_run_background_tasks": self.api.should_run_background_tasks(),
                "time": self.api.get_current_time_msec(),
                "sleeps": self.api.supports("sleep"),
            })),
            "cached" => {
                let key = request.require_query("key")?.into_owned();
                let compute = || async { Ok::<_, ModuleError>(add(&self.counts.computed)) };
                answer(self.cache.get_or_try_insert_with(&key, compute).await?)
            }
            "sleep" => {
                let seconds = request.require_query("seconds")?.parse()?;
                self.api.sleep(Duration::from_secs(seconds)).await?;
                answer("slept")
            }
            other => Err(ModuleError::http(404, ErrorCode::NotFound, other)),
        }
    }

    async fn post(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        let (counts, gate) = (Arc::clone(&self.counts), Arc::clone(&self.gate));
        let deferred = match last(request) {
            "begin" => {
                let order = request.json()?;
                self.api.module::<Self>()?.begin(order);
                return answer(Value::Null);
            }
            "awaited" => {
                let how = request.json()?;
                let module = self.api.module::<Self>()?;
                return answer(json!(module.awaited(how).await));
            }
            "deferred" => self.api.defer_to_thread(move || add(&counts.deferred)).await,
            "panicking" => self.api.defer_to_thread(|| panic!("good_worker: deferred")).await,
            way @ ("waiting" | "pooled") => {
                let work = move || {
                    add(&counts.begun);
                    gate.pass();
                    add(&counts.deferred)
                };
                match way {
                    "pooled" => self.api.defer_to_threadpool(&self.pool, work).await,
                    _ => self.api.defer_to_thread(work).await,
                }
            }
            "open" => {
                self.gate.open();
                return answer(Value::Null);
            }
            other => return Err(ModuleError::http(404, ErrorCode::NotFound, other)),
        };
        answer(match deferred {
            Ok(number) => json!(number),
            Err(error) => json!(error.to_string()),
        })
    }

    async fn delete(&self, request: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
        match last(request) {
            "latest" => {
                if let Some(call) = &*self.latest.lock().unwrap_or_else(PoisonError::into_inner) {
                    call.cancel();
                }
            }
            "cached" => {
                let key = request.require_query("key")?.into_owned();
                self.api.invalidate_cache(&self.cache, &key).await?;
            }
            other => return Err(ModuleError::http(404, ErrorCode::NotFound, other)),
        }
        answer(Value::Null)
    }
}
