//! The checks that every module of the comparison makes, however it is called: the code is the
//! same, so that only the cost of the call differs.
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::collections::HashSet;
use std::future::poll_fn;
use std::task::Poll;

use serde::Deserialize;

/// A list of users, and a word.
#[derive(Clone, Debug)]
pub struct Checks {
    evil_users: HashSet<String>,
    word: String,
}

/// The part of an event's content that is read.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    body: Cow<'a, str>,
}

impl Checks {
    /// Checks for these users and for this word.
    pub fn new(evil_users: impl IntoIterator<Item = String>, word: &str) -> Self {
        Self { evil_users: evil_users.into_iter().collect(), word: word.to_owned() }
    }

    /// Whether a user is on the list.
    pub fn lists(&self, user_id: &str) -> bool {
        self.evil_users.contains(user_id)
    }

    /// Whether the word is in the `body` of a content, given as JSON text. A content without a body
    /// does not contain it.
    pub fn finds_word(&self, content: &str) -> bool {
        let message = serde_json::from_str::<Message<'_>>(content);
        message.is_ok_and(|message| message.body.contains(&self.word))
    }
}

/// Suspends once: keeps the waker, and is ready when polled again.
pub async fn suspended_once() {
    let mut kept = None;
    poll_fn(|context| match kept.take() {
        None => {
            kept = Some(context.waker().clone());
            Poll::Pending
        }
        Some(waker) => {
            drop(waker);
            Poll::Ready(())
        }
    })
    .await;
}
