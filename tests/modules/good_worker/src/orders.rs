//! Instructions to the module.

use std::future::pending;
use std::sync::PoisonError;
use std::time::Duration;

use hsmod_plugin_api::prelude::*;

use crate::GoodWorker;
use crate::counts::{Begun, Held};

/// A call to start.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    /// The kind of call.
    pub(crate) what: What,
    /// What the call does.
    #[serde(default)]
    pub(crate) how: How,
    /// The period or delay.
    #[serde(default)]
    pub(crate) seconds: u64,
}

/// The kind of a call: the method that starts it.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    /// `looping_background_call`
    Looping,
    /// `looping_background_call_on_all_instances`
    Everywhere,
    /// `delayed_background_call`
    Delayed,
    /// `run_as_background_process`
    Process,
}

/// What the call does.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum How {
    /// It ends at once.
    #[default]
    Tick,
    /// It returns an error.
    Fail,
    /// It panics.
    Panic,
    /// It never ends.
    Hang,
    /// It takes 25 seconds.
    Slow,
    /// It hangs, and panics when it is dropped.
    PanicDropped,
    /// It starts another process, which ends at once.
    Again,
}

struct PanicsDropped;

impl Drop for PanicsDropped {
    fn drop(&mut self) {
        panic!("good_worker: dropped");
    }
}

impl GoodWorker {
    /// Starts a call.
    pub(crate) fn begin(self: &Arc<Self>, Order { what, how, seconds }: Order) {
        let (module, held) = (Arc::clone(self), Held(Arc::clone(&self.counts)));
        let time = Duration::from_secs(seconds);
        let call = move || {
            let _ = &held;
            Arc::clone(&module).work(how)
        };
        let latest = match what {
            What::Looping => {
                self.api.looping_background_call("loop", time, call);
                return;
            }
            What::Everywhere => {
                self.api.looping_background_call_on_all_instances("loop everywhere", time, call);
                return;
            }
            What::Delayed => self.api.delayed_background_call("delayed", time, call),
            What::Process => self.api.run_as_background_process("process", call).into(),
        };
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(latest);
    }

    /// Starts a process and waits for its result.
    pub(crate) async fn awaited(self: &Arc<Self>, how: How) -> Option<u32> {
        let module = Arc::clone(self);
        let process = move || async move { module.work(how).await.map(|()| 7) };
        self.api.run_as_background_process("awaited", process).await
    }

    async fn work(self: Arc<Self>, how: How) -> Result<(), ModuleError> {
        let begun = Begun::new(&self.counts);
        let result = match how {
            How::Tick => Ok(()),
            How::Fail => Err(ModuleError::new("nothing works")),
            How::Panic => {
                begun.end();
                panic!("good_worker: panics");
            }
            How::Hang => pending().await,
            How::Slow => self.api.sleep(Duration::from_secs(25)).await,
            How::PanicDropped => {
                let _dropped = PanicsDropped;
                pending().await
            }
            How::Again => {
                self.begin(Order { what: What::Process, how: How::Tick, seconds: 0 });
                Ok(())
            }
        };
        begun.end();
        result
    }
}
