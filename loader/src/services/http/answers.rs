//! Answers a module's requests for HTTP.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hsmod_plugin_api::module::WebResponse;
use hsmod_plugin_api::module::http_response::HttpResponse as Answer;
use hsmod_plugin_api::requests;
use hsmod_plugin_api::requests::http::{HttpHead, rows};
use hsmod_plugin_api::values::{JsonStr, ModuleError, Unanswered};
use tokio::sync::OnceCell;

use super::{HttpClient, HttpError, HttpRequest, HttpResponse};
use crate::config::Http;
use crate::services::life::Life;

/// Answers the requests of one module. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct HttpAnswers(Arc<Desk>);

#[derive(Debug)]
struct Desk {
    config: Http,
    life: Arc<Life>,
    /// Created for the first request, because reading the system's certificates takes a while.
    client: OnceCell<HttpClient>,
}

impl HttpAnswers {
    pub(crate) fn new(config: Http, life: Arc<Life>) -> Self {
        Self(Arc::new(Desk { config, life, client: OnceCell::new() }))
    }
}

#[requests]
impl requests::Http for HttpAnswers {
    async fn http_request(&self, head: &JsonStr, body: &[u8]) -> Result<Answer, ModuleError> {
        let request = request(head.parse()?, body);
        let desk = Arc::clone(&self.0);
        let answer = async move {
            let make = async || HttpClient::new(&desk.config);
            desk.client.get_or_try_init(make).await?.request(request).await
        };
        let answer = self.0.life.on_runtime(rows::http_request.name, answer).await?;
        answer.map(shown).map_err(failed)
    }
}

fn request(head: HttpHead, body: &[u8]) -> HttpRequest {
    let mut request = HttpRequest::new(head.method, head.url);
    request.headers = head.headers;
    request.body = Bytes::copy_from_slice(body);
    request.follow_redirects = head.follow_redirects;
    if let Some(timeout) = head.timeout_ms {
        request.timeout = Duration::from_millis(timeout);
    }
    if let Some(bytes) = head.max_response_bytes {
        request.max_response_bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    }
    request
}

fn shown(response: HttpResponse) -> Answer {
    let shown = WebResponse::new(response.status, response.body);
    let add = |shown: WebResponse, (name, value): &(String, String)| shown.header(name, value);
    Answer::new(response.headers.iter().fold(shown, add))
}

/// Converts an error for the module.
fn failed(error: HttpError) -> ModuleError {
    match error {
        HttpError::Crowded { .. } => {
            ModuleError::not_answered(Unanswered::TooMany, error.to_string())
        }
        error => error.into(),
    }
}
