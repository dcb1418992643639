//! One room: its events, one after the other, and the state they leave.

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

/// Whom the events are shown to.
pub(super) struct Audience {
    pub(super) modules: Modules,
    /// What the modules registered.
    pub(super) listeners: Listeners,
    pub(super) server_name: String,
    /// Whom modules ask of the rooms' state, if there is somebody.
    pub(super) world: Option<FakeHost>,
}

/// What became of a line.
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

/// An event to come.
pub(super) struct Letter {
    /// Its place in the batch.
    pub(super) place: usize,
    pub(super) event: OwnedEvent,
    /// Whether it is the first one that shows what its user is called now.
    pub(super) is_news: bool,
}

/// A room on its way through the file.
pub(super) struct Room {
    pub(super) inbox: Vec<Letter>,
    /// What became of them.
    pub(super) outcomes: Vec<(usize, Outcome)>,
    pub(super) dispatched: Dispatched,
    timer: Timer,
    pub(super) told: Told,
    /// Once it is known.
    version: Option<Arc<str>>,
    state: RoomState,
    /// The state as modules see it.
    view: State,
    pub(super) story: Story,
}

/// How many events of a room modules may be told of, and lag behind.
///
/// Rationale: notifications wait for nobody, and a queue that is full loses them; a file is read
/// faster than any homeserver gets events.
const LAG: usize = 64;

/// What the modules were told of.
#[derive(Default)]
pub(super) struct Told {
    /// The last of them; queues are in order, so whoever waits for it has waited for all.
    last: Option<Delivery>,
    /// How many they have not been waited for.
    count: usize,
}

impl Told {
    /// One more; waits if the modules lag behind.
    async fn add(&mut self, delivery: Delivery) {
        self.last = Some(delivery);
        self.count += 1;
        if self.count == LAG {
            self.all().await;
        }
    }

    /// Waits until the modules have been told of everything.
    pub(super) async fn all(&mut self) {
        self.count = 0;
        if let Some(last) = self.last.take() {
            // Whoever was not told is among the failures.
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
        // Its room, for the next batch.
        self.inbox = inbox;
        self.story.ahead.clear();
    }

    /// Asks about what led to an event; `upcoming` are those behind it.
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
            // In memory of its own: it may be large, and most events lead to none of it.
            let answer = Box::pin(self.story.ask(audience, event, acts)).await;
            self.dispatched += timing.calls(self.story.asked.derived() - before);
            answer?;
        }
        Ok(timing.again())
    }

    /// Asks about an event, and tells of it if it is let through. Says whether it was replaced.
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

    /// The event, which tells the version of the room as soon as that was told.
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

    /// Asks whether an event is let through, and as which.
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

/// What modules were asked of an event, and said.
struct Asked {
    calls: u64,
    /// The event as which it is let through, if that is another one.
    answer: Result<Option<OwnedEvent>, CallError>,
}

/// The version of the room that an event creates. A room of which it says nothing has the first.
fn version_created(create: &Event<'_>) -> Option<Arc<str>> {
    #[derive(Deserialize)]
    struct Create {
        room_version: Option<String>,
    }
    let Create { room_version } = create.content().ok()?;
    Some(room_version.as_deref().unwrap_or("1").into())
}
