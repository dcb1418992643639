//! The homeserver's side of a room's state.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use hsmod_abi::{Begins, Begun, GivenText, Kept, Peer, Progress, Side, table_for};

use serde::Deserialize;

use super::{SeveralTexts, SomeEvent, State, StateTable, StateTableRef, args, rows};
use crate::boundary::{Answering, admit_request};
use crate::values::{ModuleError, Unanswered, by_name};

/// The state of one room at one time, as the homeserver stores it.
///
/// The events are returned as the JSON of stored PDUs plus their `event_id`. A method that has its
/// answer at hand may return it at once; the question then allocates nothing.
pub trait StateSource: Send + Sync + 'static {
    /// The state event of this type and state key.
    ///
    /// It cannot be read; the module that asked gets the error.
    /// If it cannot be read; the module that asked gets the error.
    fn get(
        &self,
        event_type: &str,
        state_key: &str,
    ) -> impl Future<Output = Result<Option<String>, ModuleError>> + Send;

    /// [`Self::get`] for a homeserver that stores the text as an `Arc<str>` and shares it instead
    /// of copying it; this then allocates nothing. Calls [`Self::get`] by default.
    ///
    /// # Errors
    /// Those of [`Self::get`].
    fn give(
        &self,
        event_type: &str,
        state_key: &str,
    ) -> impl Future<Output = Result<Option<GivenText>, ModuleError>> + Send {
        async move { Ok(self.get(event_type, state_key).await?.map(GivenText::from)) }
    }

    /// All state events of this type.
    ///
    /// # Errors
    /// Those of [`Self::get`].
    fn of_type(
        &self,
        event_type: &str,
    ) -> impl Future<Output = Result<Vec<String>, ModuleError>> + Send;

    /// The state keys of all state events of this type. By default they are read from
    /// [`Self::of_type`]; a homeserver that knows them without reading events overrides this.
    ///
    /// # Errors
    /// Those of [`Self::get`].
    fn keys(
        &self,
        event_type: &str,
    ) -> impl Future<Output = Result<Vec<String>, ModuleError>> + Send {
        async move {
            let keys = self.of_type(event_type).await?.into_iter().map(|json| {
                let Keyed { state_key } = by_name::from_str(&json)?;
                Ok(state_key.into_owned())
            });
            keys.collect()
        }
    }

    /// The number of state events of this type; by default that of [`Self::keys`].
    ///
    /// # Errors
    /// Those of [`Self::get`].
    fn count(&self, event_type: &str) -> impl Future<Output = Result<usize, ModuleError>> + Send {
        async move { Ok(self.keys(event_type).await?.len()) }
    }

    /// All state events.
    ///
    /// # Errors
    /// Those of [`Self::get`]; by default, that this homeserver does not support it.
    fn all(&self) -> impl Future<Output = Result<Vec<String>, ModuleError>> + Send {
        let message = "this homeserver cannot list the whole state of a room: ask for one type of \
            event";
        std::future::ready(Err(ModuleError::not_answered(Unanswered::Unsupported, message)))
    }

    /// The IDs of the users with this membership. By default they are read from [`Self::of_type`];
    /// a homeserver that knows memberships without reading events overrides this.
    ///
    /// # Errors
    /// Those of [`Self::get`].
    fn members(
        &self,
        membership: &str,
    ) -> impl Future<Output = Result<Vec<String>, ModuleError>> + Send {
        async move {
            let mut users = Vec::new();
            for json in self.of_type("m.room.member").await? {
                let Keyed { state_key } = by_name::from_str(&json)?;
                // A malformed event has no membership.
                let member = by_name::from_str::<Member<'_>>(&json);
                if member.is_ok_and(|member| member.content.membership == membership) {
                    users.push(state_key.into_owned());
                }
            }
            Ok(users)
        }
    }
}

#[derive(Deserialize)]
struct Keyed<'a> {
    #[serde(borrow)]
    state_key: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Member<'a> {
    #[serde(borrow)]
    content: Membership<'a>,
}

#[derive(Deserialize)]
struct Membership<'a> {
    #[serde(borrow)]
    membership: Cow<'a, str>,
}

/// No state, as before a room exists.
impl StateSource for () {
    async fn get(&self, _: &str, _: &str) -> Result<Option<String>, ModuleError> {
        Ok(None)
    }

    async fn of_type(&self, _: &str) -> Result<Vec<String>, ModuleError> {
        Ok(Vec::new())
    }

    async fn all(&self) -> Result<Vec<String>, ModuleError> {
        Ok(Vec::new())
    }
}

/// A shared [`StateSource`] with its type erased: questions borrow it, notifications keep a clone
/// of it.
#[derive(Clone)]
pub struct StateHandle {
    source: Arc<dyn Nameless>,
}

/// Any [`StateSource`].
pub(crate) trait Nameless: Send + Sync {
    fn lend(&self) -> State<'_>;
}

impl<S: StateSource> Nameless for S {
    fn lend(&self) -> State<'_> {
        State { size: State::SIZE, flags: 0, source: Peer::new(self) }
    }
}

impl StateHandle {
    /// Shares `source`.
    pub fn new<S: StateSource>(source: Arc<S>) -> Self {
        Self { source }
    }

    /// Lends the state to a callback.
    #[inline]
    pub fn lend(&self) -> State<'_> {
        self.source.lend()
    }

    /// Shares the source, and a view of it.
    pub(crate) fn keep(&self) -> Kept<dyn Nameless, State<'static>> {
        Kept::<_, State<'static>>::of(Arc::clone(&self.source), |source| source.lend())
    }
}

impl fmt::Debug for StateHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StateHandle").finish_non_exhaustive()
    }
}

table_for! {
    begin<S: StateSource> StateTable StateTableRef, rows { get, of_type, keys, count, all, members, }
}

/// A read of the state counts as a request, although it is not a row of a group.
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
        source.give(args.event_type.text(), args.state_key.text()).await.map(SomeEvent)
    };
    of_type, "State::of_type", |source, args| {
        source.of_type(args.event_type.text()).await.map(SeveralTexts)
    };
    keys, "State::keys", |source, args| {
        source.keys(args.event_type.text()).await.map(SeveralTexts)
    };
    count, "State::count", |source, args| {
        // No room has that many events.
        source.count(args.event_type.text()).await.map(|count| i64::try_from(count).unwrap_or(i64::MAX))
    };
    all, "State::all", |source, _args| source.all().await.map(SeveralTexts);
    members, "State::members", |source, args| {
        source.members(args.membership.text()).await.map(SeveralTexts)
    };
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// Shares a text that it stores.
    struct Keeper(Arc<str>);

    impl StateSource for Keeper {
        async fn get(&self, _: &str, _: &str) -> Result<Option<String>, ModuleError> {
            Err(ModuleError::new("a copy was asked for"))
        }

        async fn give(&self, kind: &str, _: &str) -> Result<Option<GivenText>, ModuleError> {
            Ok((kind == "t").then(|| Arc::clone(&self.0).into()))
        }

        async fn of_type(&self, _: &str) -> Result<Vec<String>, ModuleError> {
            Ok(Vec::new())
        }
    }

    fn now<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("it waits"),
        }
    }

    #[test]
    fn a_module_reads_the_text_where_the_homeserver_keeps_it() {
        let json = r#"{"event_id":"$e","room_id":"!r:x","sender":"@a:x","type":"t","content":{}}"#;
        let kept: Arc<str> = json.into();
        let state = StateHandle::new(Arc::new(Keeper(Arc::clone(&kept))));
        let event = now(state.lend().get("t", "")).unwrap().unwrap();
        assert_eq!(event.as_event().json().as_str().as_ptr(), kept.as_ptr());
        assert_eq!(event.as_event().sender(), "@a:x");
        assert_eq!(Arc::strong_count(&kept), 3);
        drop(event);
        assert_eq!(Arc::strong_count(&kept), 2);
        assert!(now(state.lend().get("other", "")).unwrap().is_none());
    }
}
