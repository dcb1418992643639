//! The state of a room, read lazily: nothing is copied until a module asks for it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use abi_stable::StableAbi;
use abi_stable::std_types::{RString, RVec};

use super::answer::{Answer, Unreadable};
use super::error::ModuleError;
use super::event::OwnedEvent;
use super::text::RawStr;
use crate::boundary::{FfiWaker, FutureSlot, Out, PanicReport, Request, Status};

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
#[repr(C)]
#[derive(StableAbi)]
pub struct State<'a> {
    source: *const (),
    table: StateTableRef,
    lifetime: PhantomData<&'a ()>,
}

// SAFETY: a `State` is a shared borrow of a source that is `Send + Sync` (`State::lend` demands
// it), in C form.
unsafe impl Send for State<'_> {}
// SAFETY: as above.
unsafe impl Sync for State<'_> {}

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
        let (source, event_type, state_key) =
            (self.source, RawStr::new(event_type), RawStr::new(state_key));
        // SAFETY: `source` and `get` belong together (`lend` made both); the texts and the
        // borrowed source live until the request has ended, because this future borrows them.
        let event = unsafe {
            Request::new("State::get", move |slot, waker, out, report| {
                get(source, event_type, state_key, slot, waker, out, report)
            })
        };
        let SomeEvent(json) = event.await?;
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
        let (source, event_type) = (self.source, RawStr::new(event_type));
        // SAFETY: as in `get`.
        let events = unsafe {
            Request::new("State::of_type", move |slot, waker, out, report| {
                of_type(source, event_type, slot, waker, out, report)
            })
        };
        let Events(jsons) = events.await?;
        jsons.into_iter().map(|json| Ok(OwnedEvent::from_json(json)?)).collect()
    }
}

impl fmt::Debug for State<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}

/// What a homeserver answers about the state it lent. Append-only.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = StateTableRef)))]
#[sabi(missing_field(option))]
pub struct StateTable {
    /// Version of the boundary of the homeserver that made it.
    #[sabi(last_prefix_field)]
    pub abi_minor: u32,
    get: unsafe extern "C" fn(
        *const (),
        RawStr,
        RawStr,
        *mut FutureSlot,
        *const FfiWaker,
        *mut Out<SomeEvent>,
        *mut PanicReport,
    ) -> Status,
    of_type: unsafe extern "C" fn(
        *const (),
        RawStr,
        *mut FutureSlot,
        *const FfiWaker,
        *mut Out<Events>,
        *mut PanicReport,
    ) -> Status,
}

/// JSON of an event, or none: what [`State::get`] gets.
#[derive(Debug, Default)]
pub struct SomeEvent(Option<String>);

impl Answer for SomeEvent {
    type Raw = RString;

    fn is_neutral(&self) -> bool {
        self.0.is_none()
    }

    fn into_raw(self) -> Option<RString> {
        self.0.map(RString::from)
    }

    fn from_raw(raw: RString) -> Result<Self, Unreadable> {
        Ok(Self(Some(raw.as_str().to_owned())))
    }
}

/// JSON of several events: what [`State::of_type`] gets.
#[derive(Debug, Default)]
pub struct Events(Vec<String>);

impl Answer for Events {
    type Raw = RVec<RString>;

    fn is_neutral(&self) -> bool {
        self.0.is_empty()
    }

    fn into_raw(self) -> Option<Self::Raw> {
        (!self.0.is_empty()).then(|| self.0.into_iter().map(RString::from).collect())
    }

    fn from_raw(raw: Self::Raw) -> Result<Self, Unreadable> {
        Ok(Self(raw.iter().map(|json| json.as_str().to_owned()).collect()))
    }
}

#[cfg(feature = "host")]
pub use source::{StateHandle, StateSource};

/// The homeserver's side.
#[cfg(feature = "host")]
mod source {
    use std::future::Future;
    use std::sync::Arc;

    use abi_stable::{prefix_type::WithMetadata, staticref};

    use super::*;
    use crate::boundary::{Answering, Begun, admit_request};

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
    pub struct StateHandle {
        source: *const (),
        table: StateTableRef,
        retain: unsafe fn(*const ()),
        release: unsafe fn(*const ()),
    }

    // SAFETY: it is an `Arc<S>` of an `S: Send + Sync`.
    unsafe impl Send for StateHandle {}
    // SAFETY: as above.
    unsafe impl Sync for StateHandle {}

    impl StateHandle {
        /// Shares `source`.
        pub fn new<S: StateSource>(source: Arc<S>) -> Self {
            Self {
                source: Arc::into_raw(source).cast(),
                table: StateTableFor::<S>::TABLE,
                // SAFETY: called with the pointer above only, while a reference is held.
                retain: |source| unsafe { Arc::increment_strong_count(source.cast::<S>()) },
                // SAFETY: called once for each reference.
                release: |source| unsafe { Arc::decrement_strong_count(source.cast::<S>()) },
            }
        }

        /// Lends it to a callback.
        #[inline]
        pub const fn lend(&self) -> State<'_> {
            State { source: self.source, table: self.table, lifetime: PhantomData }
        }
    }

    impl Clone for StateHandle {
        fn clone(&self) -> Self {
            // SAFETY: `self` holds a reference.
            unsafe { (self.retain)(self.source) };
            Self { ..*self }
        }
    }

    impl Drop for StateHandle {
        fn drop(&mut self) {
            // SAFETY: `self` holds a reference, and gives it back once.
            unsafe { (self.release)(self.source) };
        }
    }

    impl fmt::Debug for StateHandle {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_struct("StateHandle").finish_non_exhaustive()
        }
    }

    struct StateTableFor<S>(PhantomData<S>);

    impl<S: StateSource> StateTableFor<S> {
        staticref!(const WITH_METADATA: WithMetadata<StateTable> = WithMetadata::new(StateTable {
            abi_minor: crate::ABI.minor,
            get: get::<S>,
            of_type: of_type::<S>,
        }));
        const TABLE: StateTableRef = StateTableRef(Self::WITH_METADATA.as_prefix());
    }

    /// # Safety
    /// `source` is a live `S`; the rest as for [`start`](crate::boundary::start); the texts outlive the request.
    unsafe extern "C" fn get<S: StateSource>(
        source: *const (),
        event_type: RawStr,
        state_key: RawStr,
        slot: *mut FutureSlot,
        waker: *const FfiWaker,
        out: *mut Out<SomeEvent>,
        report: *mut PanicReport,
    ) -> Status {
        // SAFETY: the caller's promises.
        unsafe {
            let source = &*source.cast::<S>();
            let (event_type, state_key) = (event_type.text(), state_key.text());
            Begun::new(slot, waker, out, report).admitted(|begun| {
                admit_request("State::get")?;
                Ok(begun.go_on(|| {
                    Answering::new(
                        async move { source.get(event_type, state_key).await.map(SomeEvent) },
                    )
                }))
            })
        }
    }

    /// # Safety
    /// As for [`get`].
    unsafe extern "C" fn of_type<S: StateSource>(
        source: *const (),
        event_type: RawStr,
        slot: *mut FutureSlot,
        waker: *const FfiWaker,
        out: *mut Out<Events>,
        report: *mut PanicReport,
    ) -> Status {
        // SAFETY: the caller's promises.
        unsafe {
            let (source, event_type) = (&*source.cast::<S>(), event_type.text());
            Begun::new(slot, waker, out, report).admitted(|begun| {
                admit_request("State::of_type")?;
                Ok(begun.go_on(|| {
                    Answering::new(async move { source.of_type(event_type).await.map(Events) })
                }))
            })
        }
    }
}
