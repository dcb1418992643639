//! What is noted while modules are asked: counts, times, and who it is.

use std::marker::PhantomData;
use std::time::Instant;

use hsmod_plugin_api::host::Observer;

use crate::generation::Generation;
use crate::policy::Rule;
use crate::record::{Inside, Place};
use crate::stats::Here;

/// Looks on while the modules of a list are asked.
pub(super) struct Watch<R> {
    inside: Inside,
    callback: PhantomData<R>,
    /// When the module was asked, if it is timed.
    since: Option<Instant>,
}

impl<R: Rule> Watch<R> {
    #[inline]
    pub(super) const fn new(inside: Inside) -> Self {
        Self { inside, callback: PhantomData, since: None }
    }

    /// The thread leaves the modules: which one it asked last.
    #[inline]
    pub(super) fn end(self) -> Latest {
        Latest { module: self.inside.module(), since: self.since }
    }
}

/// The module that was asked last.
pub(super) struct Latest {
    pub(super) module: usize,
    /// When, if it is timed.
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
        // The time of a module that did not answer at once is taken when it does.
        if !pending && let Some(since) = self.since.take() {
            generation.stats.took(module - generation.first, since.elapsed());
        }
    }
}
