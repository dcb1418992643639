//! A child process for each module, with a Unix socket. A question consists of four bytes with the
//! length of the event's text, one byte for what is asked, and the text; an answer is one byte.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream as StdStream;

use hsmod_plugin_api::values::Event;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use super::Ask;
use super::service::{Checker, Part, Service, runtime};
use crate::case::Case;
use crate::events::Events;

struct Module {
    socket: UnixStream,
    /// The question, sent in one write.
    question: Vec<u8>,
    _service: Service,
}

impl Module {
    fn new() -> Self {
        let (service, socket) = Service::unix_socket();
        socket.set_nonblocking(true).expect("a socket");
        let socket = UnixStream::from_std(socket).expect("a socket");
        Self { socket, question: Vec::new(), _service: service }
    }

    /// Asks the module; one that cannot be reached denies.
    async fn allows(&mut self, part: Part, event: &Event<'_>) -> bool {
        let json = event.json().as_str().as_bytes();
        let length = u32::try_from(json.len()).expect("an event of at most 1 MiB");
        self.question.clear();
        self.question.extend(length.to_le_bytes());
        self.question.push(u8::from(part == Part::Body));
        self.question.extend_from_slice(json);
        self.socket.write_all(&self.question).await.is_ok()
            && self.socket.read_u8().await.is_ok_and(|answer| answer == 1)
    }
}

pub(super) fn load(case: Case) -> Ask {
    let runtime = runtime();
    let modules = {
        let _entered = runtime.enter();
        (0..case.modules).map(|_| Module::new()).collect::<Vec<_>>()
    };
    let modules = std::cell::RefCell::new(modules);
    let (events, part) = (Events::of(case), Part::of(case));
    Box::new(move |about| {
        let modules = &mut *modules.borrow_mut();
        events.repeat(about, |event| {
            runtime.block_on(async {
                for module in &mut *modules {
                    if !module.allows(part, event).await {
                        return false;
                    }
                }
                true
            })
        });
    })
}

/// The service: answers questions from standard input, which is a socket, until it is closed.
///
/// # Errors
/// The socket cannot be read or written.
pub(crate) fn serve() -> std::io::Result<()> {
    let stdin = std::io::stdin();
    let socket: BorrowedFd<'_> = stdin.as_fd();
    let mut socket = StdStream::from(socket.try_clone_to_owned()?);
    let checker = Checker::new();
    let (mut head, mut json) = ([0; 5], Vec::new());
    loop {
        match socket.read_exact(&mut head) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            read => read?,
        }
        let [length @ .., part] = head;
        json.resize(u32::from_le_bytes(length) as usize, 0);
        socket.read_exact(&mut json)?;
        let part = if part == 1 { Part::Body } else { Part::Sender };
        socket.write_all(&[u8::from(checker.allows(part, &json))])?;
    }
}
