//! A question: the modules are asked in order until one decides.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hsmod_plugin_api::host::{CallbackCall, Entered, InputError, Lists, Prepared, SlotFn};
use hsmod_plugin_api::table::{Category, Row};
use tokio::time::Sleep;

use super::failure::{Failure, failed};
use super::watch::Watch;
use super::{Args, Decision};
use crate::call_error::{CallError, Cause};
use crate::generation::Generation;
use crate::modules::Modules;
use crate::policy::Rule;
use crate::record;

type Outcome<R> = Result<<<R as Row>::Answer as Decision>::Output, CallError>;

pin_project_lite::pin_project! {
    /// A question to the modules; does nothing until it is polled.
    ///
    /// Dropping it drops the future of the module that is being asked; no further one is asked.
    #[must_use = "nobody is asked before it is awaited"]
    pub struct Question<'m, R: Row, P> {
        modules: &'m Modules,
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
    deadline: Option<(Pin<Box<Sleep>>, Duration)>,
    /// When it was asked, if this call is timed.
    since: Option<Instant>,
}

impl<'m, R, P> Question<'m, R, P>
where
    R: Row,
    P: Prepared<Args<R>>,
{
    #[inline]
    pub(crate) const fn new(modules: &'m Modules, args: P) -> Self {
        Self { modules, call: CallbackCall::new(args) }
    }
}

impl<R, P> Future for Question<'_, R, P>
where
    R: Rule,
    R::Answer: Decision,
    P: Prepared<<R::Slot as SlotFn>::Args>,
    Lists: AsRef<<R::Category as Category>::Lists>,
{
    type Output = Outcome<R>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.call.is_suspended() {
            return resume(this.call, context);
        }
        let generation = this.modules.generation();
        let list = generation.list::<R>();
        if list.is_empty() {
            return Poll::Ready(neutral::<R>());
        }
        if let Err(error) = this.call.as_mut().build() {
            return Poll::Ready(Err(unreadable::<R>(&error)));
        }
        let mut watch = Watch::new(&generation);
        let Some((at, entered)) = this.call.as_mut().ask(context, list, &mut watch) else {
            return Poll::Ready(neutral::<R>());
        };
        let since = watch.since();
        drop(watch);
        if matches!(entered, Entered::Pending) {
            let generation = arc_swap::Guard::into_inner(generation);
            return suspend(this.call, generation, at, since, context);
        }
        let asked = stopped::<R, P>(this.call.as_mut(), &generation, (at, entered, since), context);
        match asked {
            Asked::Done(outcome) => Poll::Ready(outcome),
            Asked::Suspended(at, since) => {
                let generation = arc_swap::Guard::into_inner(generation);
                suspend(this.call, generation, at, since, context)
            }
        }
    }
}

#[cold]
fn unreadable<R: Rule>(error: &InputError) -> CallError {
    let cause = Cause::Input(error.to_string());
    CallError::new(R::POLICY.full_name, None, cause, R::POLICY.refusal)
}

/// How far asking came.
enum Asked<R: Row>
where
    R::Answer: Decision,
{
    Done(Outcome<R>),
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
fn stopped<R, P>(
    mut call: Pin<&mut Asking<R, P>>,
    generation: &Generation,
    stop: Stop<R>,
    context: &mut Context<'_>,
) -> Asked<R>
where
    R: Rule,
    R::Answer: Decision,
    P: Prepared<Args<R>>,
    Lists: AsRef<<R::Category as Category>::Lists>,
{
    let list = generation.list::<R>();
    let (mut at, mut entered, mut since) = stop;
    loop {
        if matches!(entered, Entered::Pending) {
            return Asked::Suspended(at, since);
        }
        if let ControlFlow::Break(outcome) = answered::<R>(generation, list[at].module(), entered) {
            return Asked::Done(outcome);
        }
        let mut watch = Watch::new(generation);
        let rest = list.get(at + 1..).unwrap_or_default();
        let Some((further, next)) = call.as_mut().ask(context, rest, &mut watch) else {
            return Asked::Done(neutral::<R>());
        };
        (at, entered, since) = (at + 1 + further, next, watch.since());
    }
}

/// What an answer other than the neutral one means; to go on if it decides nothing.
fn answered<R>(
    generation: &Generation,
    module: usize,
    entered: Entered<R::Answer>,
) -> ControlFlow<Outcome<R>>
where
    R: Rule,
    R::Answer: Decision,
{
    let failure = match entered {
        Entered::Ready(Ok(answer)) => {
            return ControlFlow::Break(answer.decide().map_err(|verdict| {
                generation.stats.denied(module - generation.first, R::INDEX);
                let name = &generation.member(module).name;
                let cause = Cause::Verdict(verdict);
                CallError::new(R::POLICY.full_name, Some(name), cause, R::POLICY.refusal)
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

/// What it would be if nobody had been asked.
#[inline]
fn neutral<R: Rule>() -> Outcome<R>
where
    R::Answer: Decision,
{
    R::Answer::default().decide().map_err(|verdict| {
        CallError::new(R::POLICY.full_name, None, Cause::Verdict(verdict), R::POLICY.refusal)
    })
}

/// Keeps what the rest of the call needs, and sets the deadline.
fn suspend<R, P>(
    call: Pin<&mut Asking<R, P>>,
    generation: Arc<Generation>,
    at: usize,
    since: Option<Instant>,
    context: &mut Context<'_>,
) -> Poll<Outcome<R>>
where
    R: Rule,
    R::Answer: Decision,
    P: Prepared<Args<R>>,
    Lists: AsRef<<R::Category as Category>::Lists>,
{
    let module = generation.list::<R>()[at].module();
    let limit = generation.member(module).deadline(&R::POLICY);
    let deadline = limit.map(|limit| armed(limit, context));
    *call.kept() = Some(Suspended { generation, at, deadline, since });
    Poll::Pending
}

/// A timer that wakes the call.
#[cold]
fn armed(limit: Duration, context: &mut Context<'_>) -> (Pin<Box<Sleep>>, Duration) {
    let mut timer = Box::pin(tokio::time::sleep(limit));
    if timer.as_mut().poll(context).is_ready() {
        context.waker().wake_by_ref();
    }
    (timer, limit)
}

/// Polls the module that did not answer at once, then asks the rest.
fn resume<R, P>(mut call: Pin<&mut Asking<R, P>>, context: &mut Context<'_>) -> Poll<Outcome<R>>
where
    R: Rule,
    R::Answer: Decision,
    P: Prepared<Args<R>>,
    Lists: AsRef<<R::Category as Category>::Lists>,
{
    let Some(mut suspended) = call.as_mut().kept().take() else { return Poll::Pending };
    let module = suspended.generation.list::<R>()[suspended.at].module();
    let entered = {
        let _inside = record::enter(module);
        call.as_mut().resume(context)
    };
    if matches!(entered, Entered::Pending) {
        let timer = suspended.deadline.as_mut().map(|(timer, _)| timer.as_mut().poll(context));
        if !matches!(timer, Some(Poll::Ready(()))) {
            *call.kept() = Some(suspended);
            return Poll::Pending;
        }
        return too_late(call, suspended, context);
    }
    let Suspended { generation, at, since, .. } = suspended;
    if let Some(since) = since {
        generation.stats.took(module - generation.first, since.elapsed());
    }
    let neutral_answer = matches!(entered, Entered::Neutral);
    if neutral_answer && at + 1 == generation.list::<R>().len() {
        return Poll::Ready(neutral::<R>());
    }
    go_on(call, generation, (at, entered, None), context)
}

/// Asks the modules behind one that was suspended.
fn go_on<R, P>(
    mut call: Pin<&mut Asking<R, P>>,
    generation: Arc<Generation>,
    stop: Stop<R>,
    context: &mut Context<'_>,
) -> Poll<Outcome<R>>
where
    R: Rule,
    R::Answer: Decision,
    P: Prepared<Args<R>>,
    Lists: AsRef<<R::Category as Category>::Lists>,
{
    match stopped::<R, P>(call.as_mut(), &generation, stop, context) {
        Asked::Done(outcome) => Poll::Ready(outcome),
        Asked::Suspended(at, since) => suspend(call, generation, at, since, context),
    }
}

/// The module did not answer in time: its future is dropped.
#[cold]
fn too_late<R, P>(
    mut call: Pin<&mut Asking<R, P>>,
    suspended: Suspended,
    context: &mut Context<'_>,
) -> Poll<Outcome<R>>
where
    R: Rule,
    R::Answer: Decision,
    P: Prepared<Args<R>>,
    Lists: AsRef<<R::Category as Category>::Lists>,
{
    let Suspended { generation, at, deadline, .. } = suspended;
    let module = generation.list::<R>()[at].module();
    let panic = {
        let _inside = record::enter(module);
        call.as_mut().cancel()
    };
    if let Some(panic) = panic {
        let name = &*generation.member(module).name;
        tracing::error!(module = name, %panic, "a future panicked while it was dropped");
    }
    let failure = Failure::TimedOut(deadline.map(|(_, limit)| limit).unwrap_or_default());
    match failed::<R>(&generation, module, failure) {
        Some(error) => Poll::Ready(Err(error)),
        None => go_on(call, generation, (at, Entered::Neutral, None), context),
    }
}
