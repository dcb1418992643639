//! Bookkeeping while modules are asked: counts, times, and which module is running.

use std::marker::PhantomData;
use std::time::Instant;

use hsmod_plugin_api::host::Observer;

use crate::generation::Generation;
use crate::policy::Rule;
use crate::record::{Inside, Place};
use crate::stats::Here;

/// Observes the calls of one list of modules.
pub(super) struct Watch<R> {
    inside: Inside,
    callback: PhantomData<R>,
    /// When the module was called, if this call is timed.
    since: Option<Instant>,
}

impl<R: Rule> Watch<R> {
    #[inline]
    pub(super) const fn new(inside: Inside) -> Self {
        Self { inside, callback: PhantomData, since: None }
    }

    /// The thread leaves the modules: returns which one was called last.
    #[inline]
    pub(super) fn end(self) -> Latest {
        Latest { module: self.inside.module(), since: self.since }
    }
}

/// The module that was called last.
pub(super) struct Latest {
    pub(super) module: usize,
    /// When it was called, if this call is timed.
    pub(super) since: Option<Instant>,
}

impl<R: Rule> Observer<Generation> for Watch<R> {
    type View<'g> = Here<'g>;

    #[inline]
    fn view<'g>(&self, generation: &'g Generation) -> Here<'g> {
        generation.stats.here(self.inside.thread())
    }

    #[inline]
    fn before(&mut self, here: &Here<'_>, module: usize, counter: usize) -> bool {
        self.inside.go_on(module, Place::callback(R::INDEX));
        let timed = here.called(counter);
        if timed {
            self.since = Some(Instant::now());
        }
        timed
    }

    #[cold]
    fn after(&mut self, generation: &Generation, module: usize, pending: bool) {
        // For a suspended module, the time is taken when it answers.
        if !pending && let Some(since) = self.since.take() {
            generation.stats.took(module - generation.first, since.elapsed());
        }
    }
}
