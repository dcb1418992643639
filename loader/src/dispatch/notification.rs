//! A notification: each module that wants to know is told, in its own time.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use hsmod_plugin_api::host::{Callback, CallbackCall, Entered, OwnedInputs, Prepared, Reply};
use tokio::sync::mpsc;

use super::Args;
use super::failure::{failed, give_up};
use super::queue::{Job, Queue};
use super::watch::Watch;
use crate::call_error::{CallError, Cause};
use crate::generation::Generation;
use crate::modules::Modules;
use crate::policy::Rule;
use crate::record::{self, Place};

/// A notification to the modules. Its arguments are copied already; awaited, it completes when
/// every module's queue has taken it.
///
/// A full queue (1,000 notifications) makes the caller wait.
#[must_use = "nobody is told before it is awaited"]
pub struct Notification {
    state: State,
}

enum State {
    /// Nobody wants to know, or there is nothing to know.
    Idle,
    /// The arguments cannot be read.
    Unreadable(CallError),
    /// On its way into the queues.
    Putting(Pin<Box<dyn Future<Output = ()> + Send>>, Delivery),
    /// Nothing is left to do.
    Over,
}

impl Notification {
    pub(crate) fn new<R, I>(modules: &Modules, inputs: I) -> Self
    where
        R: Rule,
        I: OwnedInputs<Args<R>>,
    {
        let generation = modules.generation();
        if generation.list::<R>().is_empty() || inputs.tells_nothing() {
            return Self { state: State::Idle };
        }
        match inputs.own() {
            Ok(args) => {
                let generation = arc_swap::Guard::into_inner(generation);
                Self { state: put::<R, _>(&generation, Arc::new(args)) }
            }
            Err(error) => {
                let (policy, cause) = (R::POLICY, Cause::Input(error.to_string()));
                let error = CallError::new(policy.full_name, None, cause, policy.refusal);
                Self { state: State::Unreadable(error) }
            }
        }
    }
}

/// One job for each module's queue.
fn put<R, P>(generation: &Arc<Generation>, args: Arc<P>) -> State
where
    R: Rule,
    P: Prepared<Args<R>> + Send + Sync + 'static,
{
    let (done, delivery) = mpsc::channel(1);
    let jobs: Vec<(Queue, Job)> = generation
        .list::<R>()
        .iter()
        .map(|callback| {
            let queue = generation.member(callback.module()).queue.clone();
            let (callback, generation) = (callback.clone(), Arc::clone(generation));
            let (args, done) = (Arc::clone(&args), done.clone());
            let job: Job = Box::pin(async move {
                tell::<R, P>(&generation, &callback, args).await;
                drop(done);
            });
            (queue, job)
        })
        .collect();
    let putting = async move {
        for (queue, job) in jobs {
            queue.put(job).await;
        }
    };
    State::Putting(Box::pin(putting), Delivery { ended: Some(delivery) })
}

/// Tells one module, and waits until it has done with it, or the deadline.
async fn tell<R, P>(generation: &Generation, callback: &Callback<R>, args: Arc<P>)
where
    R: Rule,
    P: Prepared<Args<R>> + Send + Sync + 'static,
{
    let module = callback.module();
    let local = module - generation.first;
    let mut call = pin!(CallbackCall::<R, Arc<P>>::new(args));
    let mut since = None;
    let mut begun = false;
    let run = poll_fn(|context| {
        let mut reply = Reply::new();
        if std::mem::replace(&mut begun, true) {
            let _inside = record::enter(module, Place::callback(R::INDEX));
            call.as_mut().resume(context, &mut reply);
        } else {
            let mut watch = Watch::new::<R>(generation);
            call.as_mut().ask(context, std::slice::from_ref(callback), &mut watch, &mut reply);
            since = watch.end().since;
        }
        if call.is_suspended() { Poll::Pending } else { Poll::Ready(reply.take()) }
    });
    let limit = generation.member(module).deadline::<R>();
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
        // Logged there; nobody waits for the answer.
        let _ = failed::<R>(generation, module, cause, call.args_mut().as_deref());
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

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let State::Putting(putting, _) = &mut self.state
            && putting.as_mut().poll(context).is_pending()
        {
            return Poll::Pending;
        }
        match std::mem::replace(&mut self.state, State::Over) {
            State::Putting(_, delivery) => Poll::Ready(Ok(delivery)),
            State::Unreadable(error) => Poll::Ready(Err(error)),
            State::Idle | State::Over => Poll::Ready(Ok(Delivery { ended: None })),
        }
    }
}

impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification").finish_non_exhaustive()
    }
}

/// A notification that is in the queues. May be awaited until every module has run it; dropping
/// it cancels nothing.
#[derive(Debug)]
pub struct Delivery {
    /// Yields nothing, and ends when the last job is done.
    ended: Option<mpsc::Receiver<Infallible>>,
}

impl Future for Delivery {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut self.ended {
            Some(ended) => ended.poll_recv(context).map(|_| ()),
            None => Poll::Ready(()),
        }
    }
}
