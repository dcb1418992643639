//! One generation of modules: who registered what, and what is known of each.

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

/// What calls are dispatched by: published once, never changed.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) lists: Lists,
    pub(crate) auth_checkers: AuthCheckers,
    pub(crate) routes: Routes,
    pub(crate) modules: Vec<Member>,
    /// The number of the first module among all that this process ever had.
    pub(crate) first: usize,
    pub(crate) stats: Arc<Stats>,
    /// Whoever blocks is named as long as calls are in flight.
    pub(crate) _watched: Arc<Watched>,
    /// Dropped with the last call that is in flight.
    pub(crate) _alive: Alive,
}

/// Whoever waits for the other end learns when all clones are gone.
pub(crate) type Alive = Option<tokio::sync::mpsc::Sender<std::convert::Infallible>>;

/// A module, as calls need it.
#[derive(Debug)]
pub(crate) struct Member {
    /// Its number among all that this process ever had.
    pub(crate) number: usize,
    pub(crate) name: Arc<str>,
    pub(crate) failures: Arc<Failures>,
    limits: Limits,
    pub(crate) queue: Queue,
    /// For calls that go on when the answer is there.
    pub(crate) alive: Alive,
    /// Goes last, behind the callbacks.
    _life: Life,
}

impl Member {
    /// A module with its queue, which runs until all that is alive has ended.
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

    /// How long an answer to a callback may take.
    #[inline]
    pub(crate) fn deadline<R: Rule>(&self) -> Option<Duration> {
        self.limits.of_callback(R::INDEX)
    }
}

impl Generation {
    /// No modules at all.
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

    /// Who registered a callback, in order.
    #[inline]
    pub(crate) fn list<R: Row>(&self) -> &[Callback<R>] {
        R::list(R::Category::lists(&self.lists))
    }

    /// A module by its number.
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

/// A list of callbacks in any generation: says so to the compiler, which would take a closure for
/// one about a certain generation otherwise.
#[inline]
pub(crate) const fn in_generation<R: Row, F>(list: F) -> F
where
    F: for<'g> FnOnce(&'g Generation) -> &'g [Callback<R>],
{
    list
}
