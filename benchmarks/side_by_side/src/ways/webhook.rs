//! A service for each module, with a persistent HTTP connection: the minimal cost of asking another
//! program over HTTP.

use std::convert::Infallible;
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use hsmod_plugin_api::values::Event;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};

use super::Ask;
use super::service::{Checker, Part, Service, runtime};
use crate::case::Case;
use crate::events::Events;

/// A service's answer, as JSON.
#[derive(Deserialize, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
enum Answer {
    Allow,
    Deny { errcode: String },
}

struct Module {
    connection: SendRequest<Full<Bytes>>,
    host: String,
    _service: Service,
}

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

impl Module {
    async fn new() -> Fallible<Self> {
        let (service, address) = Service::webhook();
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (connection, driver) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(driver);
        Ok(Self { connection, host: address.to_string(), _service: service })
    }

    /// Whether the module allows the event.
    async fn allows(&mut self, part: Part, event: &Event<'_>) -> Fallible<bool> {
        let body = Bytes::copy_from_slice(event.json().as_str().as_bytes());
        let request = Request::post(path(part))
            .header("host", &self.host)
            .header("content-type", "application/json")
            .body(Full::new(body))?;
        self.connection.ready().await?;
        let response = self.connection.send_request(request).await?;
        let body = response.into_body().collect().await?.to_bytes();
        Ok(matches!(serde_json::from_slice(&body)?, Answer::Allow))
    }
}

fn path(part: Part) -> &'static str {
    match part {
        Part::Sender => "/check_sender",
        Part::Body => "/check_body",
    }
}

pub(super) fn load(case: Case) -> Ask {
    let runtime = runtime();
    let mut modules = Vec::new();
    for _ in 0..case.modules {
        modules.push(runtime.block_on(Module::new()).unwrap_or_else(|error| panic!("{error}")));
    }
    let modules = std::cell::RefCell::new(modules);
    let (events, part) = (Events::of(case), Part::of(case));
    Box::new(move |about| {
        let modules = &mut *modules.borrow_mut();
        events.repeat(about, |event| {
            runtime.block_on(async {
                for module in &mut *modules {
                    // A module that cannot be reached denies.
                    if !module.allows(part, event).await.unwrap_or(false) {
                        return false;
                    }
                }
                true
            })
        });
    })
}

/// The service: prints its address, and answers until standard input is closed.
///
/// # Errors
/// It cannot listen.
pub(crate) fn serve() -> std::io::Result<()> {
    std::thread::spawn(|| {
        // Nothing is ever sent: standard input ends with the parent process.
        drop(std::io::stdin().read(&mut [0]));
        std::process::exit(0);
    });
    let checker = Arc::new(Checker::new());
    runtime().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let checker = Arc::clone(&checker);
            let service = service_fn(move |request| answered(Arc::clone(&checker), request));
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service);
            tokio::spawn(connection);
        }
    })
}

async fn answered(
    checker: Arc<Checker>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let is_body = request.uri().path() == path(Part::Body);
    let part = if is_body { Part::Body } else { Part::Sender };
    // A body that cannot be read completely is not an event.
    let json = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let answer = if checker.allows(part, &json) {
        Answer::Allow
    } else {
        Answer::Deny { errcode: "M_FORBIDDEN".to_owned() }
    };
    let body = serde_json::to_vec(&answer).unwrap_or_default();
    let mut response = Response::new(Full::new(Bytes::from(body)));
    let json = hyper::header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    Ok(response)
}
