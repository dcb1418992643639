//! Web resources: HTTP requests that a module answers.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;

use abi_stable::prefix_type::WithMetadata;
use abi_stable::std_types::{RSlice, RStr, RString, RVec};
use abi_stable::{StableAbi, staticref};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::boundary::{FfiWaker, FutureSlot, Out, PanicReport, Status, start};
use crate::values::answer::{Answer, Unreadable};
use crate::values::{ErrorCode, ModuleError};

/// Answers HTTP requests: one method per HTTP method. Override those you serve; the others answer
/// 405. An error becomes a JSON body of `errcode` and `error`, or a page ([`Self::ERRORS`]); a plain
/// failure or a panic becomes a 500 that tells the client nothing more.
///
/// Called from any thread, several at once. Nobody has checked who asks:
/// [`get_user_by_req`](crate::ModuleApi::get_user_by_req) does. The homeserver has refused a body
/// that is too large (413; 8 MiB, unless it says otherwise), and answers `OPTIONS` itself.
///
/// Mirrors `synapse.module_api.DirectServeJsonResource`, and with [`ErrorFormat::Html`]
/// `synapse.module_api.DirectServeHtmlResource`.
pub trait WebResource: Send + Sync + 'static {
    /// What errors become. JSON is for programs: web pages of other sites may read the answers too,
    /// as with the rest of a homeserver (CORS). HTML is for people.
    const ERRORS: ErrorFormat = ErrorFormat::Json;

    /// A GET request; also answers HEAD.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn get(&self, request: &WebRequest<'_>) -> impl Answering {
        std::future::ready(Err(not_allowed()))
    }

    /// A POST request.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn post(&self, request: &WebRequest<'_>) -> impl Answering {
        std::future::ready(Err(not_allowed()))
    }

    /// A PUT request.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn put(&self, request: &WebRequest<'_>) -> impl Answering {
        std::future::ready(Err(not_allowed()))
    }

    /// A DELETE request.
    #[allow(unused_variables, reason = "the default has no use for its arguments")]
    fn delete(&self, request: &WebRequest<'_>) -> impl Answering {
        std::future::ready(Err(not_allowed()))
    }
}

/// A resource may be shared: the module itself can be one, with all it knows.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// # struct Greeter { greeting: String }
/// impl WebResource for Greeter {
///     async fn get(&self, _: &WebRequest<'_>) -> Result<WebResponse, ModuleError> {
///         Ok(WebResponse::html(200, &*self.greeting))
///     }
/// }
/// # fn example(api: &ModuleApi, module: &Arc<Greeter>) {
/// api.register_web_resource("/_synapse/client/greeter/", Arc::clone(module));
/// # }
/// ```
impl<W: WebResource> WebResource for Arc<W> {
    const ERRORS: ErrorFormat = W::ERRORS;

    fn get(&self, request: &WebRequest<'_>) -> impl Answering {
        W::get(self, request)
    }

    fn post(&self, request: &WebRequest<'_>) -> impl Answering {
        W::post(self, request)
    }

    fn put(&self, request: &WebRequest<'_>) -> impl Answering {
        W::put(self, request)
    }

    fn delete(&self, request: &WebRequest<'_>) -> impl Answering {
        W::delete(self, request)
    }
}

/// What the errors of a [`WebResource`] become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorFormat {
    /// A JSON object of `errcode` and `error`.
    Json,
    /// A page that shows the message.
    Html,
}

/// What the methods of a [`WebResource`] return: a future of a response.
pub trait Answering: Future<Output = Result<WebResponse, ModuleError>> + Send {}

impl<F: Future<Output = Result<WebResponse, ModuleError>> + Send> Answering for F {}

fn not_allowed() -> ModuleError {
    ModuleError::http(405, ErrorCode::Unrecognized, "Unrecognized request")
}

/// An HTTP request, borrowed for the time of the call.
#[repr(C)]
#[derive(Clone, Copy, StableAbi)]
pub struct WebRequest<'a> {
    pub(crate) method: RStr<'a>,
    pub(crate) path: RStr<'a>,
    pub(crate) query: RStr<'a>,
    pub(crate) headers: RSlice<'a, RawHeader<'a>>,
    pub(crate) body: RSlice<'a, u8>,
}

/// A header of a request.
#[repr(C)]
#[derive(Clone, Copy, Debug, StableAbi)]
pub struct RawHeader<'a> {
    pub(crate) name: RStr<'a>,
    pub(crate) value: RSlice<'a, u8>,
}

impl<'a> WebRequest<'a> {
    /// `GET`, `POST`, ...
    pub fn method(&self) -> &'a str {
        self.method.as_str()
    }

    /// The whole path, percent-encoded as it came.
    pub fn path(&self) -> &'a str {
        self.path.as_str()
    }

    /// The first value of a query argument, decoded; `None` if it is not there.
    pub fn query(&self, name: &str) -> Option<Cow<'a, str>> {
        argument(self.query.as_str(), name)
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
        let headers = self.headers.as_slice();
        let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(header.value.as_slice())
    }

    /// The body.
    pub fn body(&self) -> &'a [u8] {
        self.body.as_slice()
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
        serde_json::from_slice(self.body()).map_err(|error| match error.classify() {
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

/// An HTTP response.
///
/// ```
/// # use hsmod_plugin_api::prelude::*;
/// let response = WebResponse::json(200, &serde_json::json!({"hello": "bob"}))
///     .header("Cache-Control", "no-store");
/// assert_eq!(response.body(), br#"{"hello":"bob"}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebResponse {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl WebResponse {
    /// A response with a body as it is, and no header.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// A JSON response; 500 if `value` cannot be written as JSON.
    pub fn json(status: u16, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::new(status, body).header("Content-Type", "application/json"),
            Err(error) => Self::new(500, error.to_string()),
        }
    }

    /// An HTML page, which no other page may show in a frame.
    ///
    /// Mirrors `synapse.module_api.respond_with_html`.
    pub fn html(status: u16, page: impl Into<String>) -> Self {
        Self::new(status, page.into())
            .header("Content-Type", "text/html; charset=utf-8")
            .header("X-Frame-Options", "DENY")
            .header("Content-Security-Policy", "frame-ancestors 'none';")
    }

    /// Sends a browser to another address.
    ///
    /// Mirrors `synapse.module_api.errors.RedirectException`.
    pub fn redirect(location: &str) -> Self {
        Self::new(302, "").header("Location", location)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
        self
    }

    /// The status.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The headers, in order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice()))
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Takes the body out.
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }
}

/// 204 without a body.
impl Default for WebResponse {
    fn default() -> Self {
        Self::new(204, "")
    }
}

/// C form of [`WebResponse`].
#[repr(C)]
#[derive(StableAbi)]
pub struct RawWebResponse {
    status: u16,
    headers: RVec<abi_stable::std_types::Tuple2<RString, RVec<u8>>>,
    body: RVec<u8>,
}

impl Answer for WebResponse {
    type Raw = RawWebResponse;

    fn is_neutral(&self) -> bool {
        false
    }

    fn into_raw(self) -> Option<RawWebResponse> {
        let header = |(name, value): (String, Vec<u8>)| (RString::from(name), value.into()).into();
        Some(RawWebResponse {
            status: self.status,
            headers: self.headers.into_iter().map(header).collect(),
            body: self.body.into(),
        })
    }

    fn from_raw(raw: RawWebResponse) -> Result<Self, Unreadable> {
        let headers = raw.headers.iter();
        Ok(Self {
            status: raw.status,
            headers: headers.map(|header| (header.0.to_string(), header.1.to_vec())).collect(),
            body: raw.body.to_vec(),
        })
    }
}

/// The C table of a [`WebResource`]. Append-only.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = WebTableRef)))]
#[sabi(missing_field(option))]
pub struct WebTable {
    /// Version of the boundary of the module that made it.
    #[sabi(last_prefix_field)]
    pub abi_minor: u32,
    pub(crate) handle: unsafe extern "C" fn(
        *const (),
        *const WebRequest<'_>,
        *mut FutureSlot,
        *const FfiWaker,
        *mut Out<WebResponse>,
        *mut PanicReport,
    ) -> Status,
    pub(crate) html_errors: bool,
}

impl WebTableRef {
    pub(crate) const fn of<W: WebResource>() -> Self {
        WebTableOf::<W>::TABLE
    }
}

struct WebTableOf<W>(PhantomData<W>);

impl<W: WebResource> WebTableOf<W> {
    staticref!(const WITH_METADATA: WithMetadata<WebTable> =
    WithMetadata::new(WebTable {
        abi_minor: crate::ABI.minor,
        handle: handle::<W>,
        html_errors: matches!(W::ERRORS, ErrorFormat::Html),
    }));
    const TABLE: WebTableRef = WebTableRef(Self::WITH_METADATA.as_prefix());
}

/// # Safety
/// `resource` is a live `W`, `request` lives as long as the future; the rest as for [`start`].
unsafe extern "C" fn handle<W: WebResource>(
    resource: *const (),
    request: *const WebRequest<'_>,
    slot: *mut FutureSlot,
    waker: *const FfiWaker,
    out: *mut Out<WebResponse>,
    report: *mut PanicReport,
) -> Status {
    // SAFETY: the caller's promises.
    unsafe {
        let (resource, request) = (&*resource.cast::<W>(), *request);
        start(slot, waker, out, report, || async move {
            match request.method() {
                "GET" | "HEAD" => resource.get(&request).await,
                "POST" => resource.post(&request).await,
                "PUT" => resource.put(&request).await,
                "DELETE" => resource.delete(&request).await,
                _ => Err(not_allowed()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_of_queries_and_forms_are_decoded() {
        let request = WebRequest {
            method: "GET".into(),
            path: "/x".into(),
            query: "a=1&user=%40evil%3Aexample.com&b=x+y&c&d=%zz%4".into(),
            headers: RSlice::EMPTY,
            body: b"token=a%26b&page=2".as_slice().into(),
        };
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
