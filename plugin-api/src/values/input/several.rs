//! Several structures at once; and one of them where a callback takes several.

use std::borrow::Cow;

use abi_stable::std_types::RSlice;

use crate::values::arg::RawSlice;
use crate::values::event::{Event, OwnedEvent};
use crate::values::presence::UserPresenceState;
use crate::values::user::{RequestInfo, UserProfile};

use super::events::read_event;
use super::{Input, InputError, IntoJson, Prepared};

/// Items that modules are asked about with one crossing of the boundary each.
pub trait SeveralInput<T: 'static> {
    /// What the call keeps of them.
    type Prepared: Prepared<RawSlice<T>> + Several;

    /// Takes them; nothing is read or built yet.
    fn prepare(self) -> Self::Prepared;
}

/// Items that a call holds ready.
pub trait Several {
    /// How many there are.
    fn count(&self) -> usize;

    /// Leaves out those that `keep` does not want, by their place.
    fn retain(&mut self, keep: impl FnMut(usize) -> bool);
}

/// The arguments of a call about several items, which are the first of them.
pub trait SeveralInputs<Raw> {
    /// What the call keeps of them.
    type Prepared: Prepared<Raw> + Several;

    /// Takes them.
    fn prepare(self) -> Self::Prepared;
}

macro_rules! tuples {
    ($( ($items:ident $raw:ident $($input:ident $raw_input:ident $index:tt),*); )*) => { $(
        impl<$items, $raw: 'static, $($input, $raw_input),*> SeveralInputs<(RawSlice<$raw>, $($raw_input,)*)>
            for ($items, $($input,)*)
        where $items: SeveralInput<$raw>, $($input: Input<$raw_input>),*
        {
            type Prepared = ($items::Prepared, $($input::Prepared,)*);

            fn prepare(self) -> Self::Prepared {
                (self.0.prepare(), $(self.$index.prepare(),)*)
            }
        }

        impl<$items: Several, $($input),*> Several for ($items, $($input,)*) {
            fn count(&self) -> usize {
                self.0.count()
            }

            fn retain(&mut self, keep: impl FnMut(usize) -> bool) {
                self.0.retain(keep);
            }
        }
    )* };
}

tuples! {
    (A RA);
    (A RA B RB 1);
}

/// Borrowed items; copied once some of them are left out.
#[derive(Debug)]
pub struct Items<'a, T: Clone>(Cow<'a, [T]>);

macro_rules! slices {
    ($( $name:ident; )*) => { $(
        impl<'a> Input<RawSlice<$name<'static>>> for &'a [$name<'_>] {
            type Prepared = &'a [$name<'a>];

            fn prepare(self) -> &'a [$name<'a>] {
                self
            }
        }

        // SAFETY: the structures outlive `self`.
        unsafe impl Prepared<RawSlice<$name<'static>>> for &[$name<'_>] {
            fn raw(&self) -> RawSlice<$name<'static>> {
                // SAFETY: the same slice; whoever gets the C form uses it while `self` lives.
                unsafe { RSlice::from_raw_parts(self.as_ptr().cast(), self.len()) }
            }
        }
    )* };
}

slices! { RequestInfo; UserPresenceState; }

/// Structures of which callbacks are asked about one or several.
macro_rules! items {
    ($( $name:ident; )*) => { $(
        impl<'a> SeveralInput<$name<'static>> for &'a [$name<'_>] {
            type Prepared = Items<'a, $name<'a>>;

            fn prepare(self) -> Self::Prepared {
                Items(Cow::Borrowed(self))
            }
        }

        // SAFETY: the structures are borrowed for longer than `self`, or lie on the heap.
        unsafe impl Prepared<RawSlice<$name<'static>>> for Items<'_, $name<'_>> {
            fn raw(&self) -> RawSlice<$name<'static>> {
                // SAFETY: the same slice; whoever gets the C form uses it while `self` lives.
                unsafe { RSlice::from_raw_parts(self.0.as_ptr().cast(), self.0.len()) }
            }
        }

        impl<'a> Input<RawSlice<$name<'static>>> for &'a $name<'_> {
            type Prepared = One<&'a $name<'a>>;

            #[inline]
            fn prepare(self) -> Self::Prepared {
                One(self)
            }
        }

        // SAFETY: the structure lives as long as the part of `self` that holds it.
        unsafe impl<P: Prepared<*const $name<'static>>> Prepared<RawSlice<$name<'static>>> for One<P> {
            #[inline]
            fn build(&mut self) -> Result<(), InputError> {
                self.0.build()
            }

            #[inline]
            fn raw(&self) -> RawSlice<$name<'static>> {
                // SAFETY: one structure, valid while `self` lives.
                unsafe { RSlice::from_raw_parts(self.0.raw(), 1) }
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
    sources: Vec<J>,
    events: BuiltEvents,
}

/// A page of events, in any form that can be written as JSON.
impl<J: IntoJson> SeveralInput<Event<'static>> for Vec<J> {
    type Prepared = LazyEvents<J>;

    fn prepare(self) -> LazyEvents<J> {
        LazyEvents { sources: self, events: BuiltEvents::default() }
    }
}

// SAFETY: the built events live as long as `self`.
unsafe impl<J: IntoJson> Prepared<RawSlice<Event<'static>>> for LazyEvents<J> {
    fn build(&mut self) -> Result<(), InputError> {
        self.events = BuiltEvents::read(self.sources.drain(..))?;
        Ok(())
    }

    fn raw(&self) -> RawSlice<Event<'static>> {
        self.events.raw()
    }
}

impl<J> Several for LazyEvents<J> {
    fn count(&self) -> usize {
        self.sources.len() + self.events.views.len()
    }

    fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let mut place = 0..;
        self.events.views.retain(|_| place.next().is_some_and(&mut keep));
    }
}

/// Events and the views of them.
#[derive(Debug, Default)]
pub struct BuiltEvents {
    /// Borrow from `_owned`, whose texts lie on the heap and are never changed.
    views: Vec<Event<'static>>,
    _owned: Vec<OwnedEvent>,
}

impl BuiltEvents {
    /// Reads events from JSON; an error names the place of the event.
    pub(super) fn read<J: IntoJson>(sources: impl Iterator<Item = J>) -> Result<Self, InputError> {
        let event = |(place, source): (usize, J)| {
            source.into_json().and_then(read_event).map_err(|InputError(why)| {
                InputError(format!("of several events, number {}: {why}", place + 1))
            })
        };
        let owned: Vec<OwnedEvent> = sources.enumerate().map(event).collect::<Result<_, _>>()?;
        // SAFETY: only the lifetime changes; the views are dropped with the events they borrow
        // from, and are not handed out for longer than `self` lives.
        let view = |event: &OwnedEvent| unsafe {
            std::mem::transmute::<Event<'_>, Event<'static>>(event.as_event())
        };
        Ok(Self { views: owned.iter().map(view).collect(), _owned: owned })
    }

    /// The views.
    pub(super) fn events(&self) -> &[Event<'_>] {
        &self.views
    }

    fn raw(&self) -> RawSlice<Event<'static>> {
        // SAFETY: the same slice; whoever gets the C form uses it while `self` lives.
        unsafe { RSlice::from_raw_parts(self.views.as_ptr(), self.views.len()) }
    }
}
