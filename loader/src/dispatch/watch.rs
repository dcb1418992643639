//! What is noted while modules are asked: counts, times, and who it is.

use std::time::Instant;

use hsmod_plugin_api::host::Observer;

use crate::generation::Generation;
use crate::policy::Rule;
use crate::record::{self, Inside, Place};
use crate::stats::Here;

/// Looks on while the modules of a list are asked.
pub(super) struct Watch<'g> {
    generation: &'g Generation,
    here: Here<'g>,
    inside: Inside,
    /// The callback.
    place: Place,
    /// When the module was asked, if it is timed.
    since: Option<Instant>,
}

impl<'g> Watch<'g> {
    #[inline]
    pub(super) fn new<R: Rule>(generation: &'g Generation) -> Self {
        Self::inside::<R>(generation, record::stay())
    }

    /// Of a thread that is inside a module already, and goes on to others.
    #[inline]
    pub(super) fn inside<R: Rule>(generation: &'g Generation, inside: Inside) -> Self {
        let (here, place) = (generation.stats.here(), Place::callback(R::INDEX));
        Self { generation, here, inside, place, since: None }
    }

    /// Whether the thread was inside of a module before.
    #[inline]
    pub(super) fn is_nested(&self) -> bool {
        self.inside.is_nested()
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

impl Observer for Watch<'_> {
    #[inline]
    fn before(&mut self, module: usize, place: usize) -> bool {
        self.inside.go_on(module, self.place);
        let asked_before = self.here.called(place);
        let timed = self.generation.stats.is_timed(asked_before);
        if timed {
            self.since = Some(Instant::now());
        }
        timed
    }

    #[cold]
    fn after(&mut self, module: usize, pending: bool) {
        // The time of a module that did not answer at once is taken when it does.
        if !pending && let Some(since) = self.since.take() {
            self.generation.stats.took(module - self.generation.first, since.elapsed());
        }
    }
}
