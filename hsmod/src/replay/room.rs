//! Processes the events of one room, one after the other, and tracks the room's state.

use std::sync::Arc;

use hsmod_loader::dispatch::Delivery;
use hsmod_loader::testing::FakeHost;
use hsmod_loader::values::{Event, OwnedEvent};
use hsmod_loader::{CallError, Modules, State};
use serde::Deserialize;

use super::batch::NoEvent;
use super::derived::{Callback, Listeners, Refusal, Scene, Story};
use super::timer::{Dispatched, Timer, Timing};
use crate::state::RoomState;

/// What the events are sent to.
pub(super) struct Audience {
    pub(super) modules: Modules,
    /// What the modules registered.
    pub(super) listeners: Listeners,
    pub(super) server_name: String,
    /// The world that answers the modules' requests, if there is one. It is kept up to date with
    /// the rooms' state.
    pub(super) world: Option<FakeHost>,
}

/// The outcome of a line.
pub(super) enum Outcome {
    Allowed { event_id: String, replaced: bool },
    Denied { event_id: String, refusal: Refusal },
    Failed { event_id: String, refusal: Refusal },
    NoEvent { line: u64, reason: String },
}

impl From<NoEvent> for Outcome {
    fn from(NoEvent { line, reason }: NoEvent) -> Self {
        Self::NoEvent { line, reason }
    }
}

/// An event that waits to be processed.
pub(super) struct Letter {
    /// The event's index in the section.
    pub(super) place: usize,
    pub(super) event: OwnedEvent,
    /// Whether it is the first event that shows its user's current profile.
    pub(super) is_news: bool,
}

/// A room at some point of the history.
pub(super) struct Room {
    pub(super) inbox: Vec<Letter>,
    /// The outcomes, with the events' indices.
    pub(super) outcomes: Vec<(usize, Outcome)>,
    pub(super) dispatched: Dispatched,
    timer: Timer,
    pub(super) told: Told,
    /// The room version, once it is known.
    version: Option<Arc<str>>,
    state: RoomState,
    /// The state as modules see it.
    view: State,
    pub(super) story: Story,
}

/// The number of a room's notifications that may be pending.
///
/// Rationale: sending a notification does not wait for the modules, and a full queue refuses it. A
/// file is read faster than any homeserver receives events, so the replay has to wait itself.
const LAG: usize = 64;

/// The pending notifications of a room.
#[derive(Default)]
pub(super) struct Told {
    /// The last notification. Queues are in order, so waiting for it means waiting for all.
    last: Option<Delivery>,
    /// The number of notifications since the last wait.
    count: usize,
}

impl Told {
    /// Adds a notification, and waits if too many are pending.
    async fn add(&mut self, delivery: Delivery) {
        self.last = Some(delivery);
        self.count += 1;
        if self.count == LAG {
            self.all().await;
        }
    }

    /// Waits until the modules have handled all notifications.
    pub(super) async fn all(&mut self) {
        self.count = 0;
        if let Some(last) = self.last.take() {
            // A module that was not notified is recorded as a failure.
            let _ = last.await;
        }
    }
}

impl Default for Room {
    fn default() -> Self {
        Self {
            inbox: Vec::new(),
            outcomes: Vec::new(),
            dispatched: Dispatched::default(),
            timer: Timer::default(),
            told: Told::default(),
            version: None,
            state: RoomState::default(),
            view: State::new(Arc::new(())),
            story: Story::default(),
        }
    }
}

impl Room {
    /// Sends the events in the inbox to the modules.
    pub(super) async fn run(&mut self, audience: &Audience) {
        self.outcomes.reserve(self.inbox.len());
        let mut inbox = std::mem::take(&mut self.inbox);
        let mut letters = inbox.drain(..);
        while let Some(Letter { place, event, is_news }) = letters.next() {
            let event = self.versioned(event);
            let event = event.as_event();
            let event_id = event.event_id().to_owned();
            let timing = self.timer.start();
            let led = if audience.listeners.derive() {
                let upcoming = letters.as_slice();
                self.lead(audience, &event, is_news, upcoming, timing).await
            } else {
                Ok(timing)
            };
            let outcome = match led {
                Ok(timing) => self.event(audience, &event, timing).await.map_err(Refusal::from),
                Err(refusal) => Err(refusal),
            };
            let outcome = match outcome {
                Ok(replaced) => Outcome::Allowed { event_id, replaced },
                Err(refusal) if refusal.error.is_denial() => Outcome::Denied { event_id, refusal },
                Err(refusal) => Outcome::Failed { event_id, refusal },
            };
            self.outcomes.push((place, outcome));
        }
        drop(letters);
        // Keep the allocation for the next section.
        self.inbox = inbox;
        self.story.ahead.clear();
    }

    /// Calls the callbacks for the actions that led to an event. `upcoming` are the events after
    /// it.
    async fn lead(
        &mut self,
        audience: &Audience,
        event: &Event<'_>,
        is_news: bool,
        upcoming: &[Letter],
        timing: Timing,
    ) -> Result<Timing, Refusal> {
        let scene = Scene { event, is_news, state: &self.state, upcoming };
        let acts = self.story.acts(audience, &scene);
        if !acts.is_empty() {
            let timing = timing.again();
            let before = self.story.asked.derived();
            // Boxed, because the future is large and most events do not need it.
            let answer = Box::pin(self.story.ask(audience, event, acts)).await;
            self.dispatched += timing.calls(self.story.asked.derived() - before);
            answer?;
        }
        Ok(timing.again())
    }

    /// Calls the event's own callbacks, and notifies the modules if it is allowed. Returns whether
    /// it was replaced.
    async fn event(
        &mut self,
        audience: &Audience,
        event: &Event<'_>,
        timing: Timing,
    ) -> Result<bool, CallError> {
        let asked = self.ask(audience, event).await;
        self.dispatched += timing.calls(asked.calls);
        let replacement = asked.answer?;
        let replaced = replacement.as_ref().map(OwnedEvent::as_event);
        let event = replaced.as_ref().unwrap_or(event);
        if self.state.insert(event) {
            self.view = State::new(Arc::new(self.state.clone()));
            audience.world.iter().for_each(|world| world.receive(&event.to_owned()));
        }
        let timing = timing.again();
        let rules = audience.modules.third_party_rules();
        self.story.own(Callback::OnNewEvent);
        self.told.add(rules.on_new_event(event, &self.view).await?).await;
        self.dispatched += timing.calls(1);
        Ok(replacement.is_some())
    }

    /// Adds the room version to the event, if it is known.
    fn versioned(&mut self, event: OwnedEvent) -> OwnedEvent {
        let view = event.as_event();
        if view.event_type() == "m.room.create" && view.state_key() == Some("") {
            self.version = version_created(&view);
        }
        match &self.version {
            Some(version) => event.with_room_version(Arc::clone(version)),
            None => event,
        }
    }

    /// Asks whether an event is allowed, and whether it is replaced.
    async fn ask(&mut self, audience: &Audience, event: &Event<'_>) -> Asked {
        let rules = audience.modules.third_party_rules();
        self.story.own(Callback::CheckEventAllowed);
        let replacement = match rules.check_event_allowed(event, &self.view).await {
            Ok(Some(replacement)) => replacement.check(event, &audience.server_name).map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        let replacement = match replacement {
            Ok(replacement) => replacement.map(|replaced| self.versioned(replaced.event)),
            Err(error) => return Asked { calls: 1, answer: Err(error) },
        };
        let replaced = replacement.as_ref().map(OwnedEvent::as_event);
        let checker = audience.modules.spam_checker();
        self.story.own(Callback::CheckEventForSpam);
        let spam = checker.check_event_for_spam(replaced.as_ref().unwrap_or(event)).await;
        Asked { calls: 2, answer: spam.map(|()| replacement) }
    }
}

/// The modules' answer about an event, and the number of calls.
struct Asked {
    calls: u64,
    /// The replacement, if the event was replaced.
    answer: Result<Option<OwnedEvent>, CallError>,
}

/// The room version that an `m.room.create` event sets. The default is version 1.
fn version_created(create: &Event<'_>) -> Option<Arc<str>> {
    #[derive(Deserialize)]
    struct Create {
        room_version: Option<String>,
    }
    let Create { room_version } = create.content().ok()?;
    Some(room_version.as_deref().unwrap_or("1").into())
}
