//! Web resources of modules in a homeserver that does not use axum: of a web framework, the loader
//! needs only the types of the crate `http`. This one uses plain hyper.
//!
//! `cargo run -p hsmod-loader --example hyper -- modules.yaml 127.0.0.1:8008`

use std::convert::Infallible;
use std::error::Error;
use std::time::Duration;

use hsmod_loader::bytes::{Bytes, BytesMut};
use hsmod_loader::http::{Request, Response};
use hsmod_loader::web::Client;
use hsmod_loader::{Config, Host, Modules};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

/// (1) Requests that the homeserver does not serve itself.
async fn fallback(
    modules: &Modules,
    request: Request<Incoming>,
) -> Result<Response<Bytes>, hyper::Error> {
    let web = modules.web();
    // (2) Before the body is read, it is known whether a module serves the path, and how large the
    // body may be.
    let Some(body_max) = web.body_max(request.uri().path()) else { return Ok(not_found()) };
    let (mut parts, body) = request.into_parts();
    // (3) What modules learn about the client. In a homeserver that answers `get_user_by_req`, a
    // token leads from there back to this request.
    parts.extensions.insert(Client { ip: Some("127.0.0.1".to_owned()), ..Client::default() });
    let request = Request::from_parts(parts, read(body, body_max).await?);
    Ok(web.handle(request).await.unwrap_or_else(not_found))
}

/// Reads the body, or just enough to show that it is too large.
async fn read(mut body: Incoming, body_max: usize) -> Result<Bytes, hyper::Error> {
    let mut read = BytesMut::new();
    while read.len() <= body_max {
        let Some(frame) = body.frame().await else { break };
        if let Ok(data) = frame?.into_data() {
            read.extend_from_slice(&data);
        }
    }
    Ok(read.freeze())
}

fn not_found() -> Response<Bytes> {
    let body = r#"{"errcode":"M_UNRECOGNIZED","error":"Unrecognized request"}"#;
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    *response.status_mut() = hyper::StatusCode::NOT_FOUND;
    response
}

async fn serve(modules: Modules, stream: TcpStream) -> Result<(), hyper::Error> {
    let service = service_fn(|request| {
        let modules = &modules;
        async move { Ok::<_, hyper::Error>(fallback(modules, request).await?.map(Full::new)) }
    });
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await
}

async fn accept(modules: &Modules, listener: TcpListener) -> Result<Infallible, Box<dyn Error>> {
    loop {
        let (stream, _) = listener.accept().await?;
        let modules = modules.clone();
        tokio::spawn(async move {
            if let Err(error) = serve(modules, stream).await {
                eprintln!("{error}");
            }
        });
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let [Some(config), Some(address)] = [arguments.next(), arguments.next()] else {
        return Err("usage: hyper modules.yaml 127.0.0.1:8008".into());
    };
    let modules = Modules::load(Config::from_file(config)?, Host::new("localhost")).await?;
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    tokio::select! {
        ended = accept(&modules, listener) => { ended?; }
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    modules.shutdown(Duration::from_secs(10)).await;
    Ok(())
}
