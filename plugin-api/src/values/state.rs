//! The state of a room, read lazily: nothing is copied until a module asks for it.

use std::borrow::Cow;

use hsmod_abi::{OwnedArray, OwnedStr, Source, Str, view};

use super::answer::{Answer, Unreadable, text};
use super::error::ModuleError;
use super::event::OwnedEvent;
use crate::boundary::{Request, answered};
use crate::table::interface;

view! {
    /// The state of the event's room at the time the callback's row says.
    ///
    /// Each question is asked of the homeserver when the module asks it: a room of 100,000 members
    /// costs a module nothing that reads the power levels only.
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # async fn example(state: &State<'_>) -> Result<(), ModuleError> {
    /// let topic = state.get("m.room.topic", "").await?;
    /// let banned = state.membership("@eve:example.com").await?.as_deref() == Some("ban");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Mirrors the `StateMap` that Synapse passes.
    #[derive(Debug)]
    pub struct State<'a> {
        source: Source<'a>,
        table: StateTableRef,
    }
}

impl State<'_> {
    /// The state event of this type and state key, if there is one.
    ///
    /// # Errors
    /// If the homeserver cannot read it.
    pub async fn get(
        &self,
        event_type: &str,
        state_key: &str,
    ) -> Result<Option<OwnedEvent>, ModuleError> {
        let Some(get) = self.table.get() else {
            return Err(ModuleError::new("this homeserver cannot read state"));
        };
        let args = args::get::new(Str::new(event_type), Str::new(state_key));
        // SAFETY: source and table belong together (`lend` made both); the texts and the borrowed
        // source live until the request has ended, because this future borrows them.
        let event = unsafe { Request::<rows::get>::new(get, self.source.pointer(), args) };
        let SomeEvent(json) = answered("State::get", event.await)?;
        json.map(OwnedEvent::from_json).transpose().map_err(ModuleError::from)
    }

    /// What a user is in the room: `join`, `invite`, `leave`, `ban`, `knock`. `None` if the room has
    /// no membership of theirs.
    ///
    /// # Errors
    /// If the homeserver cannot read it, or it is malformed.
    pub async fn membership(
        &self,
        user_id: &(impl AsRef<str> + ?Sized),
    ) -> Result<Option<String>, ModuleError> {
        let Some(member) = self.get("m.room.member", user_id.as_ref()).await? else {
            return Ok(None);
        };
        Ok(member.as_event().membership()?.map(Cow::into_owned))
    }

    /// All state events of this type, in no particular order.
    ///
    /// # Errors
    /// If the homeserver cannot read them.
    pub async fn of_type(&self, event_type: &str) -> Result<Vec<OwnedEvent>, ModuleError> {
        let Some(of_type) = self.table.of_type() else {
            return Err(ModuleError::new("this homeserver cannot list state"));
        };
        let args = args::of_type::new(Str::new(event_type));
        // SAFETY: as in `get`.
        let events = unsafe { Request::<rows::of_type>::new(of_type, self.source.pointer(), args) };
        let Events(jsons) = answered("State::of_type", events.await)?;
        jsons.into_iter().map(|json| Ok(OwnedEvent::from_json(json)?)).collect()
    }
}

interface! {
    /// What a homeserver answers about the state it lent. Append-only.
    pub table StateTable StateTableRef, rows in rows {
        fn get(event_type: &str, state_key: &str) -> SomeEvent;
        fn of_type(event_type: &str) -> Events;
    }
}

/// JSON of an event, or none: what [`State::get`] gets.
#[derive(Debug, Default)]
pub struct SomeEvent(Option<String>);

impl Answer for SomeEvent {
    type Raw = OwnedStr;

    fn is_neutral(&self) -> bool {
        self.0.is_none()
    }

    fn into_raw(self) -> Option<OwnedStr> {
        self.0.map(OwnedStr::from)
    }

    fn from_raw(raw: OwnedStr) -> Result<Self, Unreadable> {
        text(&raw).map(|json| Self(Some(json)))
    }
}

/// JSON of several events: what [`State::of_type`] gets.
#[derive(Debug, Default)]
pub struct Events(Vec<String>);

impl Answer for Events {
    type Raw = OwnedArray<OwnedStr>;

    fn is_neutral(&self) -> bool {
        self.0.is_empty()
    }

    fn into_raw(self) -> Option<Self::Raw> {
        (!self.0.is_empty()).then(|| owned(self.0))
    }

    fn from_raw(raw: Self::Raw) -> Result<Self, Unreadable> {
        texts(raw).map(Self)
    }
}

/// Texts, as they go over.
pub(super) fn owned(texts: Vec<String>) -> OwnedArray<OwnedStr> {
    texts.into_iter().map(OwnedStr::from).collect::<Vec<_>>().into()
}

/// The way back.
pub(super) fn texts(raw: OwnedArray<OwnedStr>) -> Result<Vec<String>, Unreadable> {
    raw.into_vec().iter().map(text).collect()
}

#[cfg(feature = "host")]
pub use source::{StateHandle, StateSource};

/// The homeserver's side.
#[cfg(feature = "host")]
mod source {
    use std::fmt;
    use std::future::Future;
    use std::marker::PhantomData;
    use std::sync::Arc;

    use hsmod_abi::{Begins, Begun, MINOR, Progress};

    use super::*;
    use crate::boundary::{Answering, admit_request};
    use crate::table::Side;

    /// Where a homeserver keeps the state of one room at one moment.
    ///
    /// What is returned is the JSON of stored PDUs plus their `event_id`. A method that has its
    /// answer at hand may return it at once: then nothing is allocated for the question.
    pub trait StateSource: Send + Sync + 'static {
        /// The state event of this type and state key.
        ///
        /// # Errors
        /// If it cannot be read; the module that asked gets the error.
        fn get(
            &self,
            event_type: &str,
            state_key: &str,
        ) -> impl Future<Output = Result<Option<String>, ModuleError>> + Send;

        /// All state events of this type.
        ///
        /// # Errors
        /// As for [`Self::get`].
        fn of_type(
            &self,
            event_type: &str,
        ) -> impl Future<Output = Result<Vec<String>, ModuleError>> + Send;
    }

    /// No state at all: before a room exists.
    impl StateSource for () {
        async fn get(&self, _: &str, _: &str) -> Result<Option<String>, ModuleError> {
            Ok(None)
        }

        async fn of_type(&self, _: &str) -> Result<Vec<String>, ModuleError> {
            Ok(Vec::new())
        }
    }

    /// A [`StateSource`], shared and made nameless: questions borrow it, notifications keep a
    /// clone of it.
    #[derive(Clone)]
    pub struct StateHandle {
        source: Arc<dyn Nameless>,
    }

    /// Any [`StateSource`].
    trait Nameless: Send + Sync {
        fn lend(&self) -> State<'_>;
    }

    impl<S: StateSource> Nameless for S {
        fn lend(&self) -> State<'_> {
            let (source, table) =
                (Source::new(self), StateTableRef::new(StateTableFor::<S>::TABLE));
            State { size: State::SIZE, flags: 0, source, table }
        }
    }

    impl StateHandle {
        /// Shares `source`.
        pub fn new<S: StateSource>(source: Arc<S>) -> Self {
            Self { source }
        }

        /// Lends it to a callback.
        #[inline]
        pub fn lend(&self) -> State<'_> {
            self.source.lend()
        }
    }

    impl fmt::Debug for StateHandle {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("StateHandle").finish_non_exhaustive()
        }
    }

    struct StateTableFor<S>(PhantomData<S>);

    impl<S: StateSource> StateTableFor<S> {
        const TABLE: &'static StateTable = &StateTable {
            size: StateTable::SIZE,
            minor: MINOR,
            get: Some(hsmod_abi::begin::<Side<S>, rows::get>),
            of_type: Some(hsmod_abi::begin::<Side<S>, rows::of_type>),
        };
    }

    /// A look at the state is a request too, though no row of a group.
    macro_rules! begins {
        ($( $row:ident, $name:literal, |$source:ident, $args:ident| $answer:expr; )*) => { $(
            impl<S: StateSource> Begins<rows::$row> for Side<S> {
                fn begin<'a>(
                    &'a self,
                    $args: args::$row<'a>,
                    begun: Begun<'a, rows::$row>,
                ) -> Progress {
                    if let Err(error) = admit_request($name) {
                        return begun.answer(Err(error));
                    }
                    let $source = &self.0;
                    begun.go_on(|| Answering::new(async move { $answer }))
                }
            }
        )* };
    }

    begins! {
        get, "State::get", |source, args| {
            source.get(args.event_type.text(), args.state_key.text()).await.map(SomeEvent)
        };
        of_type, "State::of_type", |source, args| {
            source.of_type(args.event_type.text()).await.map(Events)
        };
    }
}
