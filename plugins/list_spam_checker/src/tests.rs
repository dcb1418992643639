//! Shows that events of a listed user are denied, and only those.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;

#[test]
fn events_of_listed_users_are_spam() {
    let evil_users = HashSet::from(["@evil:example.com".to_owned()]);
    let module = ListSpamChecker { config: Config { evil_users } };

    assert_eq!(verdict(&module, "@evil:example.com"), Verdict::deny(ErrorCode::Forbidden));
    assert_eq!(verdict(&module, "@evil:example.org"), Verdict::Allow);
}

#[test]
fn a_misspelt_key_is_no_config() {
    let config = serde_json::json!({"evil_user": []});
    let error = ListSpamChecker::parse_config(config).err().unwrap();
    assert_eq!(error.to_string(), "evil_user: unknown field `evil_user`, expected `evil_users`");
}

fn verdict(module: &ListSpamChecker, sender: &str) -> Verdict {
    let json = serde_json::json!({
        "event_id": "$1", "room_id": "!room:example.com", "sender": sender,
        "type": "m.room.message", "origin_server_ts": 1, "content": {"body": "hello"},
    });
    let event = OwnedEvent::from_json(json.to_string()).unwrap();
    ready(module.check_event_for_spam(&event.as_event())).unwrap()
}

/// What a future answers that never has to wait.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the callback has nothing to wait for"),
    }
}
