//! Finds the entry of a mapped plugin and checks that it is the one that was read from the file.

use hsmod_abi::Entry;
use libloading::Library;

use crate::inspection::EntryHead;

/// The symbol of a plugin's entry.
const SYMBOL: &[u8] = b"hsmod_entry\0";

/// The entry of `library`, whose file contained `inspected`; or why it is not valid.
pub(super) fn of(library: &Library, inspected: &EntryHead) -> Result<&'static Entry, String> {
    // SAFETY: only the symbol's address is used; nothing is read through it here.
    let found = unsafe { library.get::<*const Entry>(SYMBOL) };
    let address = *found.map_err(|error| error.to_string())?;
    // SAFETY: at this symbol, inspection found a complete entry in the file, in a segment that is
    // mapped now and stays mapped; it is a constant.
    unsafe { checked(address, inspected) }
}

/// # Safety
/// If `address` is aligned and not null, an [`Entry`] can be read there for ever, and never
/// changes.
unsafe fn checked(address: *const Entry, inspected: &EntryHead) -> Result<&'static Entry, String> {
    if address.is_null() || !address.is_aligned() {
        return Err("its symbol `hsmod_entry` does not point to an entry".to_owned());
    }
    // SAFETY: aligned and not null, and the caller promises the rest.
    let scalars = unsafe { address.cast::<[u8; Entry::SCALARS]>().read() };
    if EntryHead::of(&scalars).as_ref() != Some(inspected) {
        return Err("the mapped entry differs from the one in the file".to_owned());
    }
    // SAFETY: as above.
    let entry = unsafe { &*address };
    if entry.root.is_null() {
        return Err("it does not point to a root table".to_owned());
    }
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use std::ptr::null;

    use super::*;

    static NOTHING: () = ();
    const ENTRY: Entry = Entry::rust(false, (&raw const NOTHING).cast(), null());
    static WHOLE: Entry = ENTRY;

    /// What the file that contains `entry` says.
    fn file(entry: &'static Entry) -> EntryHead {
        // SAFETY: an entry is at least this long, and its scalars have no padding.
        let scalars = unsafe { (&raw const *entry).cast::<[u8; Entry::SCALARS]>().read() };
        EntryHead::of(&scalars).unwrap()
    }

    /// What is wrong with the entry at `address`, if its file contained `WHOLE`.
    fn wrong(address: *const Entry) -> Option<String> {
        // SAFETY: the tests pass constants, or addresses that are null or not aligned.
        unsafe { checked(address, &file(&WHOLE)) }.err()
    }

    #[test]
    fn the_entry_that_was_read_from_the_file_is_taken() {
        assert_eq!(wrong(&raw const WHOLE), None);
    }

    #[test]
    fn an_entry_that_became_another_while_it_was_mapped() {
        static OTHER: Entry = Entry { minor: 77, ..ENTRY };
        static DAMAGED: Entry = Entry { magic: [0; 8], ..ENTRY };
        for entry in [&raw const OTHER, &raw const DAMAGED] {
            let said = wrong(entry).unwrap();
            assert_eq!(said, "the mapped entry differs from the one in the file");
        }
    }

    #[test]
    fn an_entry_without_a_root_table() {
        static ROOTLESS: Entry = Entry::NOTHING;
        assert_eq!(wrong(&raw const ROOTLESS).unwrap(), "it does not point to a root table");
    }

    #[test]
    fn no_place_for_an_entry() {
        let crooked = (&raw const WHOLE).cast::<u8>().wrapping_add(1).cast();
        for address in [null(), crooked] {
            let said = wrong(address).unwrap();
            assert_eq!(said, "its symbol `hsmod_entry` does not point to an entry");
        }
    }
}
