//! Objects of one side whose text the other side may read or set.

use std::fmt;
use std::marker::PhantomData;

use crate::form::{Field, Flaw, erased};
use crate::panic::caught;
use crate::text::{Source, Str};

/// An object whose texts are created on demand.
pub trait TextSource: Sync {
    /// The text with this number; the numbers are those of the view that carries it.
    fn text(&self, part: u32) -> Option<&str>;
}

crate::structure! {
    /// Texts that are created on demand.
    #[repr(C)]
    #[derive(Clone, Copy, Debug)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Texts<'a> {
        source: Source<'a>,
        /// The text lives as long as the source is lent. Null: there are none.
        text: Option<unsafe extern "C" fn(source: *const (), part: u32) -> Str<'static>>,
        /// Whether the source guarantees that its texts are UTF-8.
        vouched: u64,
    }
}

impl<'a> Texts<'a> {
    /// No texts at all.
    pub const NONE: Self = Self { source: Source::NONE, text: None, vouched: 1 };

    /// Lends the texts of `source`.
    pub const fn new<T: TextSource>(source: &'a T) -> Self {
        Self { source: Source::new(source), text: Some(text_of::<T>), vouched: 1 }
    }

    /// The text with this number; `None` if there is no such text, or it cannot be created.
    pub fn get(self, part: u32) -> Option<&'a str> {
        // SAFETY: the source and the function belong together, and are lent for `'a`.
        let text: Str<'a> = unsafe { self.text?(self.source.pointer(), part) };
        if self.vouched == 0 && text.check().is_err() {
            return None;
        }
        text.get()
    }
}

// SAFETY: its texts are looked at when they come.
unsafe impl Field for Texts<'_> {
    fn check(&self) -> Result<(), Flaw> {
        Ok(())
    }
}

/// # Safety
/// `source` is a `T`, lent for as long as the text is used.
unsafe extern "C" fn text_of<T: TextSource>(source: *const (), part: u32) -> Str<'static> {
    // SAFETY: the caller's promise.
    let source = unsafe { &*source.cast::<T>() };
    let text = caught(|| Str::optional(source.text(part))).unwrap_or(Str::NONE);
    // SAFETY: the text lives as long as the source is lent (`Texts::get`).
    unsafe { erased(text) }
}

/// An object whose text is lent to one holder at a time, who may set it.
pub trait SetText: Send {
    /// The current text.
    fn text(&self) -> &str;
    /// Replaces the text.
    fn set(&mut self, text: &str);
}

crate::structure! {
    /// A text that its current holder may set.
    #[repr(C)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Editable<'a> {
        owner: *mut (),
        /// Returns the current text, which lives until the next one is set.
        text: Option<unsafe extern "C" fn(owner: *mut ()) -> Str<'static>>,
        /// Copies the text.
        set: Option<unsafe extern "C" fn(owner: *mut (), text: Str<'static>)>,
        lent: PhantomData<&'a mut ()>,
    }
}

// SAFETY: it is a `&mut T` of a `T: Send`, in C form.
unsafe impl Send for Editable<'_> {}
// SAFETY: as above; through `&self` it only reads text that nobody else may change meanwhile.
unsafe impl Sync for Editable<'_> {}

impl<'a> Editable<'a> {
    /// Lends `owner`.
    pub fn new<T: SetText>(owner: &'a mut T) -> Self {
        Self {
            owner: std::ptr::from_mut(owner).cast(),
            text: Some(text_now::<T>),
            set: Some(set_text::<T>),
            lent: PhantomData,
        }
    }

    /// The current text.
    pub fn text(&self) -> &str {
        // SAFETY: owner and function belong together; the owner is lent to this alone, and nobody
        // sets another text while this one is looked at.
        let text: Str<'_> = self.text.map_or(Str::NONE, |text| unsafe { text(self.owner) });
        text.checked().unwrap_or_default()
    }

    /// Replaces the text.
    pub fn set(&mut self, text: &str) {
        if let Some(set) = self.set {
            // SAFETY: as above; the function copies the text.
            unsafe { set(self.owner, erased(Str::new(text))) };
        }
    }
}

// SAFETY: its text is looked at.
unsafe impl Field for Editable<'_> {
    fn check(&self) -> Result<(), Flaw> {
        // SAFETY: as in `Editable::text`.
        self.text.map_or(Ok(()), |text| unsafe { text(self.owner) }.check())
    }
}

impl fmt::Debug for Editable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Editable").field(&self.text()).finish()
    }
}

/// # Safety
/// `owner` is a `T`, lent exclusively to the caller, which does not set the text while it uses it.
unsafe extern "C" fn text_now<T: SetText>(owner: *mut ()) -> Str<'static> {
    // SAFETY: the caller's promise.
    let owner = unsafe { &*owner.cast::<T>() };
    let text = caught(|| Str::new(owner.text())).unwrap_or(Str::NONE);
    // SAFETY: the caller's promise.
    unsafe { erased(text) }
}

/// # Safety
/// `owner` is a `T`, lent exclusively to the caller; `text` is readable.
unsafe extern "C" fn set_text<T: SetText>(owner: *mut (), text: Str<'static>) {
    // SAFETY: the caller's promise; nothing here calls back, so no second reference is made.
    let owner = unsafe { &mut *owner.cast::<T>() };
    caught(|| owner.set(&text.lossy()));
}
