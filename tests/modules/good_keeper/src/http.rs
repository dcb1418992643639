//! Requests to other servers.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use hsmod_plugin_api::prelude::*;
use serde_json::{Value, json};

use crate::Keeper;

impl Keeper {
    pub(crate) async fn get_json(&self, url: &str) -> Result<Value, ModuleError> {
        match self.api.http_client().get_json(url, &[]).await {
            Err(HttpError::Status(response)) => Ok(shown(&response)),
            answer => Ok(answer?),
        }
    }

    pub(crate) async fn fetch(&self, url: &str, values: &Value) -> Result<Value, ModuleError> {
        let mut request = HttpRequest::new(values[0].as_str().unwrap_or("GET"), url);
        if let Some(body) = values[1].as_str() {
            request = request.body(body).header("X-Keeper", "yes");
        }
        if let Some(timeout) = values[2].as_u64() {
            request = request.timeout(Duration::from_millis(timeout));
        }
        if let Some(bytes) = values[3].as_u64() {
            request = request.max_response_bytes(bytes);
        }
        if values[4] == true {
            request = request.follow_redirects();
        }
        Ok(shown(&self.api.http_client().request(request).await?))
    }

    /// Blocks this thread; the homeserver's runtime does the work.
    pub(crate) fn elsewhere(&self, url: &str) -> Result<Value, ModuleError> {
        let asked = thread::scope(|scope| scope.spawn(|| wait_for(self.get_json(url))).join());
        asked.unwrap_or_else(|_| Err(ModuleError::new("the thread panicked")))
    }
}

/// Polls a future on this thread until it is ready.
fn wait_for<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        thread::park();
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn shown(response: &HttpResponse) -> Value {
    let kind = response.header("Content-Type").map(String::from_utf8_lossy);
    let body = String::from_utf8_lossy(response.body());
    json!({"status": response.status(), "type": kind, "body": body})
}
