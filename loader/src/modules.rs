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
    /// One bit for each callback that any module registered: what nobody registered costs no more
    /// than a look here.
    listening: AtomicU64,
    generation: Published<Generation>,
    running: Mutex<Option<Running>>,
    info: Vec<ModuleInfo>,
    warnings: Vec<Problem>,
}

/// What is to be shut down one day.
pub(crate) struct Running {
    /// In the order of their start.
    pub(crate) modules: Vec<Started>,
    /// Ends when the last call in flight has ended.
    pub(crate) ended: mpsc::Receiver<std::convert::Infallible>,
    /// Whoever blocks in its `shutdown` is named too.
    pub(crate) watched: Arc<Watched>,
}

/// A module that is to be shut down one day.
pub(crate) struct Started {
    pub(crate) name: Arc<str>,
    pub(crate) life: Life,
    /// Answers its requests, runs its background work.
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
    /// Problems of all modules are reported at once: those of their files, of their ABI and their
    /// configs together; then those of their constructors; then those of their starts.
    ///
    /// Each module that has started is a line of the log at INFO, with what it registered (target
    /// `hsmod_loader::start`); what was noticed is one at WARN. A start that is refused logs nothing
    /// of that: it is all in the error.
    ///
    /// # Errors
    /// Everything that is wrong, each with its cause and its fix. Modules that were started
    /// already are shut down.
    ///
    /// A plugin whose constructor hangs keeps the dynamic linker's lock, and a thread that begins
    /// after that never gets it: end the process then. [`std::process::exit`] does (with glibc,
    /// where it would hang otherwise, the loader sees to that), and so does returning from `main`
    /// with a multi-threaded runtime; a current-thread runtime may never come back from being
    /// dropped.
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

    /// The same with modules that are linked into the homeserver, for hosts that cannot load
    /// libraries. Entries of the config name them by their plugin's name; `plugins_dir`, `sha256`
    /// and `verify` are of no effect.
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

    /// Runs `future`, most often a question to the modules, while the homeserver holds the lock of
    /// a room: what a module asks for meanwhile, in the same task, and what would need that lock,
    /// is refused instead of waiting for ever. Whoever answers requests finds out by
    /// [`holds_room`](crate::holds_room). A notification needs nothing of this: it never waits, and
    /// modules are told in tasks of their own, which take their turn at the lock.
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

    /// Lets the modules forget what they remember in the cache of this name for a key, which is JSON
    /// text: for a homeserver that learns from another worker process of its own that a module
    /// [asked for it](crate::requests::Caches) there. Returns how many caches of the name there
    /// are in this process.
    ///
    /// ```
    /// # let modules = hsmod_loader::Modules::default();
    /// assert_eq!(modules.invalidate_cache("censor.admins", r#""@admin:example.org""#), 0);
    /// ```
    pub fn invalidate_cache(&self, name: &str, key: &str) -> usize {
        caches::invalidate(name, JsonStr::new(key))
    }

    /// Whether a call of this name, or of one in the category of this name, would ask or tell any
    /// module. What is no name at all nobody listens to.
    ///
    /// At call sites each callback has a method of its own, which looks at one word and cannot be
    /// misspelt: with it an argument that costs something is made for somebody only.
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

    /// The types of login that modules know, in the order of registration.
    pub fn login_types(&self) -> Vec<LoginType> {
        self.generation().auth_checkers.login_types().cloned().collect()
    }

    /// What all modules registered; [`Self::info`] has the same of each.
    pub fn registered(&self) -> Registered {
        Registered::of(self.info())
    }

    /// What is known of each module, in the order of the config.
    pub fn info(&self) -> &[ModuleInfo] {
        &self.0.info
    }

    /// What was noticed while loading and did not keep the modules from starting. It was logged at
    /// WARN, with the target `hsmod_loader::warnings`.
    pub fn warnings(&self) -> &[Problem] {
        &self.0.warnings
    }

    /// How often each module was asked what, in the order of the config. Empty after shutdown.
    pub fn counts(&self) -> Vec<ModuleCounts> {
        let generation = self.generation();
        let counts = |(index, member): (usize, &Member)| ModuleCounts {
            module: Arc::clone(&member.name),
            callbacks: generation.stats.counts(index),
        };
        generation.modules.iter().enumerate().map(counts).collect()
    }

    /// How long a module's answers take: the time below which `share` (0 to 1) of a sample of
    /// them lies. `None` for an unknown module, or if nothing was timed.
    pub fn latency(&self, module: &str, share: f64) -> Option<Duration> {
        let generation = self.generation();
        let index = generation.modules.iter().position(|member| *member.name == *module)?;
        generation.stats.latency(index)?.quantile(share)
    }

    /// Ends the modules: no further call reaches them; calls in flight and notifications in the
    /// queues may end within `limit`; then each module's `shutdown` runs, the last one first, all
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

    /// Modules that have started: calls reach them from now on.
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

    /// Whether any module registered one of these callbacks, each of which is a bit.
    #[inline]
    pub(crate) fn listens_to(&self, callbacks: u64) -> bool {
        self.0.listening.load(Ordering::Relaxed) & callbacks != 0
    }

    /// Runs `body` with what calls are dispatched by; `word` is that of this thread.
    #[inline]
    pub(crate) fn read<T>(
        &self,
        word: &AtomicU64,
        body: impl FnOnce(Lent<'_, Generation>) -> T,
    ) -> T {
        self.0.generation.read(word, body)
    }

    /// What calls are dispatched by, for longer.
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

/// What one module did.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ModuleCounts {
    /// Its name.
    pub module: Arc<str>,
    /// By callback; those that were never called are left out.
    pub callbacks: Vec<(&'static Policy, Counts)>,
}
