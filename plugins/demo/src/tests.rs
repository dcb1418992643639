//! Shows that the denied user, and nobody else, is refused a room.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;

#[test]
fn the_denied_user_creates_no_room() {
    let module = Demo { denied_user: "@evilguy:example.com".to_owned() };
    let verdict = |user_id| {
        let room_config = JsonStr::new(r#"{"preset": "public_chat"}"#);
        ready(module.user_may_create_room(UserId::new(user_id), room_config)).unwrap()
    };

    assert_eq!(verdict("@evilguy:example.com"), Verdict::deny(ErrorCode::Forbidden));
    assert_eq!(verdict("@goodguy:example.com"), Verdict::Allow);
}

#[test]
fn the_config_may_be_empty() {
    assert!(Demo::parse_config(serde_json::json!({})).is_ok());
}

/// What a future answers that never has to wait.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the callback has nothing to wait for"),
    }
}
