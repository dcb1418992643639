//! What a homeserver tells the loader and its modules about itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use hsmod_plugin_api::module::Trace;
use hsmod_plugin_api::requests::{self, Services};

use crate::config::Config;
use crate::failures::{Failure, Observer};
use crate::names;
use crate::rehearsal::Rehearsal;
use crate::services::provision::Settings;

/// Paths that the homeserver itself serves, in any case.
const RESERVED: [&str; 5] =
    ["/_matrix/client", "/_matrix/federation", "/_matrix/media", "/_matrix/key", "/_synapse/admin"];

/// A homeserver as its modules see it.
///
/// ```
/// use hsmod_loader::{Host, rows};
///
/// let host = Host::new("example.org")
///     .public_baseurl("https://matrix.example.org/")
///     .calls([rows::SPAM_CHECKER, rows::third_party_rules::ON_NEW_EVENT]);
/// assert!(host.supports(rows::spam_checker::USER_MAY_INVITE));
/// assert!(!host.supports(rows::ACCOUNT_VALIDITY));
/// ```
///
/// A host answers those requests that its implementation defines:
///
/// ```
/// use std::sync::Arc;
/// use hsmod_loader::requests::Users;
/// use hsmod_loader::values::{ModuleError, UserId};
/// use hsmod_loader::{Host, requests};
///
/// struct Services { admin: String }
///
/// #[requests]
/// impl Users for Services {
///     async fn is_user_admin(&self, user_id: &UserId) -> Result<bool, ModuleError> {
///         Ok(*user_id == *self.admin)
///     }
/// }
///
/// let services = Arc::new(Services { admin: "@admin:example.org".to_owned() });
/// let host = Host::new("example.org").users(Arc::downgrade(&services));
/// assert!(host.supports("is_user_admin") && !host.supports("set_user_admin"));
/// ```
#[derive(Clone, Debug)]
pub struct Host {
    pub(crate) server_name: String,
    pub(crate) public_baseurl: Option<String>,
    pub(crate) worker_name: Option<String>,
    pub(crate) worker_app: Option<String>,
    pub(crate) email_app_name: Option<String>,
    pub(crate) run_background_tasks: bool,
    pub(crate) answers_in_shutdown: bool,
    pub(crate) trial: bool,
    pub(crate) rehearsal: Option<Rehearsal>,
    pub(crate) reserved: Vec<String>,
    pub(crate) max_request_body_size: usize,
    pub(crate) sample_every: u64,
    pub(crate) services: Services,
    pub(crate) settings: Settings,
    pub(crate) on_failure: Option<Observer>,
    pub(crate) slow_poll: Option<Duration>,
    pub(crate) synapse: Option<String>,
    pub(crate) trace: Option<Traces>,
    pub(crate) calls: Option<Vec<String>>,
    pub(crate) locks: Option<Vec<String>>,
}

impl Host {
    /// A homeserver with this server name: the part of its users' IDs after the first `:`.
    pub fn new(server_name: impl Into<String>) -> Self {
        Self {
            server_name: server_name.into(),
            public_baseurl: None,
            worker_name: None,
            worker_app: None,
            email_app_name: None,
            run_background_tasks: true,
            answers_in_shutdown: false,
            trial: false,
            rehearsal: None,
            reserved: RESERVED.map(str::to_owned).to_vec(),
            max_request_body_size: 8 << 20,
            sample_every: 64,
            services: Services::default(),
            settings: Settings::default(),
            on_failure: None,
            slow_poll: None,
            synapse: None,
            trace: None,
            calls: None,
            locks: None,
        }
    }

    /// The URL at which clients reach the homeserver. Default: the config's `public_baseurl`.
    #[must_use]
    pub fn public_baseurl(mut self, url: impl Into<String>) -> Self {
        self.public_baseurl = Some(url.into());
        self
    }

    /// The name of this worker process. Default: the config's `worker_name`.
    #[must_use]
    pub fn worker_name(mut self, name: impl Into<String>) -> Self {
        self.worker_name = Some(name.into());
        self
    }

    /// The program that this worker process runs, by its name in the operator's config.
    #[must_use]
    pub fn worker_app(mut self, app: impl Into<String>) -> Self {
        self.worker_app = Some(app.into());
        self
    }

    /// The name of the homeserver in mails. Default: `mail.app_name` of the config, or `Matrix`.
    #[must_use]
    pub fn email_app_name(mut self, name: impl Into<String>) -> Self {
        self.email_app_name = Some(name.into());
        self
    }

    /// Whether this process runs work that must run once per homeserver, such as the modules'
    /// looping calls. Pass `false` in all worker processes but one. Default: `true`.
    #[must_use]
    pub const fn run_background_tasks(mut self, here: bool) -> Self {
        self.run_background_tasks = here;
        self
    }

    /// Whether the homeserver still answers a module's requests while that module's `shutdown`
    /// runs. Pass `true` if the homeserver awaits [`Modules::shutdown`](crate::Modules::shutdown)
    /// before it shuts itself down. By default, only what the loader itself provides is answered
    /// during `shutdown`.
    ///
    /// In either case nothing is answered once a module's `shutdown` has ended or its time limit
    /// has passed, and callbacks that such an answer would trigger no longer reach any module.
    #[must_use]
    pub const fn answers_in_shutdown(mut self, answers: bool) -> Self {
        self.answers_in_shutdown = answers;
        self
    }

    /// The callbacks that this homeserver calls: categories (`spam_checker`) or single callbacks
    /// (`spam_checker.user_may_invite`), all of which are constants in [`rows`](mod@crate::rows).
    /// Default: all of them. The start is refused if a module needs another callback, or if one of
    /// the names does not exist.
    ///
    /// ```
    /// use hsmod_loader::{Host, rows};
    ///
    /// let host = Host::new("example.org")
    ///     .calls([rows::SPAM_CHECKER, rows::third_party_rules::CHECK_EVENT_ALLOWED]);
    /// # assert!(host.supports("third_party_rules.check_event_allowed"));
    /// ```
    #[must_use]
    pub fn calls(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.calls = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Which of the requests that take a room's lock (see `docs/requests.md`) really take it in
    /// this homeserver. Inside [`Modules::in_room`](crate::Modules::in_room) of that room these
    /// requests would wait for ever, so they are refused there. Default: all of them. The start is
    /// refused if one of the names is not such a request.
    ///
    /// ```
    /// # use hsmod_loader::Host;
    /// // Sending an event takes no lock here; changing a membership does.
    /// let host = Host::new("example.org").locks(["update_room_membership"]);
    /// ```
    #[must_use]
    pub fn locks(mut self, requests: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.locks = Some(requests.into_iter().map(Into::into).collect());
        self
    }

    /// Whether a request that takes a room's lock really takes it in this homeserver.
    pub(crate) fn needs_lock(&self, request: &str) -> bool {
        self.locks.as_ref().is_none_or(|locks| locks.iter().any(|name| name == request))
    }

    /// Says that this homeserver is Synapse in this version, such as `1.132.0`. If a module needs a
    /// callback that it does not call, the error names the version that does.
    #[must_use]
    pub fn synapse(mut self, version: impl Into<String>) -> Self {
        self.synapse = Some(version.into());
        self
    }

    /// Reserves another path, with everything below it, which no module may serve then.
    #[must_use]
    pub fn reserve(mut self, path: impl Into<String>) -> Self {
        self.reserved.push(path.into());
        self
    }

    /// The largest body, in bytes, of a request to a web resource. A larger request is answered
    /// with a 413 and does not reach the module. Default: 8 MiB.
    #[must_use]
    pub const fn max_request_body_size(mut self, bytes: usize) -> Self {
        self.max_request_body_size = bytes;
        self
    }

    /// Makes this start a trial: nothing that the modules do outlasts it.
    #[must_use]
    pub fn trial(mut self) -> Self {
        self.trial = true;
        self
    }

    /// Makes this start a rehearsal: the modules are called, but those services that the rehearsal
    /// simulates have no effect outside.
    #[must_use]
    pub fn rehearsal(mut self, rehearsal: &Rehearsal) -> Self {
        self.rehearsal = Some(rehearsal.clone());
        self
    }

    /// Whether this is a trial, or a rehearsal in which some service is not live.
    pub(crate) fn is_passing(&self) -> bool {
        self.trial || self.rehearsal.as_ref().is_some_and(|rehearsal| !rehearsal.is_all_live())
    }

    /// Whether modules are told that this is a trial, in which requests are not answered.
    pub(crate) fn is_trial(&self) -> bool {
        self.is_passing() && !self.plays_homeserver()
    }

    /// Whether requests are answered even in a trial, because the homeserver is simulated.
    pub(crate) fn plays_homeserver(&self) -> bool {
        self.rehearsal.as_ref().is_some_and(Rehearsal::plays_homeserver)
    }

    /// Measures the latency of one in `calls` answers of a module (rounded up to a power of two).
    /// Default: one in 64.
    #[must_use]
    pub fn sample_every(mut self, calls: u64) -> Self {
        self.sample_every = calls;
        self
    }

    /// Calls `observer` whenever a module fails, including where the homeserver continues as if
    /// nothing had happened: for metrics, for instance. Logging does not depend on this. The
    /// observer gets all failures, including those that the log throttles.
    ///
    /// It is called in the middle of the call that failed, so it should be quick.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicU64, Ordering};
    /// use std::sync::Arc;
    /// use hsmod_loader::Host;
    ///
    /// let failures = Arc::new(AtomicU64::new(0));
    /// let counter = Arc::clone(&failures);
    /// let host = Host::new("example.org").on_failure(move |failure| {
    ///     counter.fetch_add(1, Ordering::Relaxed);
    ///     println!("{} {} {}", failure.module, failure.kind.as_str(), failure.message);
    /// });
    /// ```
    #[must_use]
    pub fn on_failure(mut self, observer: impl Fn(&Failure<'_>) + Send + Sync + 'static) -> Self {
        self.on_failure = Some(Observer(Arc::new(observer)));
        self
    }

    /// Tells modules which trace the current call is part of. `current` is called, on the thread of
    /// the call, when a module asks for the trace, and not for each call.
    ///
    /// By default there is none. A homeserver that uses OpenTelemetry returns its current span
    /// here; the modules' own spans are part of that trace in any case.
    ///
    /// ```
    /// use hsmod_loader::{Host, Trace};
    ///
    /// let host = Host::new("example.org").traces(|| Some(Trace::new(1, 2, true)));
    /// ```
    #[must_use]
    pub fn traces(mut self, current: impl Fn() -> Option<Trace> + Send + Sync + 'static) -> Self {
        self.trace = Some(Traces(Arc::new(current)));
        self
    }

    /// Whether the homeserver calls a callback, or at least one of a category, or answers a request.
    /// Requests that only the loader answers are not included.
    pub fn supports(&self, name: &str) -> bool {
        self.is_called(name) || self.services.answers(name)
    }

    /// Whether the homeserver calls a callback, or at least one of a category.
    fn is_called(&self, name: &str) -> bool {
        let category = name.split('.').next().unwrap_or(name);
        let called = |call: &String| {
            *call == name || call == category || call.split('.').next() == Some(name)
        };
        names::is_known(name) && self.calls.as_ref().is_none_or(|calls| calls.iter().any(called))
    }

    /// Fills in settings of the operator's config that the homeserver did not set itself.
    pub(crate) fn filled_from(mut self, config: FromConfig) -> Self {
        self.public_baseurl = self.public_baseurl.or(config.public_baseurl);
        self.worker_name = self.worker_name.or(config.worker_name);
        self.settings = config.settings;
        self.slow_poll = config.slow_poll;
        self
    }

    /// The reserved path that contains `path`.
    pub(crate) fn reserved(&self, path: &str) -> Option<&str> {
        let under = |reserved: &&String| {
            path.strip_prefix(reserved.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.reserved.iter().find(under).map(String::as_str)
    }
}

macro_rules! groups {
    ($( $group:ident: $trait:ident $written:ident $table:ident $erased:ident; )*) => {
        impl Host {
            $(
                #[doc = concat!("Modules' requests of [`", stringify!($trait), "`](requests::", stringify!($trait), ") are answered by `answerer`.")]
                /// The modules own `answerer` from now on, and the homeserver owns the modules:
                /// pass a [`Weak`](std::sync::Weak) to the homeserver's own state, or neither is
                /// ever dropped.
                #[must_use]
                pub fn $group(mut self, answerer: impl requests::$trait) -> Self {
                    self.services = self.services.$group(answerer);
                    self
                }
            )*
        }
    };
}

hsmod_plugin_api::__request_groups!(groups []);

/// A function that returns the trace of the current thread's call.
#[derive(Clone)]
pub(crate) struct Traces(pub(crate) Arc<dyn Fn() -> Option<Trace> + Send + Sync>);

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traces").finish_non_exhaustive()
    }
}

/// The settings of the homeserver that the operator's config holds.
#[derive(Debug)]
pub(crate) struct FromConfig {
    public_baseurl: Option<String>,
    worker_name: Option<String>,
    settings: Settings,
    slow_poll: Option<Duration>,
}

impl FromConfig {
    /// How long a poll of a module may block before the log names it.
    pub(crate) const fn slow_poll(&self) -> Option<Duration> {
        self.slow_poll
    }

    pub(crate) fn of(config: &Config) -> Self {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Self {
            public_baseurl: own(config.public_baseurl()),
            worker_name: own(config.worker_name()),
            settings: Settings::of(config),
            slow_poll: config.slow_poll(),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.server_name)
    }
}

#[cfg(test)]
mod tests;
