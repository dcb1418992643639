//! Decides whether a module's request is admitted now.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hsmod_plugin_api::requests::{GroupSet, Permit, RequestRow};
use hsmod_plugin_api::values::{ModuleError, Unanswered};

use crate::room_scope::holds_room;

/// How many requests of one module the homeserver answers at once.
///
/// Rationale: a hundred callbacks in flight may each make a few requests. A module that has more
/// than this in flight does not wait for its answers.
const AT_ONCE: usize = 256;

/// The groups the loader still answers in a trial: they have no effect outside the process, or none
/// that lasts.
const IN_TRIALS: GroupSet =
    GroupSet::of("storage").and(GroupSet::of("templates")).and(GroupSet::of("time"));

/// The admission of one module's requests.
#[derive(Debug)]
pub(crate) struct Admission {
    trial: bool,
    /// The groups of requests that the loader answers itself.
    own: GroupSet,
    shut: AtomicBool,
    ended: AtomicBool,
    /// How many requests the homeserver is answering now.
    taken: AtomicUsize,
    /// How many requests the loader is answering now; the services have limits of their own.
    taken_of_own: AtomicUsize,
}

impl Admission {
    /// The loader answers the groups in `own`, the homeserver all others.
    pub(crate) fn new(trial: bool, own: GroupSet) -> Self {
        let (shut, ended) = (AtomicBool::new(false), AtomicBool::new(false));
        let (taken, taken_of_own) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { trial, own, shut, ended, taken, taken_of_own }
    }

    /// From now on the homeserver answers nothing: the module's `shutdown` runs next or has ended.
    pub(crate) fn shut(&self) {
        self.shut.store(true, Ordering::Release);
    }

    /// Whether the homeserver has stopped answering.
    pub(crate) fn is_shut(&self) -> bool {
        self.shut.load(Ordering::Acquire)
    }

    /// From now on the loader answers nothing either.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    /// Admits a request, or says why not. `room` is the room whose lock the request needs.
    #[inline]
    pub(crate) fn admit(
        &self,
        request: &RequestRow,
        room: Option<&str>,
    ) -> Result<Permit<'_>, ModuleError> {
        let own = self.own.has(request.in_groups);
        let (over, taken, most) = if own {
            (&self.ended, &self.taken_of_own, usize::MAX)
        } else {
            (&self.shut, &self.taken, AT_ONCE)
        };
        let is_over = over.load(Ordering::Acquire);
        if is_over || self.trial || room.is_some() {
            self.look(request, is_over, room)?;
        }
        Permit::take(taken, most).ok_or_else(|| too_many(request.name))
    }

    /// The checks that most requests do not need.
    #[cold]
    #[inline(never)]
    fn look(
        &self,
        request: &RequestRow,
        is_over: bool,
        room: Option<&str>,
    ) -> Result<(), ModuleError> {
        let name = request.name;
        if is_over {
            return Err(shutting_down(name));
        }
        if self.trial && !(self.own.has(request.in_groups) && IN_TRIALS.has(request.in_groups)) {
            let message = format!("`{name}` is not answered in a trial");
            return Err(ModuleError::not_answered(Unanswered::Trial, message));
        }
        let Some(room) = room.filter(|room| holds_room(*room)) else { return Ok(()) };
        let message = format!(
            "`{name}` is not answered here: the homeserver holds the lock of {room} while it waits \
             for this callback; ask in `api.run_as_background_process`, and do not await that in \
             the callback"
        );
        Err(ModuleError::not_answered(Unanswered::WouldDeadlock, message))
    }
}

#[cold]
#[inline(never)]
fn too_many(request: &str) -> ModuleError {
    let message =
        format!("`{request}` is not answered: the module is already waiting for {AT_ONCE} answers");
    ModuleError::not_answered(Unanswered::TooMany, message)
}

/// The module is shut down, or about to be.
pub(crate) fn shutting_down(request: &str) -> ModuleError {
    let message = format!("`{request}` is not answered: the module is being shut down");
    ModuleError::not_answered(Unanswered::ShuttingDown, message)
}

#[cfg(test)]
mod tests {
    use hsmod_plugin_api::requests::events::rows::create_and_send_event_into_room as SEND;
    use hsmod_plugin_api::requests::storage::rows::run_db_interaction as BEGIN;

    use super::*;
    use crate::room_scope::hold;

    fn refused(answer: Result<Permit<'_>, ModuleError>) -> (Option<Unanswered>, String) {
        let error = answer.expect_err("it was admitted");
        (error.unanswered(), error.to_string())
    }

    #[test]
    fn a_storm_of_requests_ends_at_the_limit_and_goes_on_when_some_are_answered() {
        let admission = Admission::new(false, GroupSet::default());
        let mut answered: Vec<Permit<'_>> =
            (0..AT_ONCE).map(|_| admission.admit(&SEND, None).unwrap()).collect();
        let (reason, message) = refused(admission.admit(&SEND, None));
        assert_eq!(reason, Some(Unanswered::TooMany));
        insta::assert_snapshot!(message, @"`create_and_send_event_into_room` is not answered: the module is already waiting for 256 answers");
        answered.pop();
        assert!(admission.admit(&SEND, None).is_ok());
    }

    #[test]
    fn nothing_is_answered_in_a_trial_or_after_the_end() {
        let (reason, message) =
            refused(Admission::new(true, GroupSet::default()).admit(&SEND, None));
        assert_eq!(reason, Some(Unanswered::Trial));
        insta::assert_snapshot!(message, @"`create_and_send_event_into_room` is not answered in a trial");
        let admission = Admission::new(false, GroupSet::default());
        admission.shut();
        let (reason, message) = refused(admission.admit(&SEND, None));
        assert_eq!(reason, Some(Unanswered::ShuttingDown));
        insta::assert_snapshot!(message, @"`create_and_send_event_into_room` is not answered: the module is being shut down");
    }

    #[test]
    fn services_are_answered_until_the_end_and_not_counted_as_homeserver_requests() {
        let admission = Admission::new(true, GroupSet::of("storage"));
        let answered: Vec<_> =
            (0..=AT_ONCE).map(|_| admission.admit(&BEGIN, None).unwrap()).collect();
        assert_eq!(admission.taken.load(Ordering::Relaxed), 0);
        drop(answered);
        admission.shut();
        assert!(admission.admit(&BEGIN, None).is_ok());
        admission.end();
        let (reason, _) = refused(admission.admit(&BEGIN, None));
        assert_eq!(reason, Some(Unanswered::ShuttingDown));
        // A storage provided by the homeserver would outlive the trial.
        let (reason, _) = refused(Admission::new(true, GroupSet::default()).admit(&BEGIN, None));
        assert_eq!(reason, Some(Unanswered::Trial));
    }

    #[tokio::test]
    async fn requests_that_need_a_held_lock_are_refused() {
        let admission = Admission::new(false, GroupSet::default());
        hold("!a", async {
            let (reason, message) = refused(admission.admit(&SEND, Some("!a")));
            assert_eq!(reason, Some(Unanswered::WouldDeadlock));
            insta::assert_snapshot!(message, @"`create_and_send_event_into_room` is not answered here: the homeserver holds the lock of !a while it waits for this callback; ask in `api.run_as_background_process`, and do not await that in the callback");
            assert!(admission.admit(&SEND, Some("!b")).is_ok());
            assert!(admission.admit(&SEND, None).is_ok());
        })
        .await;
        assert!(admission.admit(&SEND, Some("!a")).is_ok());
    }
}
