//! A question: the modules are asked in order until one decides.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hsmod_plugin_api::host::{CallbackCall, Entered, InputError, Prepared, SlotFn};
use hsmod_plugin_api::table::Row;
use tokio::time::Sleep;

use super::Args;
use super::aggregation::Aggregation;
use super::decision::Answerer;
use super::failure::{Failure, failed};
use super::watch::Watch;
use crate::call_error::{CallError, Cause};
use crate::generation::Generation;
use crate::modules::Modules;
use crate::policy::Rule;
use crate::record;

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
        call: Asking<R, P>,
    }
}

/// A call that keeps what it needs once a module did not answer at once.
type Asking<R, P> = CallbackCall<R, P, Suspended>;

/// What a call needs once a module did not answer at once.
struct Suspended {
    /// Keeps the modules of this call, whatever is published meanwhile.
    generation: Arc<Generation>,
    /// Which module of the list is being asked.
    at: usize,
    deadline: Option<Deadline>,
    /// When it was asked, if this call is timed.
    since: Option<Instant>,
}

/// When a module is too late, and how long it had.
type Deadline = (Pin<Box<Sleep>>, Duration);

impl<'m, R, P, A> Question<'m, R, P, A>
where
    R: Row,
    P: Prepared<Args<R>>,
{
    #[inline]
    pub(crate) const fn new(modules: &'m Modules, args: P, aggregation: A) -> Self {
        Self { modules, aggregation, call: CallbackCall::new(args) }
    }
}

impl<R, P, A> Future for Question<'_, R, P, A>
where
    R: Rule,
    P: Prepared<<R::Slot as SlotFn>::Args>,
    A: Aggregation<R, P>,
{
    type Output = Outcome<R, P, A>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.call.is_suspended() {
            return resume(this.call, this.aggregation, context);
        }
        let generation = this.modules.generation();
        let list = this.aggregation.asked(&generation);
        if list.is_empty() {
            return Poll::Ready(this.aggregation.nobody().map_err(unasked::<R>));
        }
        if let Err(error) = this.call.as_mut().build() {
            return Poll::Ready(Err(unreadable::<R>(&error)));
        }
        let mut watch = Watch::new(&generation);
        let Some((at, entered)) = this.call.as_mut().ask(context, list, &mut watch) else {
            return Poll::Ready(finish(this.aggregation));
        };
        let since = watch.since();
        drop(watch);
        if matches!(entered, Entered::Pending) {
            // Holds nothing that would have to be dropped.
            std::mem::forget(entered);
            let generation = arc_swap::Guard::into_inner(generation);
            return suspend(this.call, this.aggregation, generation, (at, since), context);
        }
        let stop = (at, entered, since);
        let asked = stopped(this.call.as_mut(), this.aggregation, &generation, stop, context);
        match asked {
            Asked::Done(outcome) => Poll::Ready(outcome),
            Asked::Suspended(at, since) => {
                let generation = arc_swap::Guard::into_inner(generation);
                suspend(this.call, this.aggregation, generation, (at, since), context)
            }
        }
    }
}

#[cold]
fn unreadable<R: Rule>(error: &InputError) -> CallError {
    let cause = Cause::Input(error.to_string());
    CallError::new(R::POLICY.full_name, None, cause, R::POLICY.refusal)
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

/// How far asking came.
enum Asked<T> {
    Done(Result<T, CallError>),
    /// This one did not answer at once.
    Suspended(usize, Option<Instant>),
}

/// A module that gave something other than the neutral answer, by its place in the list, and when
/// it was asked if it is timed.
type Stop<R> = (usize, Entered<<R as Row>::Answer>, Option<Instant>);

/// Goes on behind a module that gave something other than the neutral answer, until one decides
/// or does not answer at once.
#[cold]
#[inline(never)]
fn stopped<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    mut call: Pin<&mut Asking<R, P>>,
    aggregation: &mut A,
    generation: &Generation,
    stop: Stop<R>,
    context: &mut Context<'_>,
) -> Asked<A::Output> {
    let list = aggregation.asked(generation);
    let (mut at, mut entered, mut since) = stop;
    loop {
        if matches!(entered, Entered::Pending) {
            return Asked::Suspended(at, since);
        }
        let args = call.as_mut().args_mut();
        let module = list[at].module();
        let answered = answered(aggregation, args, generation, module, entered);
        if let ControlFlow::Break(outcome) = answered {
            return Asked::Done(outcome);
        }
        let mut watch = Watch::new(generation);
        let rest = list.get(at + 1..).unwrap_or_default();
        let Some((further, next)) = call.as_mut().ask(context, rest, &mut watch) else {
            return Asked::Done(finish(aggregation));
        };
        (at, entered, since) = (at + 1 + further, next, watch.since());
    }
}

/// What an answer other than the neutral one means; to go on if it decides nothing.
fn answered<R: Rule, P, A: Aggregation<R, P>>(
    aggregation: &mut A,
    args: Option<&mut P>,
    generation: &Generation,
    module: usize,
    entered: Entered<R::Answer>,
) -> ControlFlow<Outcome<R, P, A>> {
    let failure = match entered {
        Entered::Ready(Ok(answer)) => {
            let by = Answerer { member: generation.member(module), policy: R::POLICY };
            let outcome = match aggregation.add(answer, args, by) {
                ControlFlow::Continue(()) => return ControlFlow::Continue(()),
                ControlFlow::Break(outcome) => outcome,
            };
            return ControlFlow::Break(outcome.map_err(|cause| {
                generation.stats.denied(module - generation.first, R::INDEX);
                let (policy, name) = (by.policy, Some(&*by.member.name));
                CallError::new(policy.full_name, name, cause, policy.refusal)
            }));
        }
        Entered::Ready(Err(error)) => Failure::Error(error),
        Entered::Panicked(panic) => Failure::Panicked(panic),
        _ => return ControlFlow::Continue(()),
    };
    match failed::<R>(generation, module, failure) {
        Some(error) => ControlFlow::Break(Err(error)),
        None => ControlFlow::Continue(()),
    }
}

/// Keeps what the rest of the call needs, and sets the deadline.
fn suspend<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    call: Pin<&mut Asking<R, P>>,
    aggregation: &A,
    generation: Arc<Generation>,
    (at, since): (usize, Option<Instant>),
    context: &mut Context<'_>,
) -> Poll<Outcome<R, P, A>> {
    let module = aggregation.asked(&generation)[at].module();
    let deadline = deadline::<R>(&generation, module, context);
    let before = call.kept().replace(Suspended { generation, at, deadline, since });
    debug_assert!(before.is_none(), "a call is suspended once");
    // There is none: nothing to drop.
    std::mem::forget(before);
    Poll::Pending
}

/// The deadline of a module, set now.
#[inline]
fn deadline<R: Rule>(
    generation: &Generation,
    module: usize,
    context: &mut Context<'_>,
) -> Option<Deadline> {
    let limit = generation.member(module).deadline(&R::POLICY)?;
    Some(armed(limit, context))
}

/// A timer that wakes the call.
#[cold]
fn armed(limit: Duration, context: &mut Context<'_>) -> Deadline {
    let mut timer = Box::pin(tokio::time::sleep(limit));
    if timer.as_mut().poll(context).is_ready() {
        context.waker().wake_by_ref();
    }
    (timer, limit)
}

/// Polls the module that did not answer at once, then asks the rest.
fn resume<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    mut call: Pin<&mut Asking<R, P>>,
    aggregation: &mut A,
    context: &mut Context<'_>,
) -> Poll<Outcome<R, P, A>> {
    let Some(suspended) = call.as_mut().kept() else { return Poll::Pending };
    let (generation, at) = (Arc::clone(&suspended.generation), suspended.at);
    let since = suspended.since;
    let list = aggregation.asked(&generation);
    let module = list[at].module();
    let entered = {
        let _inside = record::enter(module);
        call.as_mut().resume(context)
    };
    if matches!(entered, Entered::Pending) {
        // Holds nothing that would have to be dropped.
        std::mem::forget(entered);
        let deadline = call.as_mut().kept().as_mut().and_then(|kept| kept.deadline.as_mut());
        let over = deadline
            .and_then(|(timer, limit)| timer.as_mut().poll(context).is_ready().then_some(*limit));
        return match over {
            Some(limit) => too_late(call, aggregation, &generation, (at, limit), context),
            None => Poll::Pending,
        };
    }
    if let Some(since) = since {
        generation.stats.took(module - generation.first, since.elapsed());
    }
    if !matches!(entered, Entered::Neutral) {
        return go_on(call, aggregation, &generation, (at, entered, None), context);
    }
    // Holds nothing that would have to be dropped.
    std::mem::forget(entered);
    let Some(rest) = list.get(at + 1..).filter(|rest| !rest.is_empty()) else {
        return Poll::Ready(finish(aggregation));
    };
    let mut watch = Watch::new(&generation);
    let Some((further, entered)) = call.as_mut().ask(context, rest, &mut watch) else {
        return Poll::Ready(finish(aggregation));
    };
    let since = watch.since();
    drop(watch);
    if matches!(entered, Entered::Pending) {
        std::mem::forget(entered);
        let stop = (at + 1 + further, since);
        return suspend_again(call, aggregation, &generation, stop, context);
    }
    go_on(call, aggregation, &generation, (at + 1 + further, entered, since), context)
}

/// Another module did not answer at once.
#[inline]
fn suspend_again<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    call: Pin<&mut Asking<R, P>>,
    aggregation: &A,
    generation: &Generation,
    (at, since): (usize, Option<Instant>),
    context: &mut Context<'_>,
) -> Poll<Outcome<R, P, A>> {
    if let Some(kept) = call.kept() {
        let module = aggregation.asked(generation)[at].module();
        kept.at = at;
        kept.since = since;
        kept.deadline = deadline::<R>(generation, module, context);
    }
    Poll::Pending
}

/// Asks the modules behind one that gave something other than the neutral answer.
#[cold]
fn go_on<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    mut call: Pin<&mut Asking<R, P>>,
    aggregation: &mut A,
    generation: &Generation,
    stop: Stop<R>,
    context: &mut Context<'_>,
) -> Poll<Outcome<R, P, A>> {
    match stopped(call.as_mut(), aggregation, generation, stop, context) {
        Asked::Done(outcome) => Poll::Ready(outcome),
        Asked::Suspended(at, since) => {
            suspend_again(call, aggregation, generation, (at, since), context)
        }
    }
}

/// The module did not answer in time: its future is dropped.
#[cold]
fn too_late<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    mut call: Pin<&mut Asking<R, P>>,
    aggregation: &mut A,
    generation: &Generation,
    (at, limit): (usize, Duration),
    context: &mut Context<'_>,
) -> Poll<Outcome<R, P, A>> {
    let module = aggregation.asked(generation)[at].module();
    let panic = {
        let _inside = record::enter(module);
        call.as_mut().cancel()
    };
    if let Some(panic) = panic {
        let name = &*generation.member(module).name;
        tracing::error!(module = name, %panic, "panicked when its call was given up, which took too long");
    }
    match failed::<R>(generation, module, Failure::TimedOut(limit)) {
        Some(error) => Poll::Ready(Err(error)),
        None => go_on(call, aggregation, generation, (at, Entered::Neutral, None), context),
    }
}
