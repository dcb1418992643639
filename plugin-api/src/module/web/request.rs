//! What a client asks of a web resource.

use std::borrow::Cow;
use std::fmt;

use hsmod_abi::{Bytes, Slice, Str, view};
use serde::de::DeserializeOwned;

use crate::values::{ErrorCode, ModuleError, by_name};

view! {
    /// An HTTP request, borrowed for the time of the call.
    pub struct WebRequest<'a> {
        pub(super) method: Str<'a>,
        pub(super) path: Str<'a>,
        pub(super) query: Str<'a>,
        pub(super) headers: Slice<'a, RawHeader<'a>>,
        pub(super) body: Bytes<'a>,
        /// The client's IP address; none if the homeserver does not tell.
        pub(super) client_ip: Str<'a>,
        /// By which the homeserver finds its own request again; 0 if it has no use for it.
        pub(super) token: u64,
    }
}

view! {
    /// A header of a request.
    #[derive(Debug)]
    pub struct RawHeader<'a> {
        name: Str<'a>,
        value: Bytes<'a>,
    }
}

#[cfg(feature = "host")]
impl<'a> RawHeader<'a> {
    pub(crate) fn new(name: &'a str, value: &'a [u8]) -> Self {
        Self { size: Self::SIZE, flags: 0, name: Str::new(name), value: Bytes::new(value) }
    }
}

#[cfg(feature = "host")]
impl<'a> WebRequest<'a> {
    pub(crate) fn new(
        [method, path, query]: [&'a str; 3],
        headers: &'a [RawHeader<'a>],
        body: &'a [u8],
    ) -> Self {
        Self {
            size: Self::SIZE,
            flags: 0,
            method: Str::new(method),
            path: Str::new(path),
            query: Str::new(query),
            headers: Slice::new(headers),
            body: Bytes::new(body),
            client_ip: Str::NONE,
            token: 0,
        }
    }

    /// With what else a homeserver may tell.
    #[must_use]
    pub(crate) fn told(mut self, client_ip: Option<&'a str>, token: u64) -> Self {
        (self.client_ip, self.token) = (Str::optional(client_ip), token);
        self
    }

    /// By which the homeserver finds its own request again; 0 if it gave none.
    pub const fn token(&self) -> u64 {
        self.token
    }
}

impl<'a> WebRequest<'a> {
    /// `GET`, `POST`, ...
    pub fn method(&self) -> &'a str {
        self.method.text()
    }

    /// The whole path, percent-encoded as it came.
    pub fn path(&self) -> &'a str {
        self.path.text()
    }

    /// The first value of a query argument, decoded; `None` if it is not there.
    pub fn query(&self, name: &str) -> Option<Cow<'a, str>> {
        argument(self.query.text(), name)
    }

    /// The first value of a query argument, decoded.
    ///
    /// # Errors
    /// 400 `M_MISSING_PARAM` if it is not there.
    pub fn require_query(&self, name: &str) -> Result<Cow<'a, str>, ModuleError> {
        self.query(name).ok_or_else(|| {
            let message = format!("Missing required query parameter `{name}`");
            ModuleError::http(400, ErrorCode::MissingParam, message)
        })
    }

    /// The first value of a header; the name in any case.
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        let mut headers = self.headers.iter();
        let header = headers.find(|header| header.name.text().eq_ignore_ascii_case(name))?;
        Some(header.value.get())
    }

    /// The client's IP address, if the homeserver tells.
    pub const fn client_ip(&self) -> Option<&'a str> {
        self.client_ip.get()
    }

    /// The body.
    pub fn body(&self) -> &'a [u8] {
        self.body.get()
    }

    /// The first value of a field of the HTML form that is the body, decoded; `None` if it is not
    /// there. Forms of the type `application/x-www-form-urlencoded`, as pages send them by default.
    pub fn form(&self, name: &str) -> Option<Cow<'a, str>> {
        argument(std::str::from_utf8(self.body()).ok()?, name)
    }

    /// The body, deserialised from JSON; a `JsonObject` if it may be any object.
    ///
    /// Mirrors `synapse.module_api.parse_json_object_from_request`.
    ///
    /// # Errors
    /// 400 `M_NOT_JSON` if it is not JSON, 400 `M_BAD_JSON` if it does not fit `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ModuleError> {
        by_name::from_slice(self.body()).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => {
                ModuleError::http(400, ErrorCode::BadJson, error.to_string())
            }
            _ => ModuleError::http(400, ErrorCode::NotJson, "Content not JSON."),
        })
    }
}

impl fmt::Debug for WebRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method(), self.path())
    }
}

/// The first value of a name in an encoded form.
fn argument<'a>(form: &'a str, name: &str) -> Option<Cow<'a, str>> {
    form.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key) == name).then(|| decode(value))
    })
}

/// Form decoding: `+` is a space, `%XX` a byte; what is not UTF-8 becomes U+FFFD.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let hex = |digit: u8| char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok());
        match (byte, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', &[high, low, ref tail @ ..]) => match (hex(high), hex(low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = tail;
                }
                _ => bytes.push(byte),
            },
            _ => bytes.push(byte),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(all(test, feature = "host"))]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_of_queries_and_forms_are_decoded() {
        let line = ["GET", "/x", "a=1&user=%40evil%3Aexample.com&b=x+y&c&d=%zz%4"];
        let request = WebRequest::new(line, &[], b"token=a%26b&page=2");
        assert_eq!(request.form("token").as_deref(), Some("a&b"));
        assert_eq!((request.form("a"), request.query("page")), (None, None));
        assert_eq!(request.query("user").as_deref(), Some("@evil:example.com"));
        assert_eq!(request.query("b").as_deref(), Some("x y"));
        assert_eq!(request.query("c").as_deref(), Some(""));
        assert_eq!(request.query("d").as_deref(), Some("%zz%4"));
        assert_eq!(request.query("e"), None);
        assert_eq!(
            request.require_query("e").unwrap_err().to_string(),
            "400 M_MISSING_PARAM: Missing required query parameter `e`"
        );
    }
}
