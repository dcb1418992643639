//! A question: the modules are asked in order until one decides.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hsmod_plugin_api::host::{
    Asked, CallbackCall, Entered, InputError, Prepared, Reply, admit_callback,
};
use hsmod_plugin_api::table::Row;
use tokio::runtime::Handle;
use tokio::time::Sleep;

use super::Args;
use super::aggregation::Aggregation;
use super::decision::Answerer;
use super::failure::{denied, failed, give_up};
use super::watch::{Latest, Watch};
use crate::call_error::{CallError, Cause};
use crate::generation::Generation;
use crate::modules::Modules;
use crate::policy::Rule;
use crate::record::{self, Place};

type Outcome<R, P, A> = Result<<A as Aggregation<R, P>>::Output, CallError>;

pin_project_lite::pin_project! {
    /// A question to the modules; does nothing until it is polled.
    ///
    /// Dropping it drops the future of the module that is being asked; no further one is asked.
    #[must_use = "nobody is asked before it is awaited"]
    pub struct Question<'m, R: Row, P, A> {
        modules: &'m Modules,
        aggregation: A,
        #[pin]
        call: CallbackCall<R, P>,
        suspended: Option<Suspended>,
    }

    impl<R: Row, P, A> PinnedDrop for Question<'_, R, P, A> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Some(suspended) = this.suspended
                && this.call.is_suspended()
            {
                // Nobody waits any more for the module: its future ends inside of it.
                let _inside = record::enter(suspended.module, suspended.place);
                this.call.end();
            }
        }
    }
}

/// What a question needs once a module did not answer at once.
struct Suspended {
    /// Keeps the modules of this question, whatever is published meanwhile.
    generation: Arc<Generation>,
    /// Which module of the list is being asked.
    at: usize,
    /// Its number.
    module: usize,
    /// The callback.
    place: Place,
    /// When it is too late.
    deadline: Option<Pin<Box<Deadline>>>,
    /// When it was asked, if this call is timed.
    since: Option<Instant>,
}

pin_project_lite::pin_project! {
    /// When a module is too late, and how long it had.
    struct Deadline {
        // Without a runtime there is none.
        #[pin]
        timer: Option<Sleep>,
        limit: Duration,
    }
}

impl<'m, R, P, A> Question<'m, R, P, A>
where
    R: Row,
    P: Prepared<Args<R>>,
{
    #[inline]
    pub(crate) const fn new(modules: &'m Modules, args: P, aggregation: A) -> Self {
        Self { modules, aggregation, call: CallbackCall::new(args), suspended: None }
    }
}

impl<R, P, A> Future for Question<'_, R, P, A>
where
    R: Rule,
    P: Prepared<Args<R>>,
    A: Aggregation<R, P>,
{
    type Output = Outcome<R, P, A>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(suspended) = this.suspended {
            return resume(this.call, this.aggregation, suspended, context);
        }
        let generation = this.modules.generation();
        let list = this.aggregation.asked(&generation);
        if list.is_empty() {
            return Poll::Ready(this.aggregation.nobody().map_err(unasked::<R>));
        }
        if let Err(error) = this.call.as_mut().build() {
            return Poll::Ready(Err(unreadable::<R>(&error)));
        }
        let mut reply = Reply::new();
        let mut watch = Watch::<R>::new(&generation);
        if watch.is_nested()
            && let Err(error) = fits::<R>()
        {
            return Poll::Ready(Err(error));
        }
        let asked = this.call.as_mut().ask(context, list, &mut watch, &mut reply);
        let (at, latest) = match asked {
            Asked::Neutral => return Poll::Ready(finish(this.aggregation)),
            Asked::Suspended(at) => (at, watch.end()),
            Asked::Answered(at) => {
                drop(watch);
                let stop = (at, reply.take());
                match go_on(this.call, this.aggregation, &generation, stop, context) {
                    Gone::Done(outcome) => return Poll::Ready(outcome),
                    Gone::Suspended(at, latest) => (at, latest),
                }
            }
        };
        let generation = arc_swap::Guard::into_inner(generation);
        let deadline = deadline::<R>(&generation, latest.module, context);
        let (Latest { module, since }, place) = (latest, Place::callback(R::INDEX));
        let suspended = Suspended { generation, at, module, place, deadline, since };
        // It was `None`, of which nothing need be dropped.
        std::mem::forget(this.suspended.replace(suspended));
        Poll::Pending
    }
}

#[cold]
fn unreadable<R: Rule>(error: &InputError) -> CallError {
    let cause = Cause::Input(error.to_string());
    CallError::new(R::POLICY.full_name, None, cause, R::POLICY.refusal)
}

/// Whether there is room for it inside of the callbacks and requests that brought it about.
#[cold]
fn fits<R: Rule>() -> Result<(), CallError> {
    admit_callback(R::POLICY.callback).map_err(|error| unasked::<R>(Cause::Error(error)))
}

/// What comes of it without a module's doing.
#[cold]
fn unasked<R: Rule>(cause: Cause) -> CallError {
    CallError::new(R::POLICY.full_name, None, cause, R::POLICY.refusal)
}

/// What comes of it when all were asked.
#[inline]
fn finish<R: Rule, P, A: Aggregation<R, P>>(aggregation: &mut A) -> Outcome<R, P, A> {
    aggregation.finish().map_err(unasked::<R>)
}

/// How far the rest of the modules came.
enum Gone<T> {
    Done(Result<T, CallError>),
    /// The one at this place did not answer at once.
    Suspended(usize, Latest),
}

/// A module that gave something other than the neutral answer, by its place in the list.
type Stop<R> = (usize, Entered<<R as Row>::Answer>);

/// Goes on behind such a module, until one decides or does not answer at once.
#[cold]
#[inline(never)]
fn go_on<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    mut call: Pin<&mut CallbackCall<R, P>>,
    aggregation: &mut A,
    generation: &Generation,
    (mut at, mut entered): Stop<R>,
    context: &mut Context<'_>,
) -> Gone<A::Output> {
    let list = aggregation.asked(generation);
    let mut reply = Reply::new();
    loop {
        let args = call.as_mut().args_mut();
        let module = list[at].module();
        let answered = answered(aggregation, args, generation, module, entered);
        if let ControlFlow::Break(outcome) = answered {
            return Gone::Done(outcome);
        }
        at += 1;
        let mut watch = Watch::<R>::new(generation);
        let rest = list.get(at..).unwrap_or_default();
        match call.as_mut().ask(context, rest, &mut watch, &mut reply) {
            Asked::Neutral => return Gone::Done(finish(aggregation)),
            Asked::Suspended(further) => return Gone::Suspended(at + further, watch.end()),
            Asked::Answered(further) => (at, entered) = (at + further, reply.take()),
        }
    }
}

/// What an answer other than the neutral one means; to go on if it decides nothing.
fn answered<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    aggregation: &mut A,
    mut args: Option<&mut P>,
    generation: &Generation,
    module: usize,
    entered: Entered<R::Answer>,
) -> ControlFlow<Outcome<R, P, A>> {
    let cause = match entered {
        Entered::Ready(Ok(answer)) => {
            let member = generation.member(module);
            let (limit, callback) = (member.deadline::<R>(), R::INDEX);
            let (place, policy) = (Place::callback(callback), R::POLICY);
            let by = Answerer { generation, member, limit, callback, policy, place };
            let outcome = match aggregation.add(answer, args.as_deref_mut(), by) {
                ControlFlow::Continue(()) => return ControlFlow::Continue(()),
                ControlFlow::Break(outcome) => outcome,
            };
            return ControlFlow::Break(
                outcome.map_err(|cause| denied::<R>(generation, module, cause, args)),
            );
        }
        Entered::Ready(Err(error)) => Cause::Error(error),
        Entered::Panicked(panic) => Cause::Panicked(panic),
        _ => return ControlFlow::Continue(()),
    };
    match failed::<R>(generation, module, cause, args) {
        Some(error) => ControlFlow::Break(Err(error)),
        None => ControlFlow::Continue(()),
    }
}

impl Suspended {
    /// Another module did not answer at once.
    #[inline]
    fn next<R: Rule>(&mut self, at: usize, latest: Latest, context: &mut Context<'_>) {
        self.at = at;
        self.module = latest.module;
        self.since = latest.since;
        self.deadline = deadline::<R>(&self.generation, latest.module, context);
    }
}

/// The deadline of a module that was asked now.
#[inline]
fn deadline<R: Rule>(
    generation: &Generation,
    module: usize,
    context: &mut Context<'_>,
) -> Option<Pin<Box<Deadline>>> {
    let limit = generation.member(module).deadline::<R>()?;
    Some(armed(limit, context))
}

/// A timer that wakes the call.
#[cold]
fn armed(limit: Duration, context: &mut Context<'_>) -> Pin<Box<Deadline>> {
    let timer = Handle::try_current().ok().map(|_| tokio::time::sleep(limit));
    let mut deadline = Box::pin(Deadline { timer, limit });
    if deadline.as_mut().is_over(context).is_some() {
        context.waker().wake_by_ref();
    }
    deadline
}

const NO_RUNTIME: &str = "a module did not answer at once, and nobody keeps its deadline: poll \
    questions inside a tokio runtime";

impl Deadline {
    /// When it is too late.
    fn when(&self) -> Option<tokio::time::Instant> {
        self.timer.as_ref().map(Sleep::deadline)
    }

    /// Why the module is not waited for, if it is too late.
    #[cold]
    fn is_over(self: Pin<&mut Self>, context: &mut Context<'_>) -> Option<Cause> {
        let this = self.project();
        match this.timer.as_pin_mut() {
            Some(timer) => timer.poll(context).is_ready().then_some(Cause::TimedOut(*this.limit)),
            None => Some(Cause::Input(NO_RUNTIME.to_owned())),
        }
    }
}

/// Polls the module that did not answer at once, then asks the rest.
fn resume<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    mut call: Pin<&mut CallbackCall<R, P>>,
    aggregation: &mut A,
    suspended: &mut Suspended,
    context: &mut Context<'_>,
) -> Poll<Outcome<R, P, A>> {
    let generation = &*suspended.generation;
    let module = suspended.module;
    let inside = record::enter(module, Place::callback(R::INDEX));
    let mut reply = Reply::new();
    let asked = {
        let _until = inside.until(suspended.deadline.as_ref().and_then(|own| own.when()));
        call.as_mut().resume(context, &mut reply)
    };
    if asked == Asked::Suspended(()) {
        drop(inside);
        let over = suspended.deadline.as_mut().and_then(|own| own.as_mut().is_over(context));
        return match over {
            Some(cause) => too_late(call, aggregation, suspended, cause, context),
            None => Poll::Pending,
        };
    }
    if let Some(since) = suspended.since {
        generation.stats.took(module - generation.first, since.elapsed());
    }
    if asked == Asked::Answered(()) {
        drop(inside);
        return behind(call, aggregation, suspended, reply.take(), context);
    }
    let (list, next) = (aggregation.asked(generation), suspended.at + 1);
    if next >= list.len() {
        return Poll::Ready(finish(aggregation));
    }
    let mut watch = Watch::<R>::inside(generation, inside);
    match call.as_mut().ask(context, &list[next..], &mut watch, &mut reply) {
        Asked::Neutral => Poll::Ready(finish(aggregation)),
        Asked::Suspended(further) => {
            suspended.next::<R>(next + further, watch.end(), context);
            Poll::Pending
        }
        Asked::Answered(further) => {
            drop(watch);
            suspended.at = next + further;
            behind(call, aggregation, suspended, reply.take(), context)
        }
    }
}

/// Goes on behind the module that is being asked, which answered `entered`.
#[cold]
fn behind<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    call: Pin<&mut CallbackCall<R, P>>,
    aggregation: &mut A,
    suspended: &mut Suspended,
    entered: Entered<R::Answer>,
    context: &mut Context<'_>,
) -> Poll<Outcome<R, P, A>> {
    let stop = (suspended.at, entered);
    match go_on(call, aggregation, &suspended.generation, stop, context) {
        Gone::Done(outcome) => Poll::Ready(outcome),
        Gone::Suspended(at, latest) => {
            suspended.next::<R>(at, latest, context);
            Poll::Pending
        }
    }
}

/// The module did not answer in time: its future is dropped.
#[cold]
fn too_late<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    mut call: Pin<&mut CallbackCall<R, P>>,
    aggregation: &mut A,
    suspended: &mut Suspended,
    cause: Cause,
    context: &mut Context<'_>,
) -> Poll<Outcome<R, P, A>> {
    let generation = &*suspended.generation;
    let module = suspended.module;
    give_up(generation, module, call.as_mut());
    if matches!(cause, Cause::Input(_)) {
        return Poll::Ready(Err(unasked::<R>(cause)));
    }
    let args = call.as_mut().args_mut();
    match failed::<R>(generation, module, cause, args) {
        Some(error) => Poll::Ready(Err(error)),
        None => behind(call, aggregation, suspended, Entered::Neutral, context),
    }
}
