//! Scripts the answers to requests and records the requests: every request passes through here.

use std::any::{Any, type_name};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;

use super::gate::Gate;
use super::waiting::{Wait, Waiting};
use crate::module::WebRequest;
use crate::requests::REQUESTS;
use crate::values::ModuleError;

/// A group of requests whose answers a test may replace; `G` gives the other answers.
#[derive(Debug)]
pub struct Scripted<G> {
    pub(crate) desk: Arc<Desk>,
    pub(crate) canned: G,
}

/// Makes a group scriptable, whatever answers it.
macro_rules! scripted {
    ($trait:ident $written:ident [$($held:ident)?] {
        $( $(#[cfg($cfg:meta)])? $name:ident($($arg:ident: $type:ty),*) -> $answer:ty; )*
    }) => {
        /// Converts a test's JSON into the answer of a request of this group; `None` if the request
        /// belongs to another group.
        pub(crate) fn reply(
            name: &str,
            answer: &serde_json::Value,
        ) -> Option<Result<$crate::testing::Reply, String>> {
            #[allow(unused_imports, reason = "some groups answer nothing that is JSON")]
            use $crate::testing::Read as _;
            Some(match name {
                $(
                    $(#[cfg($cfg)])?
                    stringify!($name) => $crate::testing::Reading::<$answer>::default().read(answer),
                )*
                _ => return None,
            })
        }

        impl<G: $written> $written for $crate::testing::Scripted<G> {
            const WRITTEN: &'static [&'static str] = G::WRITTEN;

            fn answers(&self, name: &str) -> bool {
                self.desk.supports(name).unwrap_or_else(|| self.canned.answers(name))
            }
        }

        impl<G: $trait> $trait for $crate::testing::Scripted<G> {
            $(
                $(#[cfg($cfg)])?
                async fn $name(&self $(, $arg: $type)*)
                    -> Result<$answer, $crate::values::ModuleError>
                {
                    #[allow(unused_imports, reason = "some groups take nothing that is JSON")]
                    use $crate::testing::Noted as _;
                    let arguments = vec![$( $crate::testing::Noting(&$arg).noted() ),*];
                    let canned = self.canned.$name($($arg),*);
                    self.desk.ask(stringify!($name), arguments, canned).await
                }
            )*

            $( $crate::table::holders!($held,
                fn give_up(&self, number: i64) {
                    self.canned.give_up(number);
                }
            ); )?
        }
    };
}

pub(crate) use scripted;

/// Converts an argument into JSON for the record.
///
/// Rationale: there are two methods with one name, and the compiler prefers the inherent one to
/// that of the trait; so types that implement `Serialize` need no line here.
pub(crate) struct Noting<'a, T>(pub(crate) &'a T);

/// Recorded as method and path.
impl Noting<'_, &WebRequest<'_>> {
    pub(crate) fn noted(&self) -> Value {
        format!("{:?}", self.0).into()
    }
}

/// Recorded as a string.
impl Noting<'_, &[u8]> {
    pub(crate) fn noted(&self) -> Value {
        String::from_utf8_lossy(self.0).into()
    }
}

/// Recorded as JSON.
pub(crate) trait Noted {
    fn noted(&self) -> Value;
}

impl<T: Serialize> Noted for Noting<'_, T> {
    fn noted(&self) -> Value {
        serde_json::to_value(self.0).unwrap_or_default()
    }
}

type Erased = Result<Box<dyn Any + Send>, ModuleError>;

/// A test's answer, as a function of the arguments.
pub(crate) type Reply = Arc<dyn Fn(&[Value]) -> Erased + Send + Sync>;

/// Receives all requests.
#[derive(Default)]
pub(crate) struct Desk(Mutex<State>);

#[derive(Default)]
struct State {
    requests: Vec<Value>,
    notes_nothing: bool,
    scripts: BTreeMap<String, Script>,
}

/// The script for one request.
#[derive(Default)]
struct Script {
    lacking: bool,
    gate: Option<Gate>,
    next: VecDeque<Reply>,
    always: Option<Reply>,
}

impl Desk {
    /// Records a request, and answers it as the test has scripted, or else as `canned` does.
    pub(crate) async fn ask<A: Send + 'static>(
        &self,
        name: &'static str,
        arguments: Vec<Value>,
        canned: impl Future<Output = Result<A, ModuleError>> + Send,
    ) -> Result<A, ModuleError> {
        if self.lacks(name) {
            return Err(ModuleError::unsupported(name));
        }
        if let Some(gate) = self.note(name, &arguments) {
            let _waiting = Waiting::new(Wait::Gate(name));
            gate.pass().await;
        }
        let _waiting = Waiting::new(Wait::Host(name));
        let Some(reply) = self.reply(name) else { return canned.await };
        Ok(*reply(&arguments)?.downcast().unwrap_or_else(|_| {
            panic!("the test's answer to `{name}` is not a `{}`", type_name::<A>())
        }))
    }

    fn note(&self, name: &str, arguments: &[Value]) -> Option<Gate> {
        let mut state = self.state();
        if !state.notes_nothing {
            let request = std::iter::once(name.into()).chain(arguments.iter().cloned());
            state.requests.push(request.collect());
        }
        state.scripts.get(name).and_then(|script| script.gate.clone())
    }

    fn reply(&self, name: &str) -> Option<Reply> {
        let mut state = self.state();
        let script = state.scripts.get_mut(name)?;
        script.next.pop_front().or_else(|| script.always.clone())
    }

    pub(super) fn note_nothing(&self) {
        self.state().notes_nothing = true;
    }

    /// The requests so far.
    pub(super) fn requests(&self) -> Vec<Value> {
        self.state().requests.clone()
    }

    /// The requests since this was last called.
    pub(super) fn take_requests(&self) -> Vec<Value> {
        std::mem::take(&mut self.state().requests)
    }

    /// Removes support for a request or callback from now on.
    pub(super) fn lack(&self, name: &str) {
        self.state().scripts.entry(name.to_owned()).or_default().lacking = true;
    }

    /// Whether it is supported, if a test has specified that.
    pub(crate) fn supports(&self, name: &str) -> Option<bool> {
        let state = self.state();
        let script = state.scripts.get(name)?;
        let answered = script.always.is_some() || !script.next.is_empty();
        if script.lacking { Some(false) } else { answered.then_some(true) }
    }

    pub(crate) fn lacks(&self, name: &str) -> bool {
        self.state().scripts.get(name).is_some_and(|script| script.lacking)
    }

    pub(super) fn hold(&self, name: &str, gate: Gate) {
        self.script(name, |script| script.gate = Some(gate));
    }

    pub(super) fn always(&self, name: &str, reply: Reply) {
        self.script(name, |script| script.always = Some(reply));
    }

    pub(super) fn next(&self, name: &str, reply: Reply) {
        self.script(name, |script| script.next.push_back(reply));
    }

    #[track_caller]
    fn script(&self, name: &str, change: impl FnOnce(&mut Script)) {
        let known = REQUESTS.iter().copied().flatten().any(|request| request.name == name);
        assert!(known, "no request has the name `{name}`: see `hsmod_plugin_api::requests`");
        change(self.state().scripts.entry(name.to_owned()).or_default());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("requests", &self.state().requests).finish_non_exhaustive()
    }
}

/// An answer of the right type, with its type erased.
pub(super) fn reply<A: Send + 'static>(
    answer: impl Fn(&[Value]) -> Result<A, ModuleError> + Send + Sync + 'static,
) -> Reply {
    Arc::new(move |arguments| answer(arguments).map(|answer| Box::new(answer) as _))
}
