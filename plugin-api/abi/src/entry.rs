//! The entry that a plugin exports: a constant whose beginning a loader reads from the file before
//! any of the plugin's code runs.

use std::ptr::null;

crate::structure! {
    /// The symbol `hsmod_entry` of a plugin.
    ///
    /// All numbers are in the byte order of the plugin. Those before `root` can be read from the
    /// file; the pointers are valid once the plugin is mapped.
    #[repr(C)]
    #[derive(Clone, Copy, Debug)]
    #[cfg_attr(feature = "layout", derive(abi_stable::StableAbi))]
    pub struct Entry as ["PluginEntry"] {
        /// [`Entry::MAGIC`].
        pub magic: [u8; 8],
        /// The size in bytes.
        pub size: u32,
        /// The version of the boundary: different majors are incompatible.
        pub major: u16,
        /// Counts the additions since the major version began.
        pub minor: u16,
        /// The size of a pointer in bits: 64 or 32.
        pub pointer_bits: u8,
        /// [`Entry::LITTLE`] or [`Entry::BIG`].
        pub endian: u8,
        /// [`Entry::UNWINDS`], [`Entry::ABORTS`] or [`Entry::HAS_NO_PANICS`].
        pub unwind: u8,
        /// [`Entry::RUST`], [`Entry::C`], or another number.
        pub language: u8,
        /// Must be 0.
        pub reserved: u32,
        /// The plugin's root table.
        pub root: *const (),
        /// A description of all that crosses, in the form of `abi_stable`; null if there is none.
        pub layouts: *const (),
    }
}

// SAFETY: the pointers are to constants.
unsafe impl Send for Entry {}
// SAFETY: as above.
unsafe impl Sync for Entry {}

impl Entry {
    /// The first bytes of every entry.
    pub const MAGIC: [u8; 8] = *b"hsmodABI";
    /// The number of bytes before the pointers.
    pub const SCALARS: usize = std::mem::offset_of!(Self, root);
    /// Little-endian.
    pub const LITTLE: u8 = 1;
    /// Big-endian.
    pub const BIG: u8 = 2;
    /// Panics are caught where they happen.
    pub const UNWINDS: u8 = 1;
    /// Panics end the process.
    pub const ABORTS: u8 = 2;
    /// The plugin cannot panic.
    pub const HAS_NO_PANICS: u8 = 3;
    /// Written in Rust. Shown to the operator: what a caller vouches for is stated in each frame.
    pub const RUST: u8 = 1;
    /// Written in C.
    pub const C: u8 = 2;

    /// The entry of a Rust plugin.
    #[allow(clippy::cast_possible_truncation, reason = "small numbers")]
    pub const fn rust(aborts: bool, root: *const (), layouts: *const ()) -> Self {
        Self {
            magic: Self::MAGIC,
            size: size_of::<Self>() as u32,
            major: crate::MAJOR as u16,
            minor: crate::MINOR as u16,
            pointer_bits: usize::BITS as u8,
            endian: if cfg!(target_endian = "little") { Self::LITTLE } else { Self::BIG },
            unwind: if aborts { Self::ABORTS } else { Self::UNWINDS },
            language: Self::RUST,
            reserved: 0,
            root,
            layouts,
        }
    }

    /// An empty entry, for static initialisers.
    pub const NOTHING: Self = Self::rust(false, null(), null());
}

const _: () = assert!(Entry::SCALARS == 24, "one place on every platform");
