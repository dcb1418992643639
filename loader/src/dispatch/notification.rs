//! A notification: each module that listens receives it, in its own time.

use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use hsmod_plugin_api::host::{CallbackCall, Entered, Form, OwnedInputs, Reply, Shared, subject};

use tokio::time::Instant;

use super::Args;
use super::delivery::{Delivery, Tally};
use super::failure::{failed, give_up};
use super::queue::{Job, Untold};
use super::watch::Watch;
use crate::call_error::{CallError, Cause, FailureKind};
use crate::failures::{Duty, Failing};
use crate::generation::{Generation, in_generation};
use crate::modules::Modules;
use crate::policy::Rule;
use crate::record::{self, Place};

/// A notification to the modules. Its arguments have been copied. When first polled, it puts itself
/// into the queue of every module and completes.
///
/// It never waits for a module, so it may be awaited while a room is locked. Modules handle it
/// later, in tasks of their own: one that sends something into the room waits for the lock as
/// usual, and delays only the notifications behind this one in its own queue.
///
/// When 1,000 notifications are waiting in a queue, the log warns about the module, at most once a
/// minute. At 10,000 the module receives no further ones, which is logged, counted in
/// [`Counts::lost`] and reported by the [`Delivery`]; the other modules still receive them.
///
/// [`Counts::lost`]: crate::stats::Counts::lost
#[must_use = "no module is notified until it is awaited"]
pub struct Notification {
    state: State,
}

enum State {
    /// No module listens, or there is nothing to say.
    Idle,
    /// The arguments could not be read.
    Unreadable(CallError),
    /// To be queued at the first poll.
    Ready(Arc<dyn Notice>, Arc<Generation>),
}

impl Notification {
    pub(crate) fn new<R, I>(modules: &Modules, inputs: I) -> Self
    where
        R: Rule,
        I: OwnedInputs<Args<R>>,
    {
        if !modules.listens_to(1 << R::INDEX) || inputs.tells_nothing() {
            return Self { state: State::Idle };
        }
        match inputs.own() {
            Ok(args) => {
                let generation = modules.generation();
                let tally = Tally::of(generation.list::<R>().len());
                let notice =
                    Arc::new(SharedArguments { args, tally, callback: PhantomData::<fn() -> R> });
                Self { state: State::Ready(notice, generation) }
            }
            Err(error) => {
                let (policy, cause) = (R::POLICY, Cause::Input(error.to_string()));
                let error = CallError::new(policy.full_name, None, cause, policy.refusal);
                Self { state: State::Unreadable(error) }
            }
        }
    }
}

/// A notification as the queues hold it, shared by the jobs of all modules.
///
/// A [`Delivery`] may keep it alive longer than the modules, so it holds none of them.
pub(super) trait Notice: fmt::Debug + Send + Sync {
    /// The callback: `third_party_rules.on_new_event`.
    fn name(&self) -> &'static str;

    /// The tally of outcomes.
    fn tally(&self) -> &Tally;

    /// Puts it into the queue of each module. Called once.
    fn put(self: Arc<Self>, generation: &Arc<Generation>) -> Delivery;

    /// Calls the module with this index in the list.
    fn tell(self: Arc<Self>, generation: Arc<Generation>, at: usize) -> Telling;
}

type Telling = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The arguments of a callback, which all modules share.
struct SharedArguments<R, P> {
    args: P,
    tally: Tally,
    callback: PhantomData<fn() -> R>,
}

impl<R: Rule, P: Shared<Args<R>>> Shared<Args<R>> for SharedArguments<R, P> {
    fn shared(&self) -> <Args<R> as Form>::Of<'_> {
        self.args.shared()
    }
}

impl<R: Rule, P: Shared<Args<R>> + 'static> Notice for SharedArguments<R, P> {
    fn name(&self) -> &'static str {
        R::POLICY.full_name
    }

    fn tally(&self) -> &Tally {
        &self.tally
    }

    fn put(self: Arc<Self>, generation: &Arc<Generation>) -> Delivery {
        for (at, callback) in generation.list::<R>().iter().enumerate() {
            let module = callback.module();
            let job = || Job::new(Arc::clone(&self) as _, generation, (at, module));
            if let Err(why) = generation.member(module).queue.put(job) {
                lost::<R>(generation, module, why, &self.tally, Arc::clone(&self));
            }
        }
        Delivery::of(self)
    }

    fn tell(self: Arc<Self>, generation: Arc<Generation>, at: usize) -> Telling {
        Box::pin(async move { tell::<R, Self>(&generation, at, self).await })
    }
}

impl<R: Rule, P> fmt::Debug for SharedArguments<R, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedArguments").field(&R::POLICY.full_name).field(&self.tally).finish()
    }
}

/// A module does not receive the notification.
#[cold]
fn lost<R: Rule>(
    generation: &Generation,
    module: usize,
    why: Untold,
    tally: &Tally,
    mut args: Arc<impl Shared<Args<R>>>,
) {
    let member = generation.member(module);
    generation.stats.lost(module - generation.first, R::INDEX);
    tally.lose(&member.name, why);
    member.failures.report(&Failing {
        duty: Duty::Callback(R::POLICY.full_name),
        kind: FailureKind::Untold,
        message: &why.to_string(),
        subject: &subject::<R>(&mut args),
        passed_over: false,
    });
}

/// Calls the module with this index in the list, and waits until it has finished or its deadline
/// has passed.
async fn tell<R, P>(generation: &Arc<Generation>, at: usize, args: Arc<P>)
where
    R: Rule,
    P: Shared<Args<R>> + 'static,
{
    let module = generation.list::<R>()[at].module();
    let local = module - generation.first;
    let mut call = pin!(CallbackCall::<R, Arc<P>, Generation>::new(args));
    let limit = generation.member(module).deadline::<R>();
    let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
    let mut since = None;
    let mut begun = false;
    let run = poll_fn(|context| {
        let mut reply = Reply::new();
        if std::mem::replace(&mut begun, true) {
            let inside = record::enter(module, Place::callback(R::INDEX));
            let _until = deadline.map(|deadline| inside.until(deadline));
            call.as_mut().resume(context, &mut reply);
        } else {
            let mut watch = Watch::<R>::new(record::stay());
            let one = in_generation(|generation| std::slice::from_ref(&generation.list()[at]));
            call.as_mut().ask(context, generation, one, &mut watch, &mut reply);
            since = watch.end().since;
        }
        if call.is_suspended() { Poll::Pending } else { Poll::Ready(reply.take()) }
    });
    let cause = match limit {
        None => cause(run.await),
        Some(limit) => match tokio::time::timeout(limit, run).await {
            Ok(entered) => cause(entered),
            Err(_) => {
                give_up(generation, module, call.as_mut());
                Some(Cause::TimedOut(limit))
            }
        },
    };
    if let Some(cause) = cause {
        // `failed` has logged it; no caller waits for the answer.
        let _ = failed::<R>(generation, module, cause, call.args_mut());
    }
    if let Some(since) = since {
        generation.stats.took(local, since.elapsed());
    }
}

fn cause<A>(entered: Entered<A>) -> Option<Cause> {
    match entered {
        Entered::Ready(Err(error)) => Some(Cause::Error(error)),
        Entered::Panicked(panic) => Some(Cause::Panicked(panic)),
        _ => None,
    }
}

impl Future for Notification {
    type Output = Result<Delivery, CallError>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match std::mem::replace(&mut self.state, State::Idle) {
            State::Ready(notice, generation) => Ok(notice.put(&generation)),
            State::Unreadable(error) => Err(error),
            State::Idle => Ok(Delivery::to_nobody()),
        })
    }
}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification").finish_non_exhaustive()
    }
}
