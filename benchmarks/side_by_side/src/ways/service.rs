//! Modules that are services: this program again, as a child process. Their checks are the same,
//! but they receive the event as text and parse it.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use serde_json::value::RawValue;
use side_checks::Checks;
use tokio::runtime::Runtime;

use crate::case::{Case, Question};
use crate::events::checks;

/// The argument that makes this program a service.
pub(crate) const MODE: &str = "--serve";

/// The part of an event that a service checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Sender,
    Body,
}

impl Part {
    /// The part that the question of a case is about.
    pub(crate) fn of(case: Case) -> Self {
        match case.question {
            Question::Ready | Question::EventSize(_) => Self::Sender,
            Question::Event => Self::Body,
            _ => panic!("services have no {case}"),
        }
    }
}

/// The checks of a service.
pub(crate) struct Checker(Checks);

/// The part of an event that it reads.
#[derive(Deserialize)]
struct Received<'a> {
    #[serde(borrow)]
    sender: Cow<'a, str>,
    #[serde(borrow)]
    content: &'a RawValue,
}

impl Checker {
    pub(crate) fn new() -> Self {
        Self(checks())
    }

    /// Whether the event is allowed; one that cannot be parsed is not.
    pub(crate) fn allows(&self, part: Part, json: &[u8]) -> bool {
        let Ok(event) = serde_json::from_slice::<Received<'_>>(json) else { return false };
        match part {
            Part::Sender => !self.0.lists(&event.sender),
            Part::Body => !self.0.finds_word(event.content.get()),
        }
    }
}

/// A child process, which is ended when this is dropped.
pub(crate) struct Service(Child);

impl Service {
    /// Starts a service that answers over HTTP, and returns its address.
    pub(crate) fn webhook() -> (Self, SocketAddr) {
        let mut child = program("webhook")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program runs");
        let mut said = String::new();
        let output = child.stdout.take().expect("it is piped");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut said)
            .expect("the service speaks");
        let service = Self(child);
        (service, said.trim().parse().expect("the service says where it is"))
    }

    /// Starts a service that answers on this socket until it is closed.
    pub(crate) fn unix_socket() -> (Self, UnixStream) {
        let (ours, theirs) = UnixStream::pair().expect("a pair of sockets");
        let stdin = Stdio::from(OwnedFd::from(theirs));
        let child = program("unix_socket").stdin(stdin).stdout(Stdio::null()).spawn();
        (Self(child.expect("this program runs")), ours)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn program(kind: &str) -> Command {
    let mut program = Command::new(std::env::current_exe().expect("this program has a file"));
    program.args([MODE, kind]);
    program
}

/// A single-threaded runtime, as on both sides.
pub(crate) fn runtime() -> Runtime {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
    runtime.expect("a runtime")
}
