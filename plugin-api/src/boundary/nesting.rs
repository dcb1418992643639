//! Limits how deeply callbacks and requests may be nested.
//!
//! A callback may make a request, and the homeserver may ask modules before it answers: all of
//! these futures are polled on one stack, whose size is limited. Every recursion passes through a
//! request or a read of the room state, so only those are counted, each together with its callback.
//! A callback that asks for nothing costs nothing.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::values::error::{ModuleError, Unanswered};

/// How many callbacks and requests may be nested.
///
/// Rationale: the deepest nesting seen in real modules is four.
const NESTED_MAX: usize = 32;

/// How many bytes of stack nested calls may use before another request is refused.
///
/// Rationale: threads have two megabytes of stack. 32 nested calls take some hundred kilobytes, but
/// in a debug build one module alone may take more than that per call.
const STACK_MAX: usize = 1 << 20;

thread_local! {
    /// How many answers of the homeserver this thread is polling, nested in one another.
    ///
    /// Rationale: a suspended task is polled again from its outermost future, so this is how deep
    /// the task is whenever one of its modules makes a request.
    static ANSWERS: Cell<usize> = const { Cell::new(0) };

    /// The position of the stack when the outermost of them began.
    static BASE: Cell<usize> = const { Cell::new(0) };
}

/// Refuses the request `name` if it is nested too deeply.
///
/// # Errors
/// [`Unanswered::TooMany`].
#[inline]
pub(crate) fn admit_request(name: &str) -> Result<(), ModuleError> {
    // Most requests are made in a callback that is not nested.
    match ANSWERS.get() {
        0 => Ok(()),
        answers => admit_nested(name, answers),
    }
}

/// [`admit_request`] for a request made while `answers` other requests are being answered.
#[cold]
#[inline(never)]
fn admit_nested(name: &str, answers: usize) -> Result<(), ModuleError> {
    // Each of those answers was requested by a callback, and so is this one.
    let inside = 2 * answers + 1;
    if inside >= NESTED_MAX {
        return Err(too_deep(name, "answered", inside, ""));
    }
    if stack_here().abs_diff(BASE.get()) > STACK_MAX {
        return Err(too_deep(name, "answered", inside, " and fill the stack"));
    }
    Ok(())
}

/// Refuses the callback `name` if it is nested too deeply. For the caller that asks the modules.
///
/// # Errors
/// [`Unanswered::TooMany`].
pub fn admit_callback(name: &str) -> Result<(), ModuleError> {
    let inside = 2 * ANSWERS.get();
    if inside < NESTED_MAX {
        return Ok(());
    }
    Err(too_deep(name, "asked", inside, ""))
}

#[cold]
fn too_deep(name: &str, what: &str, inside: usize, and: &str) -> ModuleError {
    let message = format!(
        "`{name}` is not {what}: {inside} callbacks and requests are already nested{and}, each \
         waiting for the next; a module must not request in a callback what causes the same \
         callback again, except from background work"
    );
    ModuleError::not_answered(Unanswered::TooMany, message)
}

/// Returns the approximate position of the stack.
#[inline]
fn stack_here() -> usize {
    let here = 0_u8;
    (&raw const here).addr()
}

pin_project! {
    /// A future that polls the homeserver's answer to a request and counts it as one level.
    pub(crate) struct Answering<F> {
        #[pin]
        answer: F,
    }
}

impl<F: Future> Answering<F> {
    #[inline]
    pub(crate) const fn new(answer: F) -> Self {
        Self { answer }
    }
}

impl<F: Future> Future for Answering<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _deeper = Deeper::new();
        self.project().answer.poll(context)
    }
}

/// One level of nesting; ends when it is dropped, also by a panic.
struct Deeper;

impl Deeper {
    #[inline]
    fn new() -> Self {
        let answers = ANSWERS.get();
        if answers == 0 {
            BASE.set(stack_here());
        }
        ANSWERS.set(answers + 1);
        Self
    }
}

impl Drop for Deeper {
    #[inline]
    fn drop(&mut self) {
        ANSWERS.set(ANSWERS.get() - 1);
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Waker;

    use super::*;

    /// Makes a request at each of `levels` levels; suspends at each level if it `waits`. The
    /// callbacks themselves are checked only if `admitted`.
    async fn ask(levels: usize, waits: bool, admitted: bool) -> Result<(), ModuleError> {
        if admitted {
            admit_callback("again")?;
        }
        admit_request("again")?;
        Answering::new(Box::pin(async {
            if waits {
                yield_now().await;
            }
            if levels > 1 { ask(levels - 1, waits, admitted).await } else { Ok(()) }
        }))
        .await
    }

    async fn yield_now() {
        let mut yielded = false;
        std::future::poll_fn(|_| {
            if std::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Runs the future, each poll on a thread of its own.
    fn run<T: Send>(future: impl Future<Output = T> + Send) -> T {
        let mut future = pin!(future);
        loop {
            let poll = std::thread::scope(|scope| {
                let poll = || future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                scope.spawn(poll).join().unwrap()
            });
            if let Poll::Ready(value) = poll {
                return value;
            }
        }
    }

    #[test]
    fn the_depth_is_that_of_the_task_on_whatever_thread_it_goes_on() {
        let most = NESTED_MAX / 2;
        for waits in [false, true] {
            assert_eq!(run(ask(most, waits, true)), Ok(()));
            for (admitted, refused) in [(true, "not asked: 32"), (false, "not answered: 33")] {
                let error = run(ask(most + 1, waits, admitted)).unwrap_err();
                assert_eq!(error.unanswered(), Some(Unanswered::TooMany));
                let message = format!(
                    "`again` is {refused} callbacks and requests are already nested, each waiting \
                     for the next; a module must not request in a callback what causes the same \
                     callback again, except from background work"
                );
                assert_eq!(error.to_string(), message);
            }
        }
    }

    /// Makes nested requests without end, each with a large stack frame.
    fn ask_with_much() -> Result<(), ModuleError> {
        let much = [0_u8; 100_000];
        admit_request("again")?;
        let error = run_here(Answering::new(async { ask_with_much() }));
        std::hint::black_box(&much);
        error
    }

    fn run_here<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("it waits"),
        }
    }

    #[test]
    fn the_stack_is_not_filled_by_modules_that_take_much_of_it() {
        let small = std::thread::Builder::new().stack_size(2 << 20);
        let error = small.spawn(ask_with_much).unwrap().join().unwrap().unwrap_err();
        assert_eq!(error.unanswered(), Some(Unanswered::TooMany));
        let message = error.to_string();
        assert!(message.contains("already nested and fill the stack, each waiting"), "{message}");
    }

    #[test]
    fn an_ended_answer_does_not_count_even_if_it_panicked() {
        let one_after_the_other = async {
            for _ in 0..100 {
                ask(NESTED_MAX / 2, true, true).await?;
            }
            Ok::<_, ModuleError>(())
        };
        assert_eq!(run(one_after_the_other), Ok(()));
        let here = async {
            let answer = Answering::new(std::future::poll_fn(|_| -> Poll<()> { panic!("inside") }));
            let mut answer = pin!(answer);
            let poll = || answer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(poll));
            assert!(panicked.is_err());
            assert_eq!(ANSWERS.get(), 0);
        };
        run(here);
    }
}
