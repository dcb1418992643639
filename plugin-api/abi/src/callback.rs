//! Callbacks that a module registered, and the object that answers them.

use std::fmt;
use std::sync::Arc;

use crate::form::Form;
use crate::frame::Slot;
use crate::object::Object;
use crate::serve::{ArgsOf, Method};

/// An object of a module (most often the module itself), kept alive for its callbacks.
pub struct Instance {
    object: Object,
    module: usize,
}

impl Instance {
    /// Takes over an object that belongs to this module.
    pub const fn new(object: Object, module: usize) -> Self {
        Self { object, module }
    }

    /// The number of the module that it belongs to.
    pub const fn module(&self) -> usize {
        self.module
    }

    /// The pointer to the object.
    pub const fn object(&self) -> *const () {
        self.object.pointer()
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").field("module", &self.module).finish_non_exhaustive()
    }
}

/// A row that a homeserver asks modules; its arguments are prepared one by one.
pub trait Asking: Method {
    /// The C forms of the arguments.
    type Raws: Form;

    /// Builds the arguments from these forms.
    fn lend(raws: <Self::Raws as Form>::Of<'_>) -> ArgsOf<'_, Self>;
}

/// A callback that a module registered.
pub struct Callback<R: Method> {
    pub(crate) slot: Slot<R::Args>,
    /// The object of `instance`.
    pub(crate) object: *const (),
    pub(crate) module: u32,
    pub(crate) tag: u32,
    instance: Arc<Instance>,
}

// SAFETY: `object` is owned by `instance`, which is `Send + Sync`.
unsafe impl<R: Method> Send for Callback<R> {}
// SAFETY: as above.
unsafe impl<R: Method> Sync for Callback<R> {}

impl<R: Method> Callback<R> {
    /// Creates a callback from a slot of a table that belongs to `instance`.
    ///
    /// # Safety
    /// `slot` is a function for the object that `instance` owns.
    pub unsafe fn new(slot: Slot<R::Args>, instance: &Arc<Instance>, tag: usize) -> Self {
        let (object, module) = (instance.object(), number(instance.module()));
        Self { slot, object, module, tag: number(tag), instance: Arc::clone(instance) }
    }

    /// The number of the module that it belongs to.
    #[inline]
    pub const fn module(&self) -> usize {
        self.module as usize
    }
}

impl<R: Method> Clone for Callback<R> {
    fn clone(&self) -> Self {
        Self { instance: Arc::clone(&self.instance), ..*self }
    }
}

impl<R: Method> fmt::Debug for Callback<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback").field("module", &self.module).finish_non_exhaustive()
    }
}

/// Converts the number of a module or callback into the form that frames have.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "nobody has as many")]
pub(crate) const fn number(module: usize) -> u32 {
    module as u32
}
