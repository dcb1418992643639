//! Converts HTTP requests from Twisted's form into the loader's.

use bytes::Bytes;
use http::header::HeaderMap;
use http::{HeaderName, HeaderValue, Method, Request};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Converts a request of Twisted, with its whole body, as if it had been made to `path`.
///
/// # Errors
/// It is not a request of Twisted, or is larger than Twisted allows.
pub(crate) fn request(request: &Bound<'_, PyAny>, path: &[u8]) -> PyResult<Request<Bytes>> {
    let uri = request.getattr("uri")?;
    let mut target = escaped(path);
    if let Some(query) = uri.cast::<PyBytes>()?.as_bytes().splitn(2, |byte| *byte == b'?').nth(1) {
        target.push('?');
        target.push_str(&escaped(query));
    }
    let mut taken = Request::new(body(&request.getattr("content")?)?);
    *taken.uri_mut() =
        target.parse().map_err(|error| PyValueError::new_err(format!("{target}: {error}")))?;
    let method = request.getattr("method")?;
    // An invalid method is passed on as one that no module supports.
    *taken.method_mut() =
        Method::from_bytes(method.cast::<PyBytes>()?.as_bytes()).unwrap_or(Method::TRACE);
    *taken.headers_mut() = headers(&request.getattr("requestHeaders")?)?;
    Ok(taken)
}

/// All headers in order, including repeated ones. Invalid headers are left out.
fn headers(raw: &Bound<'_, PyAny>) -> PyResult<HeaderMap> {
    let mut headers = HeaderMap::new();
    for entry in raw.call_method0("getAllRawHeaders")?.try_iter()? {
        let (name, values): (Bound<'_, PyBytes>, Vec<Bound<'_, PyBytes>>) = entry?.extract()?;
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { continue };
        for value in values {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                headers.append(name.clone(), value);
            }
        }
    }
    Ok(headers)
}

/// The body, even if it has been read before.
fn body(content: &Bound<'_, PyAny>) -> PyResult<Bytes> {
    let before = content.call_method0("tell")?;
    content.call_method1("seek", (0,))?;
    let body = content.call_method0("read")?;
    content.call_method1("seek", (before,))?;
    Ok(Bytes::copy_from_slice(body.cast::<PyBytes>()?.as_bytes()))
}

/// A part of a URL with all invalid bytes escaped; Twisted accepts any byte.
fn escaped(part: &[u8]) -> String {
    let mut escaped = String::with_capacity(part.len());
    for byte in part {
        if byte.is_ascii_graphic() && !b"\"#<>?\\^`{|}".contains(byte) {
            escaped.push(char::from(*byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
