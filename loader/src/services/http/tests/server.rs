//! A server on this machine that gives the answers a test wants and keeps the requests.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Serves until the test's process ends, one request per connection.
pub(super) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` returns the complete response for a complete request. An empty response is not
    /// sent, and the connection stays open.
    pub(super) fn start(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        Self::serve(TcpListener::bind("127.0.0.1:0").unwrap(), answer)
    }

    /// Two servers on the same port of 127.0.0.1 and 127.0.0.2, each of which answers with a fixed
    /// body.
    pub(super) fn start_two(first: &'static str, second: &'static str) -> (Self, Self) {
        loop {
            let one = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = one.local_addr().unwrap().port();
            // Another test may be using that port there.
            let Ok(other) = TcpListener::bind(("127.0.0.2", port)) else { continue };
            let serve = |listener, body| Self::serve(listener, move |_| answer("200 OK", body));
            return (serve(one, first), serve(other, second));
        }
    }

    fn serve(
        listener: TcpListener,
        answer: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let server = Self { address: listener.local_addr().unwrap(), seen: Arc::clone(&seen) };
        thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&mut stream) else { continue };
                seen.lock().unwrap().push(request.clone());
                let answer = answer(&request);
                if answer.is_empty() {
                    kept.push(stream);
                } else {
                    // The client may have hung up.
                    let _ = stream.write_all(answer.as_bytes());
                }
            }
        });
        server
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.authority())
    }

    pub(super) fn authority(&self) -> String {
        self.address.to_string()
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(super) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// A response with that status line and body.
pub(super) fn answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// A redirect to `location`.
pub(super) fn redirect(location: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
}

/// Reads the head, and as much body as it says; `None` if the client hung up.
fn read(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        // The first byte of TLS, which this server does not support.
        if bytes.first() == Some(&0x16) {
            return Some(text.into_owned());
        }
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text.into_owned());
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}
