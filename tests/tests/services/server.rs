//! A local server that keeps its clients waiting until a test lets it answer.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// The protocol of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    /// It answers every request with the JSON `{}`.
    Http,
    /// It accepts every mail.
    Smtp,
}

/// Serves until the test's process ends, each connection on a thread.
pub(crate) struct Server {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    open: AtomicBool,
    asked: AtomicUsize,
    hung_up: AtomicUsize,
}

impl Server {
    /// A server that does not answer yet.
    pub(crate) fn held(speaks: Speaks) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self { address: listener.local_addr().unwrap(), state: Arc::default() };
        let state = Arc::clone(&server.state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, state) = (stream.unwrap(), Arc::clone(&state));
                // A client may disconnect at any time.
                thread::spawn(move || serve(stream, speaks, &state));
            }
        });
        server
    }

    /// Answers all clients from now on, including those that wait.
    pub(crate) fn answer(&self) {
        self.state.open.store(true, Ordering::SeqCst);
    }

    /// The number of clients that have sent a request.
    pub(crate) fn asked(&self) -> usize {
        self.state.asked.load(Ordering::SeqCst)
    }

    /// The number of clients that closed their connection before the answer.
    pub(crate) fn hung_up(&self) -> usize {
        self.state.hung_up.load(Ordering::SeqCst)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The operator's `mail` config for this server.
    pub(crate) fn mail(&self) -> Value {
        json!({
            "smtp_host": "127.0.0.1", "smtp_port": self.address.port(), "enable_tls": false,
            "notif_from": "Matrix <noreply@example.com>",
        })
    }
}

fn serve(mut stream: TcpStream, speaks: Speaks, state: &State) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    match speaks {
        Speaks::Http => while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {},
        Speaks::Smtp => {
            stream.write_all(b"220 here\r\n")?;
            lines.next().transpose()?;
        }
    }
    state.asked.fetch_add(1, Ordering::SeqCst);
    if is_gone(&stream, state)? {
        state.hung_up.fetch_add(1, Ordering::SeqCst);
        return Ok(());
    }
    if speaks == Speaks::Http {
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
        return stream.write_all(head.as_bytes());
    }
    stream.write_all(b"250 welcome\r\n")?;
    let mut in_data = false;
    for line in lines {
        let line = line?;
        in_data = line == "DATA" || in_data && line != ".";
        match line.as_str() {
            "DATA" => stream.write_all(b"354 go on\r\n")?,
            _ if in_data => {}
            _ => stream.write_all(b"250 ok\r\n")?,
        }
    }
    Ok(())
}

/// Waits until the server may answer or the client is gone. Returns whether it is gone.
fn is_gone(stream: &TcpStream, state: &State) -> io::Result<bool> {
    const PATIENCE: Duration = Duration::from_millis(5);
    stream.set_read_timeout(Some(PATIENCE))?;
    while !state.open.load(Ordering::SeqCst) {
        match stream.peek(&mut [0]) {
            Ok(0) => return Ok(true),
            Ok(_) => thread::sleep(PATIENCE),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => return Ok(true),
        }
    }
    stream.set_read_timeout(None)?;
    Ok(false)
}
