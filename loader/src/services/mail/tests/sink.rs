//! A mail server on this machine that keeps what it receives.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Serves until the test's process ends, one connection at a time.
pub(super) struct Sink {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

/// The server's answers to some commands, which replace the usual ones.
pub(super) type Answers = &'static [(&'static str, &'static str)];

impl Sink {
    /// Each answer goes with the beginning of a command, `""` being the connection itself. An empty
    /// answer is not sent.
    pub(super) fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let sink = Self { address: listener.local_addr().unwrap(), seen: Arc::clone(&seen) };
        thread::spawn(move || {
            for stream in listener.incoming() {
                // The client may have hung up.
                let _ = talk(stream.unwrap(), answers, &seen);
            }
        });
        sink
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Everything the clients sent.
    pub(super) fn seen(&self) -> String {
        self.seen.lock().unwrap().concat()
    }
}

fn talk(mut stream: TcpStream, answers: Answers, seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?);
    let mut command = String::new();
    loop {
        let given = answers.iter().find(|(start, _)| match *start {
            "" => command.is_empty(),
            start => command.starts_with(start),
        });
        let answer = given.map_or_else(|| usual(&command), |(_, answer)| answer);
        stream.write_all(answer.as_bytes())?;
        if command.starts_with("DATA") && answer.starts_with("354") {
            while command != ".\r\n" {
                command.clear();
                lines.read_line(&mut command)?;
                seen.lock().unwrap().push(command.clone());
            }
            stream.write_all(b"250 taken\r\n")?;
        }
        command.clear();
        if lines.read_line(&mut command)? == 0 {
            return Ok(());
        }
        seen.lock().unwrap().push(command.clone());
    }
}

fn usual(command: &str) -> &'static str {
    match command.get(..4) {
        None => "220 sink\r\n",
        Some("EHLO") => "250-sink\r\n250 AUTH PLAIN\r\n",
        Some("DATA") => "354 go on\r\n",
        Some("QUIT") => "221 bye\r\n",
        Some("AUTH") => "235 welcome\r\n",
        Some(_) => "250 ok\r\n",
    }
}
