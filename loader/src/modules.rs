//! The modules of a homeserver: one handle to all of them.

mod categories;
mod shutdown;

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hsmod_plugin_api::module::StaticModule;
use hsmod_plugin_api::values::JsonStr;
use tokio::sync::mpsc;

pub use self::shutdown::Shutdown;
use self::shutdown::give_up;
pub(crate) use self::shutdown::{end, stop};
use crate::auth_checkers::LoginType;
use crate::caches;
use crate::config::Config;
use crate::dispatch::queue::Queue;
use crate::generation::{Generation, Member};
use crate::host::{FromConfig, Host};
use crate::info::{ModuleInfo, Registered};
use crate::life::Life;
use crate::policy::{POLICIES, Policy, asked_by};
use crate::problem::{LoadError, Problem};
use crate::published::{Lent, Published};
use crate::record;
use crate::registration::Tenancy;
use crate::requirements::Known;
use crate::room_scope;
use crate::services::folders;
use crate::stages::{self, Parsed, Thread, survey};
use crate::stats::Counts;
use crate::watchdog::Watched;
use crate::web::Web;

/// The modules of a homeserver. Cheap to clone; the default is no modules at all.
///
/// Needs a tokio runtime with time enabled.
///
/// ```no_run
/// use std::time::Duration;
/// use hsmod_loader::{Config, Host, Json, Modules};
///
/// # async fn example(pdu: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let modules = Modules::load(Config::from_file("modules.yaml")?, Host::new("example.org")).await?;
/// modules.spam_checker().check_event_for_spam(Json(pdu)).await?;
/// modules.shutdown(Duration::from_secs(10)).await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Modules(Arc<Shared>);

struct Shared {
    /// One bit for each callback that any module registered: for all others a call ends here.
    listening: AtomicU64,
    generation: Published<Generation>,
    running: Mutex<Option<Running>>,
    info: Vec<ModuleInfo>,
    warnings: Vec<Problem>,
}

/// What shutdown needs of the started modules.
pub(crate) struct Running {
    /// In the order of their start.
    pub(crate) modules: Vec<Started>,
    /// Its channel closes when the last call in flight has ended.
    pub(crate) ended: mpsc::Receiver<std::convert::Infallible>,
    /// Keeps the watchdog's watch on the modules during their `shutdown`.
    pub(crate) watched: Arc<Watched>,
}

/// A started module, as shutdown needs it.
pub(crate) struct Started {
    pub(crate) name: Arc<str>,
    pub(crate) life: Life,
    /// Answers the module's requests and runs its background work.
    pub(crate) registrar: Arc<Tenancy>,
}

impl Default for Modules {
    fn default() -> Self {
        Self(Arc::new(Shared {
            listening: AtomicU64::new(0),
            generation: Published::new(Arc::new(Generation::empty())),
            running: Mutex::new(None),
            info: Vec::new(),
            warnings: Vec::new(),
        }))
    }
}

impl Modules {
    /// Loads, makes and starts the listed modules: all of them, or none.
    ///
    /// The problems of all modules are reported together: first those of their files, ABI and
    /// configs; if there are none, those of their constructors; and then those of their starts.
    ///
    /// Each module that was started is logged at INFO, with what it registered (target
    /// `hsmod_loader::start`), and each warning at WARN. A start that is refused logs neither,
    /// because the error contains all of it.
    ///
    /// # Errors
    /// Everything that is wrong, each problem with its cause and its fix. Modules that were started
    /// already are shut down.
    ///
    /// A plugin whose constructor hangs keeps the dynamic linker's lock, which with glibc blocks
    /// every thread that begins afterwards, and a thread that logs its first line through
    /// `tracing_subscriber::fmt`. So print this error, or log it on a thread that has logged before
    /// the load, and then end the process. [`std::process::exit`] works (it would hang, too, but
    /// the loader prevents that), and so does returning from `main` with a multi-threaded runtime.
    /// Dropping a current-thread runtime may never return.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn load(config: Config, host: Host) -> Result<Self, LoadError> {
        let folders = folders::unusable_in(&config, &host);
        let host = host.filled_from(FromConfig::of(&config));
        let surveyed = survey(config, folders, Known::All(&host), Thread::Own);
        let parsed = Parsed::collect(surveyed, Thread::Own).await;
        stages::run(parsed, host).await.0
    }

    /// Like [`Self::load`], with modules that are linked into the homeserver, for hosts that cannot
    /// load libraries. Entries of the config name them by their plugin's name; `plugins_dir`,
    /// `sha256` and `verify` have no effect.
    ///
    /// # Errors
    /// As for [`Self::load`].
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn from_static(
        modules: &[StaticModule],
        config: Config,
        host: Host,
    ) -> Result<Self, LoadError> {
        let folders = folders::unusable_in(&config, &host);
        let host = host.filled_from(FromConfig::of(&config));
        let known = Known::All(&host);
        let parsed = Parsed::collect_static(modules, config, folders, known, Thread::Own).await;
        stages::run(parsed, host).await.0
    }

    /// The modules' web resources.
    pub fn web(&self) -> Web {
        Web::new(self.clone())
    }

    /// Runs `future`, usually a question to the modules, while the homeserver holds the lock of a
    /// room. A request that a module makes meanwhile in the same task, and that would need this
    /// lock, is refused instead of waiting for ever. The homeserver's implementation of a request
    /// can check this with [`holds_room`](crate::holds_room). Notifications do not need this: they
    /// never wait, and modules receive them in tasks of their own, which wait for the lock in turn.
    ///
    /// ```
    /// # use hsmod_loader::{CallError, Json, Modules};
    /// # async fn example(modules: Modules, pdu: &str) -> Result<(), CallError> {
    /// let question = modules.spam_checker().check_event_for_spam(Json(pdu));
    /// modules.in_room("!room:example.org", question).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn in_room<F: Future>(
        &self,
        room_id: &(impl AsRef<str> + ?Sized),
        future: F,
    ) -> F::Output {
        room_scope::hold(room_id.as_ref(), future).await
    }

    /// Invalidates a key, which is JSON text, in the modules' caches of this name. A homeserver
    /// with several worker processes calls this when a module in another worker [invalidated the
    /// key](crate::requests::Caches) there. Returns how many caches of this name there are in this
    /// process.
    ///
    /// ```
    /// # let modules = hsmod_loader::Modules::default();
    /// assert_eq!(modules.invalidate_cache("censor.admins", r#""@admin:example.org""#), 0);
    /// ```
    pub fn invalidate_cache(&self, name: &str, key: &str) -> usize {
        caches::invalidate(name, JsonStr::new(key))
    }

    /// Whether calling this callback, or one of this category, would reach any module. False for an
    /// unknown name.
    ///
    /// At call sites prefer the method that each callback has for this, such as
    /// `on_profile_update_listens`: it reads one word and cannot be misspelt. Use it to prepare an
    /// expensive argument only if some module will see it.
    ///
    /// ```
    /// # use hsmod_loader::{CallError, Modules, rows};
    /// # use hsmod_loader::values::ProfileInfo;
    /// # async fn from_database(user_id: &str) -> (String, String) { <_>::default() }
    /// # async fn example(modules: Modules, user_id: &str) -> Result<(), CallError> {
    /// if modules.third_party_rules().on_profile_update_listens() {
    ///     let (name, avatar) = from_database(user_id).await;
    ///     let profile = ProfileInfo::new(Some(&*name), Some(&*avatar));
    ///     modules.third_party_rules().on_profile_update(user_id, &profile, false, false).await?;
    /// }
    /// # Ok(())
    /// # }
    /// # let modules = Modules::default();
    /// assert!(!modules.listens(rows::SPAM_CHECKER));
    /// assert!(!modules.listens(rows::spam_checker::USER_MAY_INVITE));
    /// ```
    pub fn listens(&self, name: &str) -> bool {
        let policies = POLICIES.iter().enumerate();
        let asked = policies.filter(|(_, policy)| policy.is_named(name));
        self.listens_to(asked.fold(0, |bits, (index, _)| bits | asked_by(index)))
    }

    /// The login types that modules check, in the order of registration.
    pub fn login_types(&self) -> Vec<LoginType> {
        self.generation().auth_checkers.login_types().cloned().collect()
    }

    /// What all modules registered together; [`Self::info`] has it for each module.
    pub fn registered(&self) -> Registered {
        Registered::of(self.info())
    }

    /// What is known of each module, in the order of the config.
    pub fn info(&self) -> &[ModuleInfo] {
        &self.0.info
    }

    /// The warnings of loading, which did not prevent the start. They were logged at WARN, with the
    /// target `hsmod_loader::warnings`.
    pub fn warnings(&self) -> &[Problem] {
        &self.0.warnings
    }

    /// How often each callback of each module was called, in the order of the config. Empty after
    /// shutdown.
    pub fn counts(&self) -> Vec<ModuleCounts> {
        let generation = self.generation();
        let counts = |(index, member): (usize, &Member)| ModuleCounts {
            module: Arc::clone(&member.name),
            callbacks: generation.stats.counts(index),
        };
        generation.modules.iter().enumerate().map(counts).collect()
    }

    /// How long a module takes to answer: the given quantile, from 0 to 1, of a sample of its
    /// answers. `None` if there is no such module, or if nothing was measured.
    pub fn latency(&self, module: &str, share: f64) -> Option<Duration> {
        let generation = self.generation();
        let index = generation.modules.iter().position(|member| *member.name == *module)?;
        generation.stats.latency(index)?.quantile(share)
    }

    /// Shuts the modules down. From now on calls reach no module. Calls in flight and queued
    /// notifications have `limit` to end; then each module's `shutdown` runs, in reverse order, all
    /// of them within another `limit`.
    pub async fn shutdown(&self, limit: Duration) -> Shutdown {
        self.0.listening.store(0, Ordering::Relaxed);
        let old = self.0.generation.replace(Arc::new(Generation::empty()));
        let modules = old.value().modules.iter();
        let queues: Vec<_> = modules.map(|member| member.queue.downgrade()).collect();
        give_up(old);
        let running = self.0.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut shutdown = Shutdown::default();
        let Some(Running { modules, mut ended, watched: _watched }) = running else {
            return shutdown;
        };
        if tokio::time::timeout(limit, ended.recv()).await.is_err() {
            shutdown.calls_left = true;
            shutdown.notifications_left = queues.iter().map(Queue::waiting_in).sum();
            tracing::warn!(
                notifications = shutdown.notifications_left,
                "calls of modules are still in flight after {limit:?}"
            );
        }
        shutdown.failures = stop(modules, limit).await;
        shutdown
    }

    /// Publishes modules that have started: calls reach them from now on.
    pub(crate) fn published(
        generation: Generation,
        running: Running,
        info: Vec<ModuleInfo>,
        warnings: Vec<Problem>,
    ) -> Self {
        Self(Arc::new(Shared {
            listening: AtomicU64::new(generation.stats.listening()),
            generation: Published::new(Arc::new(generation)),
            running: Mutex::new(Some(running)),
            info,
            warnings,
        }))
    }

    /// Whether any module registered one of these callbacks, given as bits.
    #[inline]
    pub(crate) fn listens_to(&self, callbacks: u64) -> bool {
        self.0.listening.load(Ordering::Relaxed) & callbacks != 0
    }

    /// Runs `body` with the current generation; `word` is this thread's.
    #[inline]
    pub(crate) fn read<T>(
        &self,
        word: &AtomicU64,
        body: impl FnOnce(Lent<'_, Generation>) -> T,
    ) -> T {
        self.0.generation.read(word, body)
    }

    /// The current generation, for longer.
    pub(crate) fn generation(&self) -> Arc<Generation> {
        self.read(record::stay().reading(), |generation| generation.share())
    }
}

impl fmt::Debug for Modules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let generation = self.generation();
        let names: Vec<&str> = generation.modules.iter().map(|member| &*member.name).collect();
        f.debug_tuple("Modules").field(&names).finish()
    }
}

/// How often the callbacks of a module were called.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ModuleCounts {
    /// The module's name.
    pub module: Arc<str>,
    /// The counts of each callback, without those that were never called.
    pub callbacks: Vec<(&'static Policy, Counts)>,
}
