//! Several structures at once, and single ones where a callback takes several.

use std::borrow::Cow;

use hsmod_abi::{Form, KeptAll, Lent, Prepared, Slice};

use crate::values::event::{Event, OwnedEvent};
use crate::values::presence::UserPresenceState;
use crate::values::user::{RequestInfo, UserProfile};

use super::shown::{IntoEvent, numbered};
use super::{Input, InputError, IntoJson, Together};

/// Items about which each module is asked with a single crossing of the boundary.
pub trait SeveralInput<Raw: Form> {
    /// The form in which the call holds them.
    type Prepared: Prepared<Raw> + Several;

    /// Takes the items; nothing is read or built yet.
    fn prepare(self) -> Self::Prepared;
}

/// Prepared items of a call.
pub trait Several {
    /// The number of items.
    fn count(&self) -> usize;

    /// Removes the items for whose index `keep` returns false.
    fn retain(&mut self, keep: impl FnMut(usize) -> bool);
}

/// The arguments of a call about several items; the items are the first argument.
pub trait SeveralInputs<Raw: Form> {
    /// The form in which the call holds them.
    type Prepared: Prepared<Raw> + Several;

    /// Takes the arguments.
    fn prepare(self) -> Self::Prepared;
}

macro_rules! tuples {
    ($( ($items:ident $raw:ident $($input:ident $raw_input:ident $index:tt),*); )*) => { $(
        impl<$items, $raw: Form, $($input, $raw_input: Form),*> SeveralInputs<($raw, $($raw_input,)*)>
            for ($items, $($input,)*)
        where $items: SeveralInput<$raw>, $($input: Input<$raw_input>),*
        {
            type Prepared = Together<($items::Prepared, $($input::Prepared,)*)>;

            fn prepare(self) -> Self::Prepared {
                Together((self.0.prepare(), $(self.$index.prepare(),)*))
            }
        }

        impl<$items: Several, $($input),*> Several for Together<($items, $($input,)*)> {
            fn count(&self) -> usize {
                self.0.0.count()
            }

            fn retain(&mut self, keep: impl FnMut(usize) -> bool) {
                self.0.0.retain(keep);
            }
        }
    )* };
}

tuples! {
    (A RA);
    (A RA B RB 1);
}

/// Borrowed items; copied as soon as some of them are removed.
#[derive(Debug)]
pub struct Items<'a, T: Clone>(Cow<'a, [T]>);

macro_rules! slices {
    ($( $name:ident; )*) => { $(
        impl<'a> Input<Slice<'static, $name<'static>>> for &'a [$name<'_>] {
            type Prepared = Items<'a, $name<'a>>;

            fn prepare(self) -> Self::Prepared {
                Items(Cow::Borrowed(self))
            }
        }

        impl Prepared<Slice<'static, $name<'static>>> for Items<'_, $name<'_>> {
            fn raw(&mut self) -> Slice<'_, $name<'_>> {
                Slice::new(&self.0)
            }
        }
    )* };
}

slices! { RequestInfo; UserPresenceState; }

/// Structures that a callback may be asked about one by one or several at once.
macro_rules! items {
    ($( $name:ident; )*) => { $(
        impl<'a> SeveralInput<Slice<'static, $name<'static>>> for &'a [$name<'_>] {
            type Prepared = Items<'a, $name<'a>>;

            fn prepare(self) -> Self::Prepared {
                Items(Cow::Borrowed(self))
            }
        }

        impl Prepared<Slice<'static, $name<'static>>> for Items<'_, $name<'_>> {
            fn raw(&mut self) -> Slice<'_, $name<'_>> {
                Slice::new(&self.0)
            }
        }

        impl<'a> Input<Slice<'static, $name<'static>>> for &'a $name<'_> {
            type Prepared = One<&'a $name<'a>>;

            #[inline]
            fn prepare(self) -> Self::Prepared {
                One(self)
            }
        }

        impl<P: Prepared<Lent<'static, $name<'static>>>> Prepared<Slice<'static, $name<'static>>>
            for One<P>
        {
            #[inline]
            fn build(&mut self) -> Result<(), InputError> {
                self.0.build()
            }

            #[inline]
            fn raw(&mut self) -> Slice<'_, $name<'_>> {
                Slice::new(std::slice::from_ref(self.0.raw().get()))
            }

            #[inline]
            fn failed(&self) -> Option<InputError> {
                self.0.failed()
            }
        }
    )* };
}

items! { UserProfile; Event; }

impl<T: Clone> Several for Items<'_, T> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let mut place = 0..;
        self.0.to_mut().retain(|_| place.next().is_some_and(&mut keep));
    }
}

/// One item, where a callback takes several.
#[derive(Debug)]
pub struct One<P>(pub(super) P);

/// Events that are built when the first module is asked.
#[derive(Debug)]
pub struct LazyEvents<J> {
    source: Option<Vec<J>>,
    built: Option<BuiltEvents>,
}

/// A page of events, in any form that can be serialised as JSON.
impl<J: IntoJson> SeveralInput<Slice<'static, Event<'static>>> for Vec<J> {
    type Prepared = LazyEvents<J>;

    fn prepare(self) -> LazyEvents<J> {
        LazyEvents { source: Some(self), built: None }
    }
}

impl<J: IntoJson> Prepared<Slice<'static, Event<'static>>> for LazyEvents<J> {
    fn build(&mut self) -> Result<(), InputError> {
        if let Some(source) = self.source.take() {
            self.built = Some(read_events(source.into_iter())?);
        }
        Ok(())
    }

    fn raw(&mut self) -> Slice<'_, Event<'_>> {
        Slice::new(self.built.as_ref().expect("`build` made them, or failed").views())
    }
}

impl<J> Several for LazyEvents<J> {
    fn count(&self) -> usize {
        let built = self.built.as_ref().map(|events| events.views().len());
        built.or_else(|| self.source.as_ref().map(Vec::len)).unwrap_or_default()
    }

    fn retain(&mut self, keep: impl FnMut(usize) -> bool) {
        if let Some(events) = &mut self.built {
            events.retain(keep);
        }
    }
}

/// Events and the views of them.
pub(super) type BuiltEvents = KeptAll<OwnedEvent, Event<'static>>;

/// Creates owned events; an error names the index of the event.
pub(super) fn read_events<J: IntoEvent>(
    sources: impl Iterator<Item = J>,
) -> Result<BuiltEvents, InputError> {
    let event =
        |(place, source): (usize, J)| source.into_event().map_err(|error| numbered(place, &error));
    let events: Vec<OwnedEvent> = sources.enumerate().map(event).collect::<Result<_, _>>()?;
    Ok(KeptAll::<_, Event<'static>>::new(events, OwnedEvent::as_event))
}
