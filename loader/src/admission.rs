//! Whether a module may ask for something now.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hsmod_plugin_api::requests::{Permit, RequestInfo};
use hsmod_plugin_api::values::{ModuleError, Unanswered};

use crate::room_scope::holds_room;

/// How many requests of one module are answered at once.
///
/// Rationale: a hundred callbacks in flight may each ask for a few things; what asks for more than
/// this does not wait for its answers.
const AT_ONCE: usize = 256;

/// Decides for one module.
#[derive(Debug)]
pub(crate) struct Admission {
    trial: bool,
    shut: AtomicBool,
    taken: AtomicUsize,
}

impl Admission {
    pub(crate) fn new(trial: bool) -> Self {
        Self { trial, shut: AtomicBool::new(false), taken: AtomicUsize::new(0) }
    }

    /// From now on nothing is answered.
    pub(crate) fn shut(&self) {
        self.shut.store(true, Ordering::Release);
    }

    /// Lets a request in, or says why not.
    pub(crate) fn admit(
        &self,
        request: &RequestInfo,
        room: Option<&str>,
    ) -> Result<Permit<'_>, ModuleError> {
        let name = request.name;
        let refuse = |reason, message| Err(ModuleError::not_answered(reason, message));
        if self.shut.load(Ordering::Acquire) {
            let message = format!("`{name}` is not answered: the module is being shut down");
            return refuse(Unanswered::ShuttingDown, message);
        }
        if self.trial {
            let message = format!("`{name}` is not answered in a trial");
            return refuse(Unanswered::Trial, message);
        }
        if let Some(room) = room.filter(|room| holds_room(*room)) {
            let message = format!(
                "`{name}` is not answered now: the homeserver holds the lock of {room} while it \
                 waits for this callback; ask from a task of your own"
            );
            return refuse(Unanswered::WouldDeadlock, message);
        }
        Permit::take(&self.taken, AT_ONCE).map_or_else(
            || {
                let message = format!(
                    "`{name}` is not answered: the module waits for {AT_ONCE} answers already"
                );
                refuse(Unanswered::TooMany, message)
            },
            Ok,
        )
    }
}

#[cfg(test)]
mod tests {
    use hsmod_plugin_api::requests::events::rows::create_and_send_event_into_room as SEND;

    use super::*;
    use crate::room_scope::hold;

    fn refused(answer: Result<Permit<'_>, ModuleError>) -> (Option<Unanswered>, String) {
        let error = answer.expect_err("it was admitted");
        (error.unanswered(), error.to_string())
    }

    #[test]
    fn a_storm_of_requests_ends_at_the_limit_and_goes_on_when_some_are_answered() {
        let admission = Admission::new(false);
        let mut answered: Vec<Permit<'_>> =
            (0..AT_ONCE).map(|_| admission.admit(&SEND, None).unwrap()).collect();
        let (reason, message) = refused(admission.admit(&SEND, None));
        assert_eq!(reason, Some(Unanswered::TooMany));
        insta::assert_snapshot!(message, @"`create_and_send_event_into_room` is not answered: the module waits for 256 answers already");
        answered.pop();
        assert!(admission.admit(&SEND, None).is_ok());
    }

    #[test]
    fn nothing_is_answered_in_a_trial_or_after_the_end() {
        let (reason, message) = refused(Admission::new(true).admit(&SEND, None));
        assert_eq!(reason, Some(Unanswered::Trial));
        insta::assert_snapshot!(message, @"`create_and_send_event_into_room` is not answered in a trial");
        let admission = Admission::new(false);
        admission.shut();
        let (reason, message) = refused(admission.admit(&SEND, None));
        assert_eq!(reason, Some(Unanswered::ShuttingDown));
        insta::assert_snapshot!(message, @"`create_and_send_event_into_room` is not answered: the module is being shut down");
    }

    #[tokio::test]
    async fn what_needs_the_lock_that_is_held_is_refused() {
        let admission = Admission::new(false);
        hold("!a", async {
            let (reason, message) = refused(admission.admit(&SEND, Some("!a")));
            assert_eq!(reason, Some(Unanswered::WouldDeadlock));
            insta::assert_snapshot!(message, @"`create_and_send_event_into_room` is not answered now: the homeserver holds the lock of !a while it waits for this callback; ask from a task of your own");
            assert!(admission.admit(&SEND, Some("!b")).is_ok());
            assert!(admission.admit(&SEND, None).is_ok());
        })
        .await;
        assert!(admission.admit(&SEND, Some("!a")).is_ok());
    }
}
