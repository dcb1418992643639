//! A question: the modules are asked in order until one decides.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hsmod_plugin_api::host::{CallbackCall, Entered, Lists, Prepared, SlotFn};
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
    ///
    /// Rationale: the parts that a module which answers at once does not touch come last, the room
    /// for its future after everything else.
    #[must_use = "nobody is asked before it is awaited"]
    #[repr(C)]
    pub struct Question<'m, R: Row, P> {
        modules: &'m Modules,
        suspended: Option<Suspended>,
        #[pin]
        call: CallbackCall<R, P>,
    }
}

/// What a call needs once a module did not answer at once.
struct Suspended {
    /// Keeps the modules of this call, whatever is published meanwhile.
    generation: Arc<Generation>,
    /// Which module of the list is being asked.
    at: usize,
    deadline: Option<Pin<Box<Sleep>>>,
    limit: Duration,
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
        Self { modules, suspended: None, call: CallbackCall::new(args) }
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
        if this.suspended.is_some() {
            return resume(this.call, this.suspended, context);
        }
        let generation = this.modules.generation();
        if generation.list::<R>().is_empty() {
            return Poll::Ready(neutral::<R>());
        }
        if let Err(error) = this.call.as_mut().build() {
            let cause = Cause::Input(error.to_string());
            let error = CallError::new(R::POLICY.full_name, None, cause, R::POLICY.refusal);
            return Poll::Ready(Err(error));
        }
        match ask::<R, P>(this.call, &generation, 0, context) {
            Asked::Done(outcome) => Poll::Ready(outcome),
            Asked::Suspended(at, since) => {
                let generation = arc_swap::Guard::into_inner(generation);
                suspend::<R>(this.suspended, generation, at, since, context)
            }
        }
    }
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

/// Asks the modules from `at` on, until one decides or does not answer at once.
#[inline]
fn ask<R, P>(
    mut call: Pin<&mut CallbackCall<R, P>>,
    generation: &Generation,
    mut at: usize,
    context: &mut Context<'_>,
) -> Asked<R>
where
    R: Rule,
    R::Answer: Decision,
    P: Prepared<Args<R>>,
    Lists: AsRef<<R::Category as Category>::Lists>,
{
    let list = generation.list::<R>();
    loop {
        let mut watch = Watch::new(generation, R::INDEX);
        let rest = list.get(at..).unwrap_or_default();
        let Some((stopped, entered)) = call.as_mut().ask(context, rest, &mut watch) else {
            return Asked::Done(neutral::<R>());
        };
        at += stopped;
        if matches!(entered, Entered::Pending) {
            return Asked::Suspended(at, watch.since());
        }
        drop(watch);
        match answered::<R>(generation, list[at].module(), entered) {
            ControlFlow::Break(outcome) => return Asked::Done(outcome),
            ControlFlow::Continue(()) => at += 1,
        }
    }
}

/// What an answer other than the neutral one means; to go on if it decides nothing.
#[cold]
#[inline(never)]
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
#[cold]
fn suspend<R: Rule>(
    suspended: &mut Option<Suspended>,
    generation: Arc<Generation>,
    at: usize,
    since: Option<Instant>,
    context: &mut Context<'_>,
) -> Poll<Outcome<R>>
where
    R::Answer: Decision,
    Lists: AsRef<<R::Category as Category>::Lists>,
{
    let module = generation.list::<R>()[at].module();
    let limit = generation.member(module).deadline(&R::POLICY);
    let mut deadline = limit.map(|limit| Box::pin(tokio::time::sleep(limit)));
    // Arms the timer; it cannot have run out already.
    let armed = deadline.as_mut().is_none_or(|timer| timer.as_mut().poll(context).is_pending());
    if !armed {
        context.waker().wake_by_ref();
    }
    let limit = limit.unwrap_or_default();
    *suspended = Some(Suspended { generation, at, deadline, limit, since });
    Poll::Pending
}

/// Polls the module that did not answer at once, then asks the rest.
#[cold]
fn resume<R, P>(
    mut call: Pin<&mut CallbackCall<R, P>>,
    suspended: &mut Option<Suspended>,
    context: &mut Context<'_>,
) -> Poll<Outcome<R>>
where
    R: Rule,
    R::Answer: Decision,
    P: Prepared<Args<R>>,
    Lists: AsRef<<R::Category as Category>::Lists>,
{
    let Some(Suspended { generation, at, deadline, limit, since }) = suspended else {
        return Poll::Pending;
    };
    let (generation, index) = (Arc::clone(generation), *at);
    let module = generation.list::<R>()[index].module();
    let inside = record::enter(module);
    let mut entered = call.as_mut().resume(context);
    if matches!(entered, Entered::Pending) {
        let late = deadline.as_mut().is_some_and(|timer| timer.as_mut().poll(context).is_ready());
        if !late {
            return Poll::Pending;
        }
        if let Some(panic) = call.as_mut().cancel() {
            tracing::error!(module = &*generation.member(module).name, %panic, "panicked when its call was given up, which took too long");
        }
        let failure = Failure::TimedOut(*limit);
        entered = Entered::Neutral;
        if let Some(error) = failed::<R>(&generation, module, failure) {
            return Poll::Ready(Err(error));
        }
    }
    drop(inside);
    if let Some(since) = since {
        generation.stats.took(module - generation.first, since.elapsed());
    }
    if let ControlFlow::Break(outcome) = answered::<R>(&generation, module, entered) {
        return Poll::Ready(outcome);
    }
    match ask::<R, P>(call, &generation, index + 1, context) {
        Asked::Done(outcome) => Poll::Ready(outcome),
        Asked::Suspended(at, since) => suspend::<R>(suspended, generation, at, since, context),
    }
}
