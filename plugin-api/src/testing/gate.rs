//! Holds requests back until the test releases them.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Holds requests back until it is opened: simulates a homeserver that is slow, or never answers.
///
/// Created by [`FakeHost::hold`](super::FakeHost::hold). A gate that is dropped stays closed.
#[derive(Clone, Default)]
pub struct Gate(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    open: bool,
    next: u64,
    waiting: BTreeMap<u64, Waker>,
}

impl Gate {
    /// Lets all waiting and later requests through.
    pub fn open(&self) {
        let waiting = {
            let mut state = self.state();
            state.open = true;
            std::mem::take(&mut state.waiting)
        };
        waiting.into_values().for_each(Waker::wake);
    }

    /// The number of waiting requests; requests whose call was dropped do not count.
    pub fn waiting(&self) -> usize {
        self.state().waiting.len()
    }

    /// A future that is ready when the gate is open.
    pub(super) const fn pass(self) -> Passing {
        Passing { gate: self, place: None }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        let waiting = state.waiting.len();
        f.debug_struct("Gate").field("open", &state.open).field("waiting", &waiting).finish()
    }
}

/// A request that passes through a gate.
pub(super) struct Passing {
    gate: Gate,
    /// Its position among the waiting requests.
    place: Option<u64>,
}

impl Future for Passing {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let mut state = this.gate.state();
        if state.open {
            return Poll::Ready(());
        }
        let place = *this.place.get_or_insert_with(|| {
            state.next += 1;
            state.next
        });
        state.waiting.insert(place, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            let waker = self.gate.state().waiting.remove(&place);
            drop(waker);
        }
    }
}
