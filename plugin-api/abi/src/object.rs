//! An object that one side lets the other hold: a pointer, and the function that gives it back.

use std::sync::Arc;

use crate::panic::caught;

crate::structure! {
    /// An object of one side, held by the other. It is given back when it is dropped; a panic of
    /// that is contained.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Object {
        /// Null: there is none, or it was taken.
        object: *const (),
        /// Null: nothing needs to be done.
        release: Option<unsafe extern "C" fn(*const ())>,
    }
}

// SAFETY: what it is made of is `Send`, and if shared `Sync` as well.
unsafe impl Send for Object {}
// SAFETY: a shared one tells the pointer only; images stay mapped, and `release` with them.
unsafe impl Sync for Object {}

impl Object {
    /// No object.
    pub const NONE: Self = Self { object: std::ptr::null(), release: None };

    /// Whether there is an object.
    pub const fn is_some(&self) -> bool {
        !self.object.is_null()
    }

    /// Wraps an object that only its holder uses: a `Box<T>`.
    pub fn boxed<T: Send + 'static>(object: T) -> Self {
        let object = Box::into_raw(Box::new(object)).cast_const().cast();
        Self { object, release: Some(release_box::<T>) }
    }

    /// Wraps an object that its creator uses as well: an `Arc<T>`.
    pub fn shared<T: Send + Sync + 'static>(object: Arc<T>) -> Self {
        Self { object: Arc::into_raw(object).cast(), release: Some(release_arc::<T>) }
    }

    /// The pointer to the object; valid as long as this lives.
    pub const fn pointer(&self) -> *const () {
        self.object
    }

    /// Returns the pointer for a function that takes the object.
    pub fn into_pointer(mut self) -> *const () {
        std::mem::replace(&mut self.object, std::ptr::null())
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        if let (false, Some(release)) = (self.object.is_null(), self.release) {
            // SAFETY: it was not taken, and is given back once to whoever made it.
            unsafe { release(self.object) };
        }
    }
}

/// # Safety
/// `object` is a `Box<T>` turned into a pointer; it is given back.
unsafe extern "C" fn release_box<T>(object: *const ()) {
    // SAFETY: the caller's promise.
    let object = unsafe { Box::from_raw(object.cast_mut().cast::<T>()) };
    caught(|| drop(object));
}

/// # Safety
/// `object` is an `Arc<T>` turned into a pointer; it is given back.
unsafe extern "C" fn release_arc<T>(object: *const ()) {
    // SAFETY: the caller's promise.
    let object = unsafe { Arc::from_raw(object.cast::<T>()) };
    caught(|| drop(object));
}

impl std::fmt::Debug for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Object").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bomb {
        _alive: Arc<()>,
    }

    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped with a bang");
        }
    }

    #[test]
    fn an_object_is_released_once_or_taken_and_a_panic_is_contained() {
        let alive = Arc::new(());
        let bomb = || Bomb { _alive: Arc::clone(&alive) };
        drop(Object::boxed(bomb()));
        drop(Object::shared(Arc::new(bomb())));
        assert_eq!(Arc::strong_count(&alive), 1);

        let taken = Object::boxed(Arc::clone(&alive)).into_pointer();
        assert_eq!(Arc::strong_count(&alive), 2);
        // SAFETY: `boxed` made it, and it was taken.
        drop(unsafe { Box::from_raw(taken.cast_mut().cast::<Arc<()>>()) });
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}
