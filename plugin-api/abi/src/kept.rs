//! Views together with the values that they borrow from.

use std::fmt;
use std::mem::{MaybeUninit, transmute_copy};
use std::sync::Arc;

use crate::view::View;

/// A view, and the owner of all that it shows.
pub struct Kept<O: ?Sized, V> {
    /// Borrows from `owner`, for as long as that is held.
    view: V,
    owner: Arc<O>,
}

impl<O, V: View + Copy + 'static> Kept<O, V> {
    /// Creates the view of the owner with `view`.
    pub fn new(owner: O, view: impl for<'a> FnOnce(&'a O) -> V::Of<'a>) -> Self {
        Self::of(Arc::new(owner), view)
    }
}

impl<O: ?Sized, V: View + Copy + 'static> Kept<O, V> {
    /// Creates the view of a shared owner with `view`.
    pub fn of(owner: Arc<O>, view: impl for<'a> FnOnce(&'a O) -> V::Of<'a>) -> Self {
        // SAFETY: the same type but for the lifetime (`View`). It borrows from what the `Arc` holds,
        // which stays where it is until all are dropped, and which nobody can change or take out
        // as long as this one is there. It is shown for no longer than `self` is borrowed.
        let view = unsafe { transmute_copy::<V::Of<'_>, V>(&view(&owner)) };
        Self { view, owner }
    }

    /// The view.
    #[inline]
    pub const fn view(&self) -> &V::Of<'_> {
        // SAFETY: the same type but for the lifetime (`View`), which is that of the owner here.
        unsafe { &*(&raw const self.view).cast::<V::Of<'_>>() }
    }

    /// The owner.
    pub fn owner(&self) -> &O {
        &self.owner
    }
}

/// Shares the owner.
impl<O: ?Sized, V: Copy> Clone for Kept<O, V> {
    fn clone(&self) -> Self {
        Self { view: self.view, owner: Arc::clone(&self.owner) }
    }
}

impl<O: ?Sized, V> fmt::Debug for Kept<O, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

/// Several views, each of one of the owners.
pub struct KeptAll<O, V> {
    /// Borrow from the owners, for as long as those are held.
    views: Vec<V>,
    _owners: Arc<[O]>,
}

impl<O, V: View + Copy + 'static> KeptAll<O, V> {
    /// Creates one view of each owner with `view`.
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

    /// Removes the views for whose index `keep` returns false.
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

/// A view that is stored beside its owner, in the place from which it is lent: nothing is allocated
/// for it.
pub struct InPlace<O, V> {
    owner: O,
    /// Borrows from `owner`; read only while [`Self::view`] is borrowed.
    view: MaybeUninit<V>,
}

impl<O, V: View + Copy + 'static> InPlace<O, V> {
    /// Wraps the owner.
    #[inline]
    pub const fn new(owner: O) -> Self {
        Self { owner, view: MaybeUninit::uninit() }
    }

    /// Creates the view of the owner with `view`.
    #[inline]
    pub fn view<'a>(&'a mut self, view: impl FnOnce(&'a O) -> V::Of<'a>) -> &'a V::Of<'a> {
        let made = view(&self.owner);
        // SAFETY: the same type but for the lifetime (`View`). As one that borrows for longer it is
        // never looked at: what is returned has the lifetime it was made with, for which `self` is
        // borrowed, so that the owner neither moves nor changes meanwhile.
        unsafe {
            let view: *const V = self.view.write(transmute_copy::<V::Of<'a>, V>(&made));
            &*view.cast::<V::Of<'a>>()
        }
    }

    /// The owner.
    pub const fn owner(&self) -> &O {
        &self.owner
    }

    /// The owner, to be changed while the view is not borrowed.
    pub const fn owner_mut(&mut self) -> &mut O {
        &mut self.owner
    }
}

impl<O, V> fmt::Debug for InPlace<O, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InPlace").finish_non_exhaustive()
    }
}

/// [`InPlace`] for several owners, with their views in a slice.
pub struct AllInPlace<O, V> {
    owners: Vec<O>,
    /// Read only while [`Self::views`] is borrowed.
    views: Vec<V>,
}

impl<O, V: View + Copy + 'static> AllInPlace<O, V> {
    /// Wraps the owners.
    pub const fn new(owners: Vec<O>) -> Self {
        Self { owners, views: Vec::new() }
    }

    /// Creates one view of each owner with `view`.
    pub fn views<'a>(&'a mut self, view: impl Fn(&'a O) -> V::Of<'a>) -> &'a [V::Of<'a>] {
        self.views.clear();
        // SAFETY: as in `InPlace::view`.
        let kept = |owner| unsafe { transmute_copy::<V::Of<'a>, V>(&view(owner)) };
        self.views.extend(self.owners.iter().map(kept));
        // SAFETY: as there.
        unsafe { std::slice::from_raw_parts(self.views.as_ptr().cast(), self.views.len()) }
    }

    /// The owners.
    pub const fn owners(&self) -> &Vec<O> {
        &self.owners
    }

    /// The owners, to be changed while the views are not borrowed.
    pub const fn owners_mut(&mut self) -> &mut Vec<O> {
        &mut self.owners
    }
}

impl<O, V> fmt::Debug for AllInPlace<O, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllInPlace").field("count", &self.owners.len()).finish_non_exhaustive()
    }
}
