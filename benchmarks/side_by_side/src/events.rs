//! What modules are asked about: a good event and an evil one, and the list and the word that
//! distinguish them.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use hsmod_plugin_api::values::{Event, OwnedEvent};
use serde_json::json;
use side_checks::Checks;

use crate::case::{Case, Question};

/// The number of users on the list.
pub(crate) const LISTED: usize = 1_000;

/// The word that no body may contain.
pub(crate) const WORD: &str = "casino";

/// A user who may do everything.
pub(crate) const GOOD_USER: &str = "@good:example.com";
/// A user on the list, who is not the first.
const EVIL_USER: &str = "@evil500:example.com";
/// The size of an event in bytes.
const SIZE: usize = 1_024;

/// The users on the list.
pub(crate) fn evil_users() -> impl Iterator<Item = String> {
    (0..LISTED).map(|number| format!("@evil{number}:example.com"))
}

/// The checks of modules in this program.
pub(crate) fn checks() -> Checks {
    Checks::new(evil_users(), WORD)
}

/// What is asked about, and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) enum About {
    /// The good event, which all modules allow.
    Good(usize),
    /// The evil event, once; the first module denies it.
    Evil,
}

/// The events of a question.
pub(crate) struct Events {
    good: OwnedEvent,
    evil: OwnedEvent,
}

impl Events {
    pub(crate) fn of(case: Case) -> Self {
        let size = match case.question {
            Question::EventSize(bytes) => bytes,
            _ => SIZE,
        };
        let good = event(GOOD_USER, "", size);
        let evil = match case.question {
            Question::Event => event(GOOD_USER, WORD, size),
            _ => event(EVIL_USER, "", size),
        };
        Self { good, evil }
    }

    /// Asks whether events are allowed, and checks every answer.
    ///
    /// # Panics
    /// An answer is wrong.
    #[inline(never)]
    pub(crate) fn repeat(&self, about: About, mut allows: impl FnMut(&Event<'_>) -> bool) {
        match about {
            About::Good(times) => {
                let good = self.good.as_event();
                for _ in 0..times {
                    assert!(allows(black_box(&good)), "the good event is denied");
                }
            }
            About::Evil => assert!(!allows(&self.evil.as_event()), "the evil event is let in"),
        }
    }
}

/// An event of `size` bytes, whose body ends with `last`.
fn event(sender: &str, last: &str, size: usize) -> OwnedEvent {
    let with = |body: &str| {
        json!({
            "event_id": "$1", "room_id": "!r:example.com", "sender": sender,
            "type": "m.room.message", "origin_server_ts": 1,
            "content": {"body": body, "msgtype": "m.text"},
        })
        .to_string()
    };
    let room = size - with(last).len();
    let text = "Nothing but words that any body may have. ".chars().cycle().take(room);
    let text = with(&text.chain(last.chars()).collect::<String>());
    assert_eq!(text.len(), size, "all of it is ASCII");
    OwnedEvent::from_json(text).expect("an event")
}

/// Polls until the future is ready. No future passed here waits for anything.
#[inline]
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
