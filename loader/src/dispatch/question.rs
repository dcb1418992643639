//! A question: the modules are asked in order until one decides.

use std::future::Future;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use hsmod_plugin_api::host::{
    Asked, Callback, CallbackCall, Entered, InputError, Keeps, Prepared, Reply, admit_callback,
};
use hsmod_plugin_api::table::Row;

use super::Args;
use super::aggregation::Aggregation;
use super::deadline::Armed;
use super::decision::Answerer;
use super::failure::{denied, failed, give_up};
use super::watch::{Latest, Watch};
use crate::call_error::{CallError, Cause};
use crate::generation::{Generation, in_generation};
use crate::modules::Modules;
use crate::policy::Rule;
use crate::published::Lent;
use crate::record::{self, Inside, Place};

type Outcome<R, P, A> = Result<<A as Aggregation<R, P>>::Output, CallError>;

/// The call of one question.
type Call<R, P> = CallbackCall<R, P, Generation, Suspended>;

pin_project_lite::pin_project! {
    /// A question to the modules. It does nothing until polled.
    ///
    /// Dropping it drops the future of the module that is being asked, and no further module is
    /// asked.
    #[must_use = "no module is asked until it is awaited"]
    pub struct Question<'m, R: Row, P, A> {
        modules: &'m Modules,
        aggregation: A,
        #[pin]
        call: Call<R, P>,
    }

    impl<R: Row, P, A> PinnedDrop for Question<'_, R, P, A> {
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            let call = this.project().call;
            if call.is_suspended() {
                give_back(call);
            }
        }
    }
}

/// The question was dropped while a module was being asked: drops that module's future, inside the
/// module.
#[cold]
#[inline(never)]
fn give_back<R: Row, P>(call: Pin<&mut Call<R, P>>) {
    if let Some(Suspended { module, place, .. }) = call.noted() {
        let _inside = record::enter(*module, *place);
        call.end();
    }
}

/// The state of a call whose module is suspended. The call keeps it, even if another generation is
/// published meanwhile.
struct Suspended {
    /// The index of the module in the list.
    at: usize,
    /// The module's number.
    module: usize,
    /// The callback.
    place: Place,
    /// The module's deadline.
    deadline: Armed,
    /// When it was called, if this call is timed.
    since: Option<Instant>,
}

impl<'m, R, P, A> Question<'m, R, P, A>
where
    R: Row,
    P: Prepared<Args<R>>,
{
    #[inline]
    pub(crate) const fn new(modules: &'m Modules, args: P, aggregation: A) -> Self {
        Self { modules, aggregation, call: Call::new(args) }
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
        let this = self.project();
        if this.call.kept().is_some() {
            return resume(this.call, this.aggregation, context);
        }
        if !this.modules.listens_to(1 << R::INDEX) {
            return Poll::Ready(without_modules(this.aggregation));
        }
        let inside = record::stay();
        this.modules.read(inside.reading(), |generation| {
            begin(this.call, this.aggregation, generation, inside, context)
        })
    }
}

/// Asks one module after the other, until one decides or is suspended.
#[inline(never)]
fn begin<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    mut call: Pin<&mut Call<R, P>>,
    aggregation: &mut A,
    generation: Lent<'_, Generation>,
    inside: Inside,
    context: &mut Context<'_>,
) -> Poll<Outcome<R, P, A>> {
    if A::PICKS && aggregation.asked(&generation).is_empty() {
        return Poll::Ready(without_modules(aggregation));
    }
    if let Err(error) = call.as_mut().build() {
        return Poll::Ready(Err(unreadable::<R>(&error)));
    }
    if inside.is_nested()
        && let Err(error) = fits::<R>()
    {
        return Poll::Ready(Err(error));
    }
    let mut reply = Reply::new();
    let mut watch = Watch::<R>::new(inside);
    let list = in_generation(|generation| aggregation.asked(generation));
    let asked = call.as_mut().ask(context, &generation, list, &mut watch, &mut reply);
    let (at, latest) = match asked {
        Asked::Neutral => return Poll::Ready(finish(aggregation)),
        Asked::Suspended(at) => (at, watch.end()),
        Asked::Answered(at) => {
            drop(watch);
            match go_on(call.as_mut(), aggregation, &generation, (at, reply.take()), context) {
                Gone::Done(outcome) => return Poll::Ready(outcome),
                Gone::Suspended(at, latest) => (at, latest),
            }
        }
    };
    call.note(Suspended::new::<R>(&generation, at, latest, context));
    Poll::Pending
}

#[cold]
fn unreadable<R: Rule>(error: &InputError) -> CallError {
    let cause = Cause::Input(error.to_string());
    CallError::new(R::POLICY.full_name, None, cause, R::POLICY.refusal)
}

/// Whether the nesting of callbacks and requests leaves room for this call.
#[cold]
fn fits<R: Rule>() -> Result<(), CallError> {
    admit_callback(R::POLICY.callback).map_err(|error| unasked::<R>(Cause::Error(error)))
}

/// An error that no module is responsible for.
#[cold]
fn unasked<R: Rule>(cause: Cause) -> CallError {
    CallError::new(R::POLICY.full_name, None, cause, R::POLICY.refusal)
}

/// The outcome when there is no module to ask.
#[inline]
fn without_modules<R: Rule, P, A: Aggregation<R, P>>(aggregation: &mut A) -> Outcome<R, P, A> {
    aggregation.without_modules().map_err(unasked::<R>)
}

/// The outcome when all modules were asked.
#[inline]
fn finish<R: Rule, P, A: Aggregation<R, P>>(aggregation: &mut A) -> Outcome<R, P, A> {
    aggregation.finish().map_err(unasked::<R>)
}

/// The modules to ask from this index on.
#[inline]
fn behind<'g, R: Rule, P, A: Aggregation<R, P>>(
    aggregation: &A,
    generation: &'g Generation,
    at: usize,
) -> &'g [Callback<R>] {
    aggregation.asked(generation).get(at..).unwrap_or_default()
}

/// How far asking the remaining modules got.
enum Gone<T> {
    Done(Result<T, CallError>),
    /// The module at this index is suspended.
    Suspended(usize, Latest),
}

/// A module that did not give the neutral answer, by its index in the list.
type Stop<R> = (usize, Entered<<R as Row>::Answer>);

/// Continues after such a module, until one decides or is suspended.
#[cold]
#[inline(never)]
fn go_on<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    mut call: Pin<&mut Call<R, P>>,
    aggregation: &mut A,
    generation: &impl Keeps<Generation>,
    (mut at, mut entered): Stop<R>,
    context: &mut Context<'_>,
) -> Gone<A::Output> {
    let mut reply = Reply::new();
    loop {
        let args = call.as_mut().args_mut();
        let module = aggregation.asked(generation)[at].module();
        let answered = answered(aggregation, args, generation, module, entered);
        if let ControlFlow::Break(outcome) = answered {
            return Gone::Done(outcome);
        }
        at += 1;
        let mut watch = Watch::<R>::new(record::stay());
        let rest = in_generation(|generation| behind::<R, P, A>(aggregation, generation, at));
        match call.as_mut().ask(context, generation, rest, &mut watch, &mut reply) {
            Asked::Neutral => return Gone::Done(finish(aggregation)),
            Asked::Suspended(further) => return Gone::Suspended(at + further, watch.end()),
            Asked::Answered(further) => (at, entered) = (at + further, reply.take()),
        }
    }
}

/// Handles an answer other than the neutral one. Continues if it does not decide the question.
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
    /// The module at this index was called and is suspended.
    #[inline]
    fn new<R: Rule>(
        generation: &Generation,
        at: usize,
        Latest { module, since }: Latest,
        context: &mut Context<'_>,
    ) -> Self {
        let deadline = Armed::new(generation.member(module).deadline::<R>(), context);
        Self { at, module, place: Place::callback(R::INDEX), deadline, since }
    }
}

/// Polls the suspended module, then asks the rest.
fn resume<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    mut call: Pin<&mut Call<R, P>>,
    aggregation: &mut A,
    context: &mut Context<'_>,
) -> Poll<Outcome<R, P, A>> {
    let &Suspended { at, module, since, ref deadline, .. } = noted(&call);
    let deadline = deadline.when();
    let inside = record::enter(module, Place::callback(R::INDEX));
    let mut reply = Reply::new();
    let asked = {
        let _until = deadline.map(|deadline| inside.until(deadline));
        call.as_mut().resume(context, &mut reply)
    };
    if asked == Asked::Suspended(()) {
        drop(inside);
        return match call.as_mut().noted_mut().and_then(|noted| noted.deadline.is_over(context)) {
            Some(cause) => too_late(call, aggregation, cause, context),
            None => Poll::Pending,
        };
    }
    let generation = kept(&call);
    if let Some(since) = since {
        generation.stats.took(module - generation.first, since.elapsed());
    }
    if asked == Asked::Answered(()) {
        drop(inside);
        return go_on_behind(call, aggregation, (at, reply.take()), context);
    }
    let next = at + 1;
    if next >= aggregation.asked(generation).len() {
        return Poll::Ready(finish(aggregation));
    }
    let mut watch = Watch::<R>::new(inside);
    let rest = in_generation(|generation| behind::<R, P, A>(aggregation, generation, next));
    match call.as_mut().ask_further(context, rest, &mut watch, &mut reply) {
        Asked::Neutral => Poll::Ready(finish(aggregation)),
        Asked::Suspended(further) => {
            let latest = watch.end();
            let noted = Suspended::new::<R>(kept(&call), next + further, latest, context);
            call.note(noted);
            Poll::Pending
        }
        Asked::Answered(further) => {
            drop(watch);
            go_on_behind(call, aggregation, (next + further, reply.take()), context)
        }
    }
}

/// The generation that a suspended call keeps.
///
/// # Panics
/// Never: a call takes this reference when a module is suspended.
#[inline]
fn kept<R: Row, P>(call: &Call<R, P>) -> &Arc<Generation> {
    call.kept().expect("a module did not answer at once")
}

/// The state of the suspended call.
///
/// # Panics
/// Never: it is set when a module is suspended.
#[inline]
fn noted<R: Row, P>(call: &Call<R, P>) -> &Suspended {
    call.noted().expect("a module did not answer at once")
}

/// Continues after a module that was suspended and has answered.
#[cold]
fn go_on_behind<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    mut call: Pin<&mut Call<R, P>>,
    aggregation: &mut A,
    stop: Stop<R>,
    context: &mut Context<'_>,
) -> Poll<Outcome<R, P, A>> {
    let generation = Arc::clone(kept(&call));
    match go_on(call.as_mut(), aggregation, &generation, stop, context) {
        Gone::Done(outcome) => Poll::Ready(outcome),
        Gone::Suspended(at, latest) => {
            call.note(Suspended::new::<R>(&generation, at, latest, context));
            Poll::Pending
        }
    }
}

/// The module did not answer in time: drops its future.
#[cold]
fn too_late<R: Rule, P: Prepared<Args<R>>, A: Aggregation<R, P>>(
    mut call: Pin<&mut Call<R, P>>,
    aggregation: &mut A,
    cause: Cause,
    context: &mut Context<'_>,
) -> Poll<Outcome<R, P, A>> {
    let generation = Arc::clone(kept(&call));
    let &Suspended { at, module, .. } = noted(&call);
    give_up(&generation, module, call.as_mut());
    if matches!(cause, Cause::Input(_)) {
        return Poll::Ready(Err(unasked::<R>(cause)));
    }
    match failed::<R>(&generation, module, cause, call.as_mut().args_mut()) {
        Some(error) => Poll::Ready(Err(error)),
        None => go_on_behind(call, aggregation, (at, Entered::Neutral), context),
    }
}
