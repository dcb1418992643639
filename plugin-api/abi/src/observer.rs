//! The owner of the callbacks that are asked, and the observer of the calls.

use std::ops::Deref;
use std::sync::Arc;

/// Shared ownership of the owner of callbacks, or a reference to it.
pub trait Keeps<K>: Deref<Target = K> {
    /// Shares the ownership.
    fn share(&self) -> Arc<K>;
}

impl<K> Keeps<K> for Arc<K> {
    #[inline]
    fn share(&self) -> Self {
        Self::clone(self)
    }
}

/// Observes modules while they are asked: it counts calls, measures times, records which module
/// runs. `K` owns their callbacks.
pub trait Observer<K> {
    /// The part of `kept` that the observer uses for every module.
    type View<'k>
    where
        K: 'k;

    /// Called before the first module is asked.
    fn view<'k>(&self, kept: &'k K) -> Self::View<'k>;

    /// Called before this module is asked; `tag` is the one that its callback was registered with.
    /// Returns whether `after` is to be called.
    fn before(&mut self, view: &Self::View<'_>, module: usize, tag: usize) -> bool;
    /// Called when the module has answered, or will answer later.
    fn after(&mut self, kept: &K, module: usize, pending: bool);
}

/// Observes nothing.
impl<K> Observer<K> for () {
    type View<'k>
        = ()
    where
        K: 'k;

    fn view(&self, _: &K) {}
    fn before(&mut self, (): &(), _: usize, _: usize) -> bool {
        false
    }
    fn after(&mut self, _: &K, _: usize, _: bool) {}
}
