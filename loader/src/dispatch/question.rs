//! A question: the modules are asked in order until one decides.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hsmod_plugin_api::host::{Asked, CallbackCall, Entered, InputError, Prepared, Reply, SlotFn};
use hsmod_plugin_api::table::Row;
use tokio::time::Sleep;

use super::failure::{Failure, failed};
use super::watch::{Latest, Watch};
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
        call: CallbackCall<R, P>,
        suspended: Option<Suspended>,
    }
}

/// What a question needs once a module did not answer at once.
struct Suspended {
    /// Keeps the modules of this question, whatever is published meanwhile.
    generation: Arc<Generation>,
    /// Which module of the list is being asked.
    at: usize,
    /// When it is too late.
    deadline: Option<Pin<Box<Deadline>>>,
    /// When it was asked, if this call is timed.
    since: Option<Instant>,
}

pin_project_lite::pin_project! {
    /// When a module is too late, and how long it had.
    struct Deadline {
        #[pin]
        timer: Sleep,
        limit: Duration,
    }
}

impl<'m, R, P> Question<'m, R, P>
where
    R: Row,
    P: Prepared<Args<R>>,
{
    #[inline]
    pub(crate) const fn new(modules: &'m Modules, args: P) -> Self {
        Self { modules, call: CallbackCall::new(args), suspended: None }
    }
}

impl<R, P> Future for Question<'_, R, P>
where
    R: Rule,
    P: Prepared<<R::Slot as SlotFn>::Args>,
{
    type Output = Outcome<R>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(suspended) = this.suspended {
            return resume(this.call, suspended, context);
        }
        let generation = this.modules.generation();
        let list = generation.list::<R>();
        if list.is_empty() {
            return Poll::Ready(neutral::<R>());
        }
        if let Err(error) = this.call.as_mut().build() {
            return Poll::Ready(Err(unreadable::<R>(&error)));
        }
        let mut reply = Reply::new();
        let mut watch = Watch::new(&generation);
        let asked = this.call.as_mut().ask(context, list, &mut watch, &mut reply);
        let (at, latest) = match asked {
            Asked::Neutral => return Poll::Ready(neutral::<R>()),
            Asked::Suspended(at) => (at, watch.end()),
            Asked::Answered(at) => {
                drop(watch);
                match go_on::<R, P>(this.call, &generation, at, reply.take(), context) {
                    Gone::Done(outcome) => return Poll::Ready(outcome),
                    Gone::Suspended(at, latest) => (at, latest),
                }
            }
        };
        let generation = arc_swap::Guard::into_inner(generation);
        let deadline = deadline::<R>(&generation, latest.module, context);
        *this.suspended = Some(Suspended { generation, at, deadline, since: latest.since });
        Poll::Pending
    }
}

#[cold]
fn unreadable<R: Rule>(error: &InputError) -> CallError {
    let cause = Cause::Input(error.to_string());
    CallError::new(R::POLICY.full_name, None, cause, R::POLICY.refusal)
}

/// How far the rest of the modules came.
enum Gone<R: Rule> {
    Done(Outcome<R>),
    /// The one at this place did not answer at once.
    Suspended(usize, Latest),
}

/// Goes on behind the module at `at`, which gave something other than the neutral answer, until
/// one decides or does not answer at once.
#[cold]
#[inline(never)]
fn go_on<R: Rule, P: Prepared<Args<R>>>(
    mut call: Pin<&mut CallbackCall<R, P>>,
    generation: &Generation,
    mut at: usize,
    mut entered: Entered<R::Answer>,
    context: &mut Context<'_>,
) -> Gone<R> {
    let list = generation.list::<R>();
    let mut reply = Reply::new();
    loop {
        if let ControlFlow::Break(outcome) = answered::<R>(generation, list[at].module(), entered) {
            return Gone::Done(outcome);
        }
        at += 1;
        let mut watch = Watch::new(generation);
        let rest = list.get(at..).unwrap_or_default();
        match call.as_mut().ask(context, rest, &mut watch, &mut reply) {
            Asked::Neutral => return Gone::Done(neutral::<R>()),
            Asked::Suspended(further) => return Gone::Suspended(at + further, watch.end()),
            Asked::Answered(further) => (at, entered) = (at + further, reply.take()),
        }
    }
}

/// What an answer other than the neutral one means; to go on if it decides nothing.
fn answered<R: Rule>(
    generation: &Generation,
    module: usize,
    entered: Entered<R::Answer>,
) -> ControlFlow<Outcome<R>> {
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
fn neutral<R: Rule>() -> Outcome<R> {
    R::Answer::default().decide().map_err(|verdict| {
        CallError::new(R::POLICY.full_name, None, Cause::Verdict(verdict), R::POLICY.refusal)
    })
}

impl Suspended {
    /// Another module did not answer at once.
    #[inline]
    fn next<R: Rule>(&mut self, at: usize, latest: Latest, context: &mut Context<'_>) {
        self.at = at;
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
    let mut deadline = Box::pin(Deadline { timer: tokio::time::sleep(limit), limit });
    if deadline.as_mut().is_over(context).is_some() {
        context.waker().wake_by_ref();
    }
    deadline
}

impl Deadline {
    /// How long the module had, if it is too late.
    #[cold]
    fn is_over(self: Pin<&mut Self>, context: &mut Context<'_>) -> Option<Duration> {
        let this = self.project();
        this.timer.poll(context).is_ready().then_some(*this.limit)
    }
}

/// Polls the module that did not answer at once, then asks the rest.
fn resume<R: Rule, P: Prepared<Args<R>>>(
    mut call: Pin<&mut CallbackCall<R, P>>,
    suspended: &mut Suspended,
    context: &mut Context<'_>,
) -> Poll<Outcome<R>> {
    let generation = &*suspended.generation;
    let list = generation.list::<R>();
    let module = list[suspended.at].module();
    let inside = record::enter(module);
    let mut reply = Reply::new();
    let asked = call.as_mut().resume(context, &mut reply);
    if asked == Asked::Suspended(()) {
        drop(inside);
        let over = suspended.deadline.as_mut().and_then(|own| own.as_mut().is_over(context));
        return match over {
            Some(limit) => too_late(call, suspended, limit, context),
            None => Poll::Pending,
        };
    }
    if let Some(since) = suspended.since {
        generation.stats.took(module - generation.first, since.elapsed());
    }
    if asked == Asked::Answered(()) {
        drop(inside);
        return behind(call, suspended, reply.take(), context);
    }
    let next = suspended.at + 1;
    if next >= list.len() {
        return Poll::Ready(neutral::<R>());
    }
    let mut watch = Watch::inside(generation, inside);
    match call.as_mut().ask(context, &list[next..], &mut watch, &mut reply) {
        Asked::Neutral => Poll::Ready(neutral::<R>()),
        Asked::Suspended(further) => {
            suspended.next::<R>(next + further, watch.end(), context);
            Poll::Pending
        }
        Asked::Answered(further) => {
            drop(watch);
            suspended.at = next + further;
            behind(call, suspended, reply.take(), context)
        }
    }
}

/// Goes on behind the module that is being asked, which answered `entered`.
#[cold]
fn behind<R: Rule, P: Prepared<Args<R>>>(
    call: Pin<&mut CallbackCall<R, P>>,
    suspended: &mut Suspended,
    entered: Entered<R::Answer>,
    context: &mut Context<'_>,
) -> Poll<Outcome<R>> {
    let generation = &*suspended.generation;
    match go_on::<R, P>(call, generation, suspended.at, entered, context) {
        Gone::Done(outcome) => Poll::Ready(outcome),
        Gone::Suspended(at, latest) => {
            suspended.next::<R>(at, latest, context);
            Poll::Pending
        }
    }
}

/// The module did not answer in time: its future is dropped.
#[cold]
fn too_late<R: Rule, P: Prepared<Args<R>>>(
    mut call: Pin<&mut CallbackCall<R, P>>,
    suspended: &mut Suspended,
    limit: Duration,
    context: &mut Context<'_>,
) -> Poll<Outcome<R>> {
    let generation = &*suspended.generation;
    let module = generation.list::<R>()[suspended.at].module();
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
        None => behind(call, suspended, Entered::Neutral, context),
    }
}
