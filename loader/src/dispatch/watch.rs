//! What is noted while modules are asked: counts, times, and who it is.

use std::marker::PhantomData;
use std::time::Instant;

use hsmod_plugin_api::host::Observer;

use crate::generation::Generation;
use crate::policy::Rule;
use crate::record::{self, Inside, Place};
use crate::stats::Here;

/// Looks on while the modules of a list are asked.
pub(super) struct Watch<'g, R> {
    generation: &'g Generation,
    here: Here<'g>,
    inside: Inside,
    callback: PhantomData<R>,
    /// When the module was asked, if it is timed.
    since: Option<Instant>,
}

impl<'g, R: Rule> Watch<'g, R> {
    #[inline]
    pub(super) fn new(generation: &'g Generation) -> Self {
        Self::inside(generation, record::stay())
    }

    /// Of a thread that is inside a module already, and goes on to others.
    #[inline]
    pub(super) fn inside(generation: &'g Generation, inside: Inside) -> Self {
        let here = generation.stats.here(inside.thread());
        Self { generation, here, inside, callback: PhantomData, since: None }
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

impl<R: Rule> Observer for Watch<'_, R> {
    #[inline]
    fn before(&mut self, module: usize, place: usize) -> bool {
        self.inside.go_on(module, Place::callback(R::INDEX));
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
