//! What a client gets to see of a module's answer, or of its failure.

use bytes::Bytes;
use hsmod_plugin_api::module::{ErrorFormat, StageError, WebResponse};
use hsmod_plugin_api::values::ErrorKind;
use http::header::{self, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Map, Value};

/// What lets web pages of other sites read an answer, as the Matrix specification has it.
const CORS: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, PUT, DELETE, OPTIONS"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "X-Requested-With, Content-Type, Authorization, Date"),
];

/// Why a request is refused without the module, or instead of what it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused(u16, &'static str, &'static str);

impl Refused {
    pub(super) const TOO_LARGE: Self = Self(413, "M_TOO_LARGE", "Request body is too large");
    #[cfg(feature = "axum")]
    pub(super) const UNRECOGNIZED: Self = Self(404, "M_UNRECOGNIZED", "Unrecognized request");
    const INTERNAL: Self = Self(500, "M_UNKNOWN", "Internal server error");
}

/// Writes the responses of one resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writer(ErrorFormat);

impl Writer {
    pub(super) const fn new(errors: ErrorFormat) -> Self {
        Self(errors)
    }

    /// A response without a body.
    pub(super) fn empty(self) -> Response<Bytes> {
        self.respond(204, Vec::new())
    }

    /// What the module answers; without the body to `HEAD`.
    pub(super) fn answer(self, answer: &WebResponse, head: bool) -> Response<Bytes> {
        let body = if head { Vec::new() } else { answer.body().to_vec() };
        let mut response = self.respond(answer.status(), body);
        let own: Vec<(HeaderName, HeaderValue)> =
            answer.headers().filter_map(|(name, value)| valid(name, value)).collect();
        // What the module says of itself goes before what is said of all.
        for (name, _) in &own {
            response.headers_mut().remove(name);
        }
        for (name, value) in own {
            response.headers_mut().append(name, value);
        }
        response
    }

    pub(super) fn refused(self, Refused(status, errcode, message): Refused) -> Response<Bytes> {
        self.error(status, errcode, message, Map::new())
    }

    /// What becomes of the failure of a module's resource at `path`.
    pub(super) fn failure(self, error: StageError, module: &str, path: &str) -> Response<Bytes> {
        match error {
            StageError::Module(error) if matches!(error.kind(), ErrorKind::Http { .. }) => {
                match error.into_kind() {
                    ErrorKind::Http { status, errcode, message, fields } => {
                        self.error(status, errcode.as_str(), &message, fields)
                    }
                    _ => self.refused(Refused::INTERNAL),
                }
            }
            other => {
                tracing::error!(module, path, "a web resource failed: {other}");
                self.refused(Refused::INTERNAL)
            }
        }
    }

    fn error(
        self,
        status: u16,
        errcode: &str,
        message: &str,
        fields: Map<String, Value>,
    ) -> Response<Bytes> {
        if self.0 == ErrorFormat::Html {
            return self.answer(&WebResponse::html(status, page(message)), false);
        }
        let body = Value::Object(object(errcode, message, fields));
        self.answer(&WebResponse::json(status, &body), false)
    }

    fn respond(self, status: u16, body: Vec<u8>) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if self.0 == ErrorFormat::Json {
            let headers = CORS.map(|(name, value)| (name, HeaderValue::from_static(value)));
            response.headers_mut().extend(headers);
        }
        response
    }
}

fn valid(name: &str, value: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let (found, own) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value));
    if let (Ok(name), Ok(value)) = (found, own) {
        return Some((name, value));
    }
    tracing::warn!("a module's response has a header that HTTP does not allow: {name:?}");
    None
}

/// The body of an error for a program.
fn object(errcode: &str, message: &str, fields: Map<String, Value>) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("errcode".to_owned(), errcode.into());
    body.insert("error".to_owned(), message.into());
    body.extend(fields);
    body
}

/// The page of an error for a person.
fn page(message: &str) -> String {
    let mut shown = String::new();
    for letter in message.chars() {
        match letter {
            '&' => shown.push_str("&amp;"),
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '"' => shown.push_str("&quot;"),
            '\'' => shown.push_str("&#39;"),
            other => shown.push(other),
        }
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Error</title>\n</head>\n<body>\n<h1>That did not work</h1>\n<p>{shown}</p>\n\
         </body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_on_a_page_is_text() {
        let response = Writer::new(ErrorFormat::Html).error(400, "M_X", "<b> & \"'", Map::new());
        let body = String::from_utf8(response.body().to_vec()).unwrap();
        assert!(body.contains("<p>&lt;b&gt; &amp; &quot;&#39;</p>"), "{body}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    }

    #[test]
    fn the_modules_own_headers_go_before_those_of_all() {
        let answer = WebResponse::new(200, "")
            .header("Access-Control-Allow-Origin", "https://example.com")
            .header("X-A", "1")
            .header("x-a", "2")
            .header("no header", "x");
        let response = Writer::new(ErrorFormat::Json).answer(&answer, false);
        assert_eq!(response.headers()["access-control-allow-origin"], "https://example.com");
        assert_eq!(response.headers().get_all("x-a").iter().count(), 2);
        assert!(response.headers().contains_key("access-control-allow-methods"));
        assert_eq!(response.headers().len(), 5);
    }
}
