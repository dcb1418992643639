//! Who keeps the callbacks that are asked, and who looks on meanwhile.

use std::ops::Deref;
use std::sync::Arc;

/// A share of what keeps callbacks, or a loan of it.
pub trait Keeps<K>: Deref<Target = K> {
    /// A share.
    fn share(&self) -> Arc<K>;
}

impl<K> Keeps<K> for Arc<K> {
    #[inline]
    fn share(&self) -> Self {
        Self::clone(self)
    }
}

/// Looks on while modules are asked: counts, times, notes who it is. `K` keeps their callbacks.
pub trait Observer<K> {
    /// What it looks at of `kept` for every module.
    type View<'k>
    where
        K: 'k;

    /// Modules are about to be asked.
    fn view<'k>(&self, kept: &'k K) -> Self::View<'k>;

    /// This module is about to be asked; `tag` is what its callback was registered with. Says
    /// whether `after` is to be called.
    fn before(&mut self, view: &Self::View<'_>, module: usize, tag: usize) -> bool;
    /// It has answered, or will later.
    fn after(&mut self, kept: &K, module: usize, pending: bool);
}

/// Nobody looks on.
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
