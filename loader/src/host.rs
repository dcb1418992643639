//! What a homeserver says of itself to its modules.

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

/// Paths that the homeserver itself serves.
const RESERVED: [&str; 5] =
    ["/_matrix/client", "/_matrix/federation", "/_matrix/media", "/_matrix/key", "/_synapse/admin"];

/// A homeserver, as its modules see it.
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
/// It answers what it writes:
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
    /// A homeserver by its name: the part of its users' IDs behind the first `:`.
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

    /// Where clients reach it. By default the config's `public_baseurl`.
    #[must_use]
    pub fn public_baseurl(mut self, url: impl Into<String>) -> Self {
        self.public_baseurl = Some(url.into());
        self
    }

    /// The name of this worker process. By default the config's `worker_name`.
    #[must_use]
    pub fn worker_name(mut self, name: impl Into<String>) -> Self {
        self.worker_name = Some(name.into());
        self
    }

    /// The program that this worker process runs, as the operator's config calls it.
    #[must_use]
    pub fn worker_app(mut self, app: impl Into<String>) -> Self {
        self.worker_app = Some(app.into());
        self
    }

    /// What it calls itself in mails. By default `Matrix`.
    #[must_use]
    pub fn email_app_name(mut self, name: impl Into<String>) -> Self {
        self.email_app_name = Some(name.into());
        self
    }

    /// Whether this process does what is to be done once per homeserver, such as the modules'
    /// looping calls: say no on all worker processes but one. By default yes.
    #[must_use]
    pub const fn run_background_tasks(mut self, here: bool) -> Self {
        self.run_background_tasks = here;
        self
    }

    /// Whether it still answers a module's requests while that module's `shutdown` runs: say yes if
    /// the homeserver awaits [`Modules::shutdown`](crate::Modules::shutdown) before it takes itself
    /// apart. By default no: `shutdown` is then answered nothing but what the loader itself gives.
    ///
    /// From the end of a module's `shutdown` on, or of the time that it has, nothing is answered in
    /// any case. Callbacks that an answer would ask reach no module any more.
    #[must_use]
    pub const fn answers_in_shutdown(mut self, answers: bool) -> Self {
        self.answers_in_shutdown = answers;
        self
    }

    /// What it really calls: categories (`spam_checker`) or single callbacks
    /// (`spam_checker.user_may_invite`), which are constants in [`rows`](mod@crate::rows). By default
    /// everything. A module that needs another one refuses the start, and so does a name that is
    /// none.
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

    /// Which of the requests that take the lock of a room (`docs/requests.md` has them) really need
    /// it for their answer here: these alone would wait for ever inside
    /// [`Modules::in_room`](crate::Modules::in_room) of that room, and are refused there. By default
    /// all of them. A name that is none of these refuses the start.
    ///
    /// ```
    /// # use hsmod_loader::Host;
    /// // Events are sent without a lock; whoever changes a membership waits for it.
    /// let host = Host::new("example.org").locks(["update_room_membership"]);
    /// ```
    #[must_use]
    pub fn locks(mut self, requests: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.locks = Some(requests.into_iter().map(Into::into).collect());
        self
    }

    /// Whether a request that takes the lock of a room needs it here.
    pub(crate) fn needs_lock(&self, request: &str) -> bool {
        self.locks.as_ref().is_none_or(|locks| locks.iter().any(|name| name == request))
    }

    /// It is a Synapse of this version, such as `1.132.0`. A module that needs a callback which it
    /// does not call is told which version does.
    #[must_use]
    pub fn synapse(mut self, version: impl Into<String>) -> Self {
        self.synapse = Some(version.into());
        self
    }

    /// Further paths that no module may serve, with everything below them.
    #[must_use]
    pub fn reserve(mut self, path: impl Into<String>) -> Self {
        self.reserved.push(path.into());
        self
    }

    /// How many bytes the body of a request to a web resource may have: a larger one is a 413 of
    /// which the module learns nothing. By default 8 MiB.
    #[must_use]
    pub const fn max_request_body_size(mut self, bytes: usize) -> Self {
        self.max_request_body_size = bytes;
        self
    }

    /// This start is a trial: nothing that the modules do is to last.
    #[must_use]
    pub fn trial(mut self) -> Self {
        self.trial = true;
        self
    }

    /// The modules are asked, and what they do reaches nobody, as far as the rehearsal says.
    #[must_use]
    pub fn rehearsal(mut self, rehearsal: &Rehearsal) -> Self {
        self.rehearsal = Some(rehearsal.clone());
        self
    }

    /// Whether nothing is to last.
    pub(crate) fn is_passing(&self) -> bool {
        self.trial || self.rehearsal.as_ref().is_some_and(|rehearsal| !rehearsal.is_all_live())
    }

    /// Whether modules are told so, and that nobody answers them.
    pub(crate) fn is_trial(&self) -> bool {
        self.is_passing() && !self.plays_homeserver()
    }

    /// Whether requests are answered in a trial, because nothing of it is real.
    pub(crate) fn plays_homeserver(&self) -> bool {
        self.rehearsal.as_ref().is_some_and(Rehearsal::plays_homeserver)
    }

    /// Times every `calls`th answer of a module (rounded up to a power of two) instead of every
    /// 64th.
    #[must_use]
    pub fn sample_every(mut self, calls: u64) -> Self {
        self.sample_every = calls;
        self
    }

    /// Wants to know when a module fails, also where the homeserver goes on as if nothing had
    /// happened: for metrics, for instance. What is logged needs nothing of this. All failures are
    /// told, those too that the log leaves out because there are so many.
    ///
    /// `observer` is called in the midst of the call that failed, so it should be quick.
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

    /// Tells modules which trace the call is part of that this thread is in. It is called when a
    /// module asks for that, and not for each call.
    ///
    /// By default there is none. Whoever has a subscriber of OpenTelemetry says what its current span
    /// is; the spans of modules are part of it in any case.
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

    /// Whether it calls a callback, or at least one of a category, or answers a request. What the
    /// loader itself answers counts too.
    pub fn supports(&self, name: &str) -> bool {
        self.is_called(name) || self.services.answers(name)
    }

    /// Whether it calls a callback, or at least one of a category.
    fn is_called(&self, name: &str) -> bool {
        let category = name.split('.').next().unwrap_or(name);
        let called = |call: &String| {
            *call == name || call == category || call.split('.').next() == Some(name)
        };
        names::is_known(name) && self.calls.as_ref().is_none_or(|calls| calls.iter().any(called))
    }

    /// Fills in what the operator's config says and the homeserver did not.
    pub(crate) fn filled_from(mut self, config: FromConfig) -> Self {
        self.public_baseurl = self.public_baseurl.or(config.public_baseurl);
        self.worker_name = self.worker_name.or(config.worker_name);
        self.settings = config.settings;
        self.slow_poll = config.slow_poll;
        self
    }

    /// The reserved path that `path` lies under.
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
                ///
                /// It belongs to the modules from now on, which belong to the homeserver: give a
                /// [`Weak`](std::sync::Weak) of what the homeserver has, or nobody is ever dropped.
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

/// Which trace the call is part of that a thread is in.
#[derive(Clone)]
pub(crate) struct Traces(pub(crate) Arc<dyn Fn() -> Option<Trace> + Send + Sync>);

impl fmt::Debug for Traces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Traces").finish_non_exhaustive()
    }
}

/// What the operator's config says of the homeserver.
#[derive(Debug)]
pub(crate) struct FromConfig {
    public_baseurl: Option<String>,
    worker_name: Option<String>,
    settings: Settings,
    slow_poll: Option<Duration>,
}

impl FromConfig {
    /// Which time is too long for a step of a module.
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
