//! Shows which plugins are compared with this loader, and that names of crates make no difference.

use std::ptr::null;

use abi_stable::StableAbi;
use abi_stable::abi_stability::abi_checking::ExpectedFound;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::RStr;
use hsmod_abi::Str;

use super::*;

/// The description in a plugin of this very build.
fn ours() -> Layouts {
    Layouts {
        size: u32::try_from(size_of::<Layouts>()).unwrap(),
        abi_minor: ABI.minor,
        abi_stable: Str::new(ABI_STABLE_VERSION.version.as_str()),
        layout: abi_layout(),
    }
}

/// Whether a plugin with this description is compared.
fn is_compared(layouts: Layouts) -> bool {
    let layouts: &'static Layouts = Box::leak(Box::new(layouts));
    let entry = Entry { layouts: (&raw const *layouts).cast(), ..Entry::NOTHING };
    comparable(Box::leak(Box::new(entry))).is_some()
}

#[test]
fn layouts_of_the_same_versions_are_compared() {
    assert!(is_compared(ours()));
    assert!(is_compared(Layouts { size: ours().size + 8, ..ours() }));
}

#[test]
fn layouts_that_cannot_be_compared_are_accepted() {
    static NOTHING: Entry = Entry { layouts: null(), ..Entry::NOTHING };
    assert!(comparable(&NOTHING).is_none());
    assert!(!is_compared(Layouts { size: ours().size - 1, ..ours() }));
    assert!(!is_compared(Layouts { abi_minor: ABI.minor + 1, ..ours() }));
    assert!(!is_compared(Layouts { abi_stable: Str::new("0.11.4"), ..ours() }));
    assert!(!is_compared(Layouts { abi_stable: Str::NONE, ..ours() }));
}

/// A table in some version of the boundary.
mod one {
    use super::*;

    #[repr(C)]
    #[derive(StableAbi)]
    pub(super) struct Table {
        size: u32,
        ask: extern "C" fn(u64) -> u64,
    }
}

/// The table with another type in it.
mod retyped {
    use super::*;

    #[repr(C)]
    #[derive(StableAbi)]
    pub(super) struct Table {
        size: u32,
        ask: extern "C" fn(u32) -> u64,
    }
}

/// The table in another order.
mod reordered {
    use super::*;

    #[repr(C)]
    #[derive(StableAbi)]
    pub(super) struct Table {
        ask: extern "C" fn(u64) -> u64,
        size: u32,
    }
}

/// The difference reported for a plugin that has `found` where `expected` is the loader's.
fn difference_in(expected: &'static TypeLayout, found: &'static TypeLayout) -> Option<String> {
    let globals = CheckingGlobals::new();
    let compared = check_layout_compatibility_with_globals(expected, found, &globals);
    innermost(&compared.err().map(|errors| errors.errors).unwrap_or_default())
}

#[test]
fn a_difference_is_reported_as_path_expected_found() {
    let one = <one::Table as StableAbi>::LAYOUT;
    assert_eq!(difference_in(one, one), None);
    let retyped = difference_in(one, <retyped::Table as StableAbi>::LAYOUT).unwrap();
    insta::assert_snapshot!(retyped, @"ask: expected `u64`, found `u32`");
    let reordered = difference_in(one, <reordered::Table as StableAbi>::LAYOUT).unwrap();
    insta::assert_snapshot!(reordered, @"expected `field size`, found `field ask`");
}

#[test]
fn versions_and_names_of_crates_are_no_difference() {
    let version = |version| VersionStrings { version: RStr::from_str(version) };
    let (expected, found) = (version("0.2.0"), version("0.3.0"));
    assert!(!counts(&AbiInstability::PackageVersion(ExpectedFound { expected, found })));
    let (expected, found) = (RStr::from_str("hsmod-abi"), RStr::from_str("hsmod-plugin-api"));
    assert!(!counts(&AbiInstability::Package(ExpectedFound { expected, found })));
    assert!(counts(&AbiInstability::Size(ExpectedFound { expected: 8, found: 4 })));
}
