//! What is noted while modules are asked: counts, times, and who it is.

use std::time::Instant;

use hsmod_plugin_api::host::Observer;

use crate::generation::Generation;
use crate::record::{self, Inside};
use crate::stats::{Here, Stats};

/// Looks on while the modules of a list are asked.
pub(super) struct Watch<'g> {
    first: usize,
    callback: usize,
    here: Here<'g>,
    stats: &'g Stats,
    inside: Inside,
    /// When the module was asked, if it is timed.
    since: Option<Instant>,
}

impl<'g> Watch<'g> {
    #[inline]
    pub(super) fn new(generation: &'g Generation, callback: usize) -> Self {
        Self {
            first: generation.first,
            callback,
            here: generation.stats.here(),
            stats: &generation.stats,
            inside: record::stay(),
            since: None,
        }
    }

    /// When the module that has not finished was asked, if it is timed.
    pub(super) fn since(&self) -> Option<Instant> {
        self.since
    }
}

impl Observer for Watch<'_> {
    #[inline]
    fn before(&mut self, module: usize) {
        self.inside.go_on(module);
        if self.here.called(module - self.first, self.callback) {
            self.since = Some(Instant::now());
        }
    }

    #[inline]
    fn after(&mut self, module: usize, pending: bool) {
        if self.since.is_some() && !pending {
            self.took(module);
        }
    }
}

impl Watch<'_> {
    #[cold]
    fn took(&mut self, module: usize) {
        if let Some(since) = self.since.take() {
            self.stats.took(module - self.first, since.elapsed());
        }
    }
}
