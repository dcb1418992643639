//! Which rooms' locks a task holds while it calls the modules.
//!
//! A homeserver often holds a room's lock during a callback. A request from inside that callback
//! that needs the same lock would wait for ever; the scope records that the lock is held, so that
//! the request gets an error instead.

use std::future::Future;
use std::sync::Arc;

tokio::task_local! {
    static HELD: Arc<Held>;
}

/// A room whose lock is held, and the enclosing one.
#[derive(Debug)]
struct Held {
    room_id: Box<str>,
    outer: Option<Arc<Held>>,
}

/// Whether this task is inside [`Modules::in_room`](crate::Modules::in_room) of a room. A task
/// spawned there is not: it waits for the lock like any other task.
pub fn holds_room(room_id: &(impl AsRef<str> + ?Sized)) -> bool {
    let room_id = room_id.as_ref();
    let held = HELD.try_with(|held| {
        std::iter::successors(Some(&**held), |held| held.outer.as_deref())
            .any(|held| *held.room_id == *room_id)
    });
    held.unwrap_or(false)
}

/// Runs `future` as one that holds a room's lock.
pub(crate) fn hold<F: Future>(room_id: &str, future: F) -> impl Future<Output = F::Output> {
    let outer = HELD.try_with(Arc::clone).ok();
    HELD.scope(Arc::new(Held { room_id: room_id.into(), outer }), future)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_room_is_held_inside_its_scope_only() {
        assert!(!holds_room("!a"));
        let inner = async {
            assert!(holds_room("!a"));
            tokio::task::yield_now().await;
            assert!(holds_room("!a") && !holds_room("!b"));
            hold("!b", async { assert!(holds_room("!a") && holds_room("!b")) }).await;
            assert!(!holds_room("!b"));
            let elsewhere = tokio::spawn(async { holds_room("!a") });
            assert!(!elsewhere.await.unwrap(), "a spawned task waits its turn");
        };
        hold("!a", inner).await;
        assert!(!holds_room("!a"));
    }
}
