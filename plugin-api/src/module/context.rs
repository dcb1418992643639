//! The context of a call: how long it may still take, and which trace it belongs to.
//!
//! Rationale: the module asks the homeserver, which knows which module runs on which thread. If
//! each call carried its context, each would have to store it where the module's code can find it.

use std::fmt;
use std::time::Duration;

use hsmod_abi::Context;

use super::api::{HostCalls, ModuleApi};

/// The trace that a call belongs to, and the span around the call, as in W3C Trace Context.
///
/// Its `Display` is the header `traceparent`, which a module sends with its requests to other
/// services so that they become part of the trace.
///
/// ```
/// use hsmod_plugin_api::module::Trace;
///
/// let trace = Trace::new(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736, 0x00f0_67aa_0ba9_02b7, true);
/// let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// assert_eq!(trace.to_string(), header);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    trace_id: u128,
    span_id: u64,
    sampled: bool,
}

impl Trace {
    /// Creates a trace with this number and the span in it, neither of them 0; `sampled` says
    /// whether it is recorded.
    pub const fn new(trace_id: u128, span_id: u64, sampled: bool) -> Self {
        Self { trace_id, span_id, sampled }
    }

    /// The number of the trace.
    pub const fn trace_id(&self) -> u128 {
        self.trace_id
    }

    /// The number of the span.
    pub const fn span_id(&self) -> u64 {
        self.span_id
    }

    /// Whether it is recorded.
    pub const fn is_sampled(&self) -> bool {
        self.sampled
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { trace_id, span_id, sampled } = self;
        write!(f, "00-{trace_id:032x}-{span_id:016x}-{:02x}", u8::from(*sampled))
    }
}

/// The context of a call, as reported by a homeserver.
#[cfg(feature = "host")]
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "a homeserver makes it")]
pub struct CallContext {
    /// How much of its time is left; `None` for no limit.
    pub time_left: Option<Duration>,
    /// The trace that it belongs to.
    pub trace: Option<Trace>,
}

#[cfg(feature = "host")]
impl CallContext {
    /// Converts the context to the form in which it crosses.
    pub(super) fn raw(&self) -> Context {
        let mut raw = Context::NONE;
        let nanoseconds = |left: Duration| u64::try_from(left.as_nanos()).unwrap_or(u64::MAX);
        raw.timeout_ns = self.time_left.map_or(0, |left| nanoseconds(left).max(1));
        if let Some(trace) = self.trace {
            raw.trace_id = trace.trace_id.to_be_bytes();
            raw.span_id = trace.span_id;
            raw.flags = if trace.sampled { Context::SAMPLED } else { 0 };
        }
        raw
    }
}

impl ModuleApi {
    /// How long the call that this thread is running may still take before the homeserver gives it
    /// up; `None` if there is no limit, and outside of calls: in background work and on the
    /// module's own threads.
    ///
    /// The operator sets the limit (`timeout` and `timeouts` in the config). A module that can do
    /// with a partial answer uses it to answer in time:
    ///
    /// ```
    /// # use hsmod_plugin_api::prelude::*;
    /// # use std::time::Duration;
    /// # fn example(api: &ModuleApi) {
    /// // The time that a service of ours may take; a second remains to decide without it.
    /// let limit = api.time_left().map(|left| left.saturating_sub(Duration::from_secs(1)));
    /// # }
    /// ```
    pub fn time_left(&self) -> Option<Duration> {
        let context = self.call_context();
        (context.timeout_ns > 0).then(|| Duration::from_nanos(context.timeout_ns))
    }

    /// The trace of the call that this thread is running; `None` if the homeserver does not trace
    /// calls.
    pub fn trace(&self) -> Option<Trace> {
        let context = self.call_context();
        let trace_id = u128::from_be_bytes(context.trace_id);
        let sampled = context.flags & Context::SAMPLED != 0;
        (trace_id != 0).then(|| Trace::new(trace_id, context.span_id, sampled))
    }

    fn call_context(&self) -> Context {
        let mut context = Context::NONE;
        self.peer().context(&mut context);
        context
    }
}
