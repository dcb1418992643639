//! The responses that clients get for a module's answer, or for its failure.

use bytes::Bytes;
use hsmod_plugin_api::module::{ErrorFormat, StageError, WebResponse};
use hsmod_plugin_api::values::ErrorKind;
use http::header::{self, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Map, Value};

/// The headers with which web pages of other sites may read a response, as in the Matrix
/// specification.
const CORS: [(HeaderName, &str); 3] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, PUT, DELETE, OPTIONS"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "X-Requested-With, Content-Type, Authorization, Date"),
];

/// A response in place of a module's: status, errcode and message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused(u16, &'static str, &'static str);

impl Refused {
    pub(super) const TOO_LARGE: Self = Self(413, "M_TOO_LARGE", "Request body is too large");
    #[cfg(feature = "axum")]
    pub(super) const UNRECOGNIZED: Self = Self(404, "M_UNRECOGNIZED", "Unrecognized request");
    const INTERNAL: Self = Self(500, "M_UNKNOWN", "Internal server error");
}

/// Writes the response of one resource to one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writer {
    errors: ErrorFormat,
    /// Whether this answers a `HEAD` request, so that the body is left out.
    head: bool,
}

impl Writer {
    pub(super) const fn new(errors: ErrorFormat, head: bool) -> Self {
        Self { errors, head }
    }

    /// A response without a body.
    pub(super) fn empty(self) -> Response<Bytes> {
        self.respond(204, Vec::new())
    }

    /// The response for the module's answer, and the names of its headers that are invalid.
    pub(super) fn answer(self, answer: &WebResponse) -> (Response<Bytes>, Vec<String>) {
        let mut response = self.respond(answer.status(), answer.body().to_vec());
        let (mut own, mut left_out) = (Vec::new(), Vec::new());
        for (name, value) in answer.headers() {
            match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value)) {
                (Ok(name), Ok(value)) => own.push((name, value)),
                _ => left_out.push(name.to_owned()),
            }
        }
        own.retain(|(name, value)| self.may_say(answer, name, value));
        // The module's own headers override those for all responses.
        for (name, _) in &own {
            response.headers_mut().remove(name);
        }
        for (name, value) in own {
            response.headers_mut().append(name, value);
        }
        (response, left_out)
    }

    /// Whether the module may set this header. `Content-Length` is computed from the body, except
    /// where the body may be left out: for `HEAD`, and with 304.
    fn may_say(self, answer: &WebResponse, name: &HeaderName, value: &HeaderValue) -> bool {
        if name == header::CONTENT_LENGTH {
            let number = value.as_bytes().iter().all(u8::is_ascii_digit) && !value.is_empty();
            let left_out = match answer.status() {
                304 => true,
                ..200 | 204 => false,
                _ => self.head,
            };
            return number && left_out && answer.body().is_empty();
        }
        name != header::TRANSFER_ENCODING
    }

    pub(super) fn refused(self, Refused(status, errcode, message): Refused) -> Response<Bytes> {
        self.error(status, errcode, message, Map::new())
    }

    /// The response for a failure of the module.
    pub(super) fn failure(self, error: StageError) -> Response<Bytes> {
        if let StageError::Module(error) = error
            && let ErrorKind::Http { status, errcode, message, fields } = error.into_kind()
        {
            return self.error(status, errcode.as_str(), &message, fields);
        }
        self.refused(Refused::INTERNAL)
    }

    fn error(
        self,
        status: u16,
        errcode: &str,
        message: &str,
        fields: Map<String, Value>,
    ) -> Response<Bytes> {
        let answer = match self.errors {
            ErrorFormat::Html => WebResponse::html(status, page(message)),
            _ => WebResponse::json(status, &Value::Object(object(errcode, message, fields))),
        };
        self.answer(&answer).0
    }

    fn respond(self, status: u16, body: Vec<u8>) -> Response<Bytes> {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let has_body = !(status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED));
        let length = body.len();
        let body = if has_body && !self.head { Bytes::from(body) } else { Bytes::new() };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        if has_body {
            response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
        }
        if self.errors == ErrorFormat::Json {
            let headers = CORS.map(|(name, value)| (name, HeaderValue::from_static(value)));
            response.headers_mut().extend(headers);
        }
        response
    }
}

/// The JSON body of an error.
fn object(errcode: &str, message: &str, fields: Map<String, Value>) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("errcode".to_owned(), errcode.into());
    body.insert("error".to_owned(), message.into());
    body.extend(fields);
    body
}

/// The HTML page of an error.
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
        let response =
            Writer::new(ErrorFormat::Html, false).error(400, "M_X", "<b> & \"'", Map::new());
        let body = String::from_utf8(response.body().to_vec()).unwrap();
        assert!(body.contains("<p>&lt;b&gt; &amp; &quot;&#39;</p>"), "{body}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    }

    #[test]
    fn the_modules_headers_override_the_common_ones() {
        let answer = WebResponse::new(200, "")
            .header("Access-Control-Allow-Origin", "https://example.com")
            .header("X-A", "1")
            .header("x-a", "2")
            .header("no header", "x");
        let (response, left_out) = Writer::new(ErrorFormat::Json, false).answer(&answer);
        assert_eq!(left_out, ["no header"]);
        assert_eq!(response.headers()["access-control-allow-origin"], "https://example.com");
        assert_eq!(response.headers().get_all("x-a").iter().count(), 2);
        assert!(response.headers().contains_key("access-control-allow-methods"));
        assert_eq!(response.headers()["content-length"], "0");
        assert_eq!(response.headers().len(), 6);
    }
    /// Status, `Content-Length` and body size of the response to an answer.
    fn framed(head: bool, answer: &WebResponse) -> (u16, String, usize) {
        let (response, _) = Writer::new(ErrorFormat::Json, head).answer(answer);
        assert!(!response.headers().contains_key("transfer-encoding"));
        let lengths = response.headers().get_all("content-length").iter();
        let lengths: Vec<_> = lengths.map(|length| length.to_str().unwrap()).collect();
        (response.status().as_u16(), lengths.join(" "), response.body().len())
    }

    #[test]
    fn content_length_is_computed_from_the_body() {
        let length = |answer: WebResponse, length: &str| {
            answer.header("Content-Length", length).header("Transfer-Encoding", "chunked")
        };
        let lies = length(WebResponse::new(200, "12345"), "7");
        assert_eq!(framed(false, &lies), (200, "5".to_owned(), 5));
        assert_eq!(framed(true, &lies), (200, "5".to_owned(), 0));
        for status in [204, 304] {
            let answer = WebResponse::new(status, "12345");
            assert_eq!(framed(false, &answer), (status, String::new(), 0));
        }
    }

    #[test]
    fn a_module_may_leave_out_the_body_and_set_its_length() {
        let says =
            |status, length: &str| WebResponse::new(status, "").header("Content-Length", length);
        assert_eq!(framed(true, &says(200, "7")), (200, "7".to_owned(), 0));
        assert_eq!(framed(false, &says(304, "7")), (304, "7".to_owned(), 0));
        assert_eq!(framed(false, &says(200, "7")), (200, "0".to_owned(), 0));
        assert_eq!(framed(true, &says(204, "7")), (204, String::new(), 0));
        for wrong in ["", "-1", "+1", "x"] {
            assert_eq!(framed(true, &says(200, wrong)), (200, "0".to_owned(), 0), "{wrong}");
        }
    }
}
