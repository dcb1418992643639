//! Requests of clients to a web resource.

use std::borrow::Cow;
use std::fmt;

use hsmod_abi::{Bytes, Slice, Str, view};
use serde::de::DeserializeOwned;

use crate::values::{ErrorCode, ModuleError, by_name};

view! {
    /// An HTTP request, borrowed for the duration of the call.
    pub struct WebRequest<'a> {
        pub(super) method: Str<'a>,
        pub(super) path: Str<'a>,
        pub(super) query: Str<'a>,
        pub(super) headers: Slice<'a, RawHeader<'a>>,
        pub(super) body: Bytes<'a>,
        /// The client's IP address; none if the homeserver does not report it.
        pub(super) client_ip: Str<'a>,
        /// The number by which the homeserver finds its own request again; 0 if it needs none.
        pub(super) token: u64,
    }
}

view! {
    /// A header of a request.
    pub struct RawHeader<'a> {
        name: Str<'a>,
        value: Bytes<'a>,
    }
}

/// Omits the value, which may be a secret.
impl fmt::Debug for RawHeader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.text())
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

    /// Adds the details that a homeserver may provide.
    #[must_use]
    pub(crate) fn told(mut self, client_ip: Option<&'a str>, token: u64) -> Self {
        (self.client_ip, self.token) = (Str::optional(client_ip), token);
        self
    }

    /// The number by which the homeserver finds its own request again; 0 if there is none.
    pub const fn token(&self) -> u64 {
        self.token
    }
}

impl<'a> WebRequest<'a> {
    /// `GET`, `POST`, ...
    pub fn method(&self) -> &'a str {
        self.method.text()
    }

    /// The whole path, percent-encoded as received.
    pub fn path(&self) -> &'a str {
        self.path.text()
    }

    /// The part of the URL after the `?`, percent-encoded as received; empty if there is none.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn example(request: &WebRequest<'_>) -> Result<(), HttpError> {
    /// // Passes the query on as received:
    /// let url = format!("https://search.example.com/v1?{}", request.query_string());
    /// let request = HttpRequest::new("GET", &url);
    /// # Ok(())
    /// # }
    /// ```
    pub fn query_string(&self) -> &'a str {
        self.query.text()
    }

    /// The first value of a query argument, decoded; `None` if it is missing.
    pub fn query(&self, name: &str) -> Option<Cow<'a, str>> {
        argument(self.query.text(), name)
    }

    /// The first value of a query argument, decoded.
    ///
    /// # Errors
    /// 400 `M_MISSING_PARAM` if it is missing.
    pub fn require_query(&self, name: &str) -> Result<Cow<'a, str>, ModuleError> {
        self.query(name).ok_or_else(|| {
            let message = format!("Missing required query parameter `{name}`");
            ModuleError::http(400, ErrorCode::MissingParam, message)
        })
    }

    /// The first value of a header; the case of the name does not matter.
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        let mut headers = self.headers.iter();
        let header = headers.find(|header| header.name.text().eq_ignore_ascii_case(name))?;
        Some(header.value.get())
    }

    /// The headers as received: a name may occur more than once, in any case.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # fn example(request: &WebRequest<'_>) {
    /// let forwarded = request.headers().filter(|(name, _)| name.eq_ignore_ascii_case("X-Forwarded-For"));
    /// let hops = forwarded.count();
    /// # }
    /// ```
    pub fn headers(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> + use<'a> {
        self.headers.iter().map(|header| (header.name.text(), header.value.get()))
    }

    /// The access token of the requester, from the header `Authorization: Bearer ..` or the query
    /// argument `access_token`. It is a secret, and has not been validated:
    /// [`get_user_by_req`](crate::ModuleApi::get_user_by_req) does that, and returns whose it is;
    /// this method is for tokens that the module issues itself.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # struct Stats { token: String }
    /// # impl Stats {
    /// fn check(&self, request: &WebRequest<'_>) -> Result<(), ModuleError> {
    ///     if request.access_token()? == self.token {
    ///         return Ok(());
    ///     }
    ///     Err(ModuleError::http(401, ErrorCode::UnknownToken, "Unrecognised access token"))
    /// }
    /// # }
    /// ```
    ///
    /// Mirrors `get_access_token_from_request` of `synapse/api/auth/base.py`.
    ///
    /// # Errors
    /// 401 `M_MISSING_TOKEN`: there is no token, there are two, or the header has another scheme.
    pub fn access_token(&self) -> Result<Cow<'a, str>, ModuleError> {
        let refuse = |why| Err(ModuleError::http(401, ErrorCode::MissingToken, why));
        let mut headers =
            self.headers().filter(|(name, _)| name.eq_ignore_ascii_case("Authorization"));
        let in_query = self.query("access_token");
        match (headers.next(), in_query) {
            (None, Some(token)) => Ok(token),
            (None, None) => refuse("Missing access token"),
            (Some(_), Some(_)) => {
                refuse("Mixing Authorization headers and access_token query parameters.")
            }
            (Some(_), None) if headers.next().is_some() => {
                refuse("Too many Authorization headers.")
            }
            (Some((_, value)), None) => match bearer(value) {
                Some(token) => Ok(Cow::Borrowed(token)),
                None => refuse("Invalid Authorization header."),
            },
        }
    }

    /// The client's IP address, if the homeserver reports it.
    pub const fn client_ip(&self) -> Option<&'a str> {
        self.client_ip.get()
    }

    /// The body.
    pub fn body(&self) -> &'a [u8] {
        self.body.get()
    }

    /// The first value of a field of the HTML form in the body, decoded; `None` if it is missing.
    /// For forms of the type `application/x-www-form-urlencoded`, the default of pages.
    pub fn form(&self, name: &str) -> Option<Cow<'a, str>> {
        argument(std::str::from_utf8(self.body()).ok()?, name)
    }

    /// The body, deserialised from JSON; use `JsonObject` for an object of any form.
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

/// The token in the value of an `Authorization` header.
fn bearer(value: &[u8]) -> Option<&str> {
    let token = std::str::from_utf8(value).ok()?.strip_prefix("Bearer ")?;
    (token.is_ascii() && !token.contains(' ')).then_some(token)
}

/// The first value of a name in an encoded form.
fn argument<'a>(form: &'a str, name: &str) -> Option<Cow<'a, str>> {
    form.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key) == name).then(|| decode(value))
    })
}

/// Decodes a form value: `+` is a space, `%XX` a byte; invalid UTF-8 becomes U+FFFD.
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
    #[test]
    fn the_access_token_is_where_synapse_looks_for_it() {
        const OK: &[u8] = b"Bearer to-ken";
        let ask = |headers: &[(&str, &[u8])], query: &str| {
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| RawHeader::new(name, value)).collect();
            let request = WebRequest::new(["GET", "/x", query], &headers, b"");
            let token = request.access_token().map(Cow::into_owned);
            token.map_err(|error| error.to_string())
        };
        assert_eq!(ask(&[("authorization", OK)], ""), Ok("to-ken".to_owned()));
        assert_eq!(ask(&[("X", OK)], "a=b&access_token=a%2Bb"), Ok("a+b".to_owned()));
        assert_eq!(ask(&[], "access_token=1&access_token=2"), Ok("1".to_owned()));
        let refused = |why: &str| Err(format!("401 M_MISSING_TOKEN: {why}"));
        assert_eq!(ask(&[("X", OK)], "a=b"), refused("Missing access token"));
        assert_eq!(
            ask(&[("Authorization", OK)], "access_token="),
            refused("Mixing Authorization headers and access_token query parameters.")
        );
        assert_eq!(
            ask(&[("Authorization", OK), ("authorization", OK)], ""),
            refused("Too many Authorization headers.")
        );
        for odd in [&b""[..], b"Bearer", b"bearer x", b"Basic eA==", b"Bearer a b", b"Bearer \xFF"]
        {
            assert_eq!(
                ask(&[("Authorization", odd)], ""),
                refused("Invalid Authorization header.")
            );
        }
    }

    #[test]
    fn headers_come_as_they_are_and_are_not_shown() {
        let headers = [RawHeader::new("Authorization", b"Bearer secret"), RawHeader::new("A", b"")];
        let request = WebRequest::new(["GET", "/x", "access_token=secret"], &headers, b"");
        let all: Vec<_> = request.headers().collect();
        assert_eq!(all, [("Authorization", &b"Bearer secret"[..]), ("A", b"")]);
        assert_eq!(request.query_string(), "access_token=secret");
        assert_eq!(format!("{request:?} {headers:?}"), "GET /x [Authorization, A]");
    }
}
