//! Tests that a question with unreadable arguments is over after its error: polling it again does
//! not call any module.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use hsmod_loader::{CallErrorKind, Json};
use hsmod_tests::scene::Scene;
use serde_json::json;

use crate::support::seen_names;

#[tokio::test]
async fn a_question_about_an_unreadable_event_is_over() {
    let scene = Scene::new().module("good_recorder", json!({"name": "one"}));
    let modules = scene.load().await;
    {
        let mut question = pin!(modules.spam_checker().check_event_for_spam(Json("no event")));
        let mut poll = || question.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(Err(error)) = poll() else { panic!("an event that is none was read") };
        assert_eq!(error.kind(), CallErrorKind::Input);
        // Polling again is the homeserver's mistake and may panic.
        let again = catch_unwind(AssertUnwindSafe(poll));
        assert!(!matches!(again, Ok(Poll::Ready(Ok(_)))));
    }
    assert_eq!(seen_names(&modules, "one").await, [""; 0]);
}
