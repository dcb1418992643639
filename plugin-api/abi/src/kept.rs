//! Views beside what they borrow from.

use std::fmt;
use std::mem::transmute_copy;
use std::sync::Arc;

use crate::view::View;

/// A view, and the owner of all that it shows.
pub struct Kept<O, V> {
    /// Borrows from `owner`, for as long as that is held.
    view: V,
    owner: Arc<O>,
}

impl<O, V: View + Copy + 'static> Kept<O, V> {
    /// The view that `view` makes of the owner.
    pub fn new(owner: O, view: impl for<'a> FnOnce(&'a O) -> V::Of<'a>) -> Self {
        let owner = Arc::new(owner);
        // SAFETY: the same type but for the lifetime (`View`). It borrows from what the `Arc` holds,
        // which stays where it is until both are dropped, and is shown for no longer than `self`
        // is borrowed.
        let view = unsafe { transmute_copy::<V::Of<'_>, V>(&view(&owner)) };
        Self { view, owner }
    }

    /// The view.
    #[inline]
    pub const fn view(&self) -> &V::Of<'_> {
        // SAFETY: the same type but for the lifetime (`View`), which is that of the owner here.
        unsafe { &*(&raw const self.view).cast::<V::Of<'_>>() }
    }

    /// What it shows something of.
    pub fn owner(&self) -> &O {
        &self.owner
    }
}

impl<O, V> fmt::Debug for Kept<O, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

/// Several views, each of one of the owners.
pub struct KeptAll<O, V> {
    /// Borrow from `owners`, for as long as those are held.
    views: Vec<V>,
    _owners: Arc<[O]>,
}

impl<O, V: View + Copy + 'static> KeptAll<O, V> {
    /// The views that `view` makes, one of each owner.
    pub fn new(owners: Vec<O>, view: impl for<'a> Fn(&'a O) -> V::Of<'a>) -> Self {
        let owners: Arc<[O]> = owners.into();
        // SAFETY: as in `Kept::new`.
        let kept = |owner| unsafe { transmute_copy::<V::Of<'_>, V>(&view(owner)) };
        Self { views: owners.iter().map(kept).collect(), _owners: owners }
    }

    /// The views.
    pub fn views(&self) -> &[V::Of<'_>] {
        // SAFETY: the same type but for the lifetime (`View`), which is that of the owners here.
        unsafe { std::slice::from_raw_parts(self.views.as_ptr().cast(), self.views.len()) }
    }

    /// Leaves out those views that `keep` does not want, by their place.
    pub fn retain(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let mut place = 0..;
        self.views.retain(|_| place.next().is_some_and(&mut keep));
    }
}

impl<O, V> fmt::Debug for KeptAll<O, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptAll").field("count", &self.views.len()).finish_non_exhaustive()
    }
}

impl<O, V> Default for KeptAll<O, V> {
    fn default() -> Self {
        Self { views: Vec::new(), _owners: Arc::new([]) }
    }
}
