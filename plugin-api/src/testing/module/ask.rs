//! A single call of one module.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::super::waiting::{Wait, Waiting};
use super::{Failed, TestModule};
use crate::host::{
    Callback, CallbackCall, Dispatch, Entered, Inputs, Lists, Many, Prepared, Reply, Several,
    SeveralInputs,
};
use crate::table::{Category, Row};
use crate::values::Each;

impl<'m, R: Row, I: Inputs<R::Raws>> Dispatch<R, I> for &'m TestModule {
    type Call = Asking<'m, R, I::Prepared>;

    fn dispatch(self, inputs: I) -> Self::Call {
        Asking(Crossing::new(self, inputs.prepare()))
    }
}

impl<'m, R, I, A> Dispatch<Many<R>, I> for &'m TestModule
where
    R: Row<Answer = Each<A>>,
    I: SeveralInputs<R::Raws>,
{
    type Call = AskingSeveral<'m, R, I::Prepared>;

    fn dispatch(self, inputs: I) -> Self::Call {
        let args = inputs.prepare();
        AskingSeveral { count: args.count(), crossing: Crossing::new(self, args) }
    }
}

/// A question to a module; does nothing until it is polled.
#[must_use = "the module is not asked before it is awaited"]
pub struct Asking<'m, R: Row, P>(Crossing<'m, R, P>);

impl<R: Row, P: Prepared<R::Raws>> Future for Asking<'_, R, P> {
    type Output = Result<R::Item, Failed>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(context).map(|answer| answer.map(R::item))
    }
}

/// A question to a module about several items: one answer for each, in order.
#[must_use = "the module is not asked before it is awaited"]
pub struct AskingSeveral<'m, R: Row, P> {
    crossing: Crossing<'m, R, P>,
    count: usize,
}

impl<A, R, P> Future for AskingSeveral<'_, R, P>
where
    A: Default,
    R: Row<Answer = Each<A>>,
    P: Prepared<R::Raws>,
{
    type Output = Result<Vec<A>, Failed>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let count = self.count;
        let items = |answer: Each<A>| {
            let mut items: Vec<A> = (0..count).map(|_| A::default()).collect();
            for (place, item) in answer.into_answers() {
                items[place] = item;
            }
            items
        };
        self.crossing.poll(context).map(|answer| answer.map(items))
    }
}

/// One crossing of the boundary.
struct Crossing<'m, R: Row, P> {
    module: &'m TestModule,
    call: Pin<Box<CallbackCall<R, P, Lists>>>,
    begun: bool,
    waiting: Option<Waiting>,
}

impl<'m, R: Row, P: Prepared<R::Raws>> Crossing<'m, R, P> {
    fn new(module: &'m TestModule, args: P) -> Self {
        Self { module, call: Box::pin(CallbackCall::new(args)), begun: false, waiting: None }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<R::Answer, Failed>> {
        let mut reply = Reply::new();
        if std::mem::replace(&mut self.begun, true) {
            self.call.as_mut().resume(context, &mut reply);
        } else {
            if let Err(error) = self.call.as_mut().build() {
                panic!("`{}` cannot be asked: {error}", R::INFO.name);
            }
            let lists = self.module.lists();
            assert!(!list::<R>(lists).is_empty(), "{}", not_registered::<R>(self.module));
            self.call.as_mut().ask(context, lists, list, &mut (), &mut reply);
        }
        if self.call.is_suspended() {
            let wait = || Waiting::new(Wait::Module(R::INFO.category, R::INFO.name));
            self.waiting.get_or_insert_with(wait);
            return Poll::Pending;
        }
        self.waiting = None;
        Poll::Ready(match reply.take() {
            Entered::Ready(Err(error)) => Err(Failed::Error(error)),
            Entered::Panicked(panic) => Err(Failed::Panicked(panic)),
            Entered::Ready(Ok(answer)) => Ok(answer),
            _ => Ok(R::Answer::default()),
        })
    }
}

fn list<R: Row>(lists: &Lists) -> &[Callback<R>] {
    R::list(R::Category::lists(lists))
}

fn not_registered<R: Row>(module: &TestModule) -> String {
    let (info, registered) = (R::INFO, module.callbacks().join("`, `"));
    format!(
        "the module has not registered `{}.{}`: it has `{registered}`",
        info.category, info.name
    )
}

impl<R: Row, P> fmt::Debug for Asking<'_, R, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a call of `{}`", R::INFO.name)
    }
}

impl<R: Row, P> fmt::Debug for AskingSeveral<'_, R, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a call of `{}` about {}", R::INFO.name, self.count)
    }
}
