//! One generation of modules: what was registered by which module, and the state of each module.

use std::sync::Arc;
use std::time::Duration;

use hsmod_plugin_api::host::{Callback, Keeps, Lists};
use hsmod_plugin_api::table::{Category, Row};

use crate::auth_checkers::AuthCheckers;
use crate::config::Entry;
use crate::dispatch::queue::Queue;
use crate::failures::Failures;
use crate::life::Life;
use crate::limits::Limits;
use crate::policy::Rule;
use crate::published::Lent;
use crate::stats::Stats;
use crate::watchdog::{Watched, watch};
use crate::web::Routes;

/// What calls are dispatched to. It does not change once published.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) lists: Lists,
    pub(crate) auth_checkers: AuthCheckers,
    pub(crate) routes: Routes,
    pub(crate) modules: Vec<Member>,
    /// The process-wide number of this generation's first module.
    pub(crate) first: usize,
    pub(crate) stats: Arc<Stats>,
    /// Keeps the watchdog's watch on these modules while calls are in flight.
    pub(crate) _watched: Arc<Watched>,
    /// Dropped when the last call in flight has ended.
    pub(crate) _alive: Alive,
}

/// A channel whose receiver learns when all clones of the sender are dropped.
pub(crate) type Alive = Option<tokio::sync::mpsc::Sender<std::convert::Infallible>>;

/// A module, as needed for calls.
#[derive(Debug)]
pub(crate) struct Member {
    /// The process-wide number of the module.
    pub(crate) number: usize,
    pub(crate) name: Arc<str>,
    pub(crate) failures: Arc<Failures>,
    limits: Limits,
    pub(crate) queue: Queue,
    /// For calls that continue after they have been answered.
    pub(crate) alive: Alive,
    /// Dropped last, after the callbacks.
    _life: Life,
}

impl Member {
    /// A module with its queue, which runs until everything holding `alive` is gone.
    pub(crate) fn new(
        life: Life,
        name: Arc<str>,
        entry: &Entry,
        failures: Arc<Failures>,
        alive: Alive,
    ) -> Self {
        let (number, limits) = (life.module(), Limits::of(entry));
        let queue = Queue::start(Arc::clone(&name), alive.clone());
        Self { number, name, failures, limits, queue, alive, _life: life }
    }

    /// How long the module may take to answer a callback.
    #[inline]
    pub(crate) fn deadline<R: Rule>(&self) -> Option<Duration> {
        self.limits.of_callback(R::INDEX)
    }
}

impl Generation {
    /// A generation without modules.
    pub(crate) fn empty() -> Self {
        Self {
            lists: Lists::default(),
            auth_checkers: AuthCheckers::default(),
            routes: Routes::default(),
            modules: Vec::new(),
            first: 0,
            stats: Arc::new(Stats::new(0, Vec::new(), 1)),
            _watched: Arc::new(watch(None, Vec::new())),
            _alive: None,
        }
    }

    /// The modules that registered a callback, in order.
    #[inline]
    pub(crate) fn list<R: Row>(&self) -> &[Callback<R>] {
        R::list(R::Category::lists(&self.lists))
    }

    /// The module with this number.
    pub(crate) fn member(&self, module: usize) -> &Member {
        &self.modules[module - self.first]
    }
}

impl Keeps<Generation> for Lent<'_, Generation> {
    #[inline]
    fn share(&self) -> Arc<Generation> {
        Lent::share(self)
    }
}

/// Returns its argument. The signature makes the compiler infer a closure that works for any
/// lifetime of the generation.
#[inline]
pub(crate) const fn in_generation<R: Row, F>(list: F) -> F
where
    F: for<'g> FnOnce(&'g Generation) -> &'g [Callback<R>],
{
    list
}
