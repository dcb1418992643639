//! What is told about users, requests and files.

use std::cell::UnsafeCell;
use std::fmt;

use abi_stable::std_types::RSlice;

use crate::values::editable::{EditableJson, EditableText};
use crate::values::media::{FileInfo, ReadableFile};
use crate::values::user::{ProfileInfo, RequestInfo, Requester, Threepid, UserProfile};

use super::{Input, InputError, OwnedInput, Prepared};

macro_rules! borrowed_structs {
    ($( $name:ident; )*) => { $(
        impl<'a> Input<*const $name<'static>> for &'a $name<'_> {
            type Prepared = &'a $name<'a>;

            #[inline]
            fn prepare(self) -> &'a $name<'a> {
                self
            }
        }

        // SAFETY: the structure outlives `self`.
        unsafe impl Prepared<*const $name<'static>> for &$name<'_> {
            #[inline]
            fn raw(&self) -> *const $name<'static> {
                std::ptr::from_ref::<$name<'_>>(self).cast()
            }
        }
    )* };
}

borrowed_structs! { UserProfile; ProfileInfo; Requester; FileInfo; ReadableFile; }

impl OwnedInput<*const ProfileInfo<'static>> for &ProfileInfo<'_> {
    type Owned = OwnedProfile;

    fn own(self) -> Result<OwnedProfile, InputError> {
        let display_name = self.display_name().map(str::to_owned);
        let avatar_url = self.avatar_url().map(str::to_owned);
        let view = ProfileInfo::new(display_name.as_deref(), avatar_url.as_deref());
        // SAFETY: only the lifetime changes; the view is dropped with the texts it borrows from,
        // which lie on the heap.
        let view = unsafe { std::mem::transmute::<ProfileInfo<'_>, ProfileInfo<'static>>(view) };
        Ok(OwnedProfile { view, _texts: [display_name, avatar_url] })
    }
}

/// A profile and the view of it.
///
/// Rationale for `String`: to move a `Box` is to claim that nobody else points to what is in it.
#[derive(Debug)]
pub struct OwnedProfile {
    view: ProfileInfo<'static>,
    _texts: [Option<String>; 2],
}

// SAFETY: the view and its texts live as long as `self`.
unsafe impl Prepared<*const ProfileInfo<'static>> for OwnedProfile {
    fn raw(&self) -> *const ProfileInfo<'static> {
        &raw const self.view
    }
}

impl<'a> Input<*const Threepid<'static>> for Option<&'a Threepid<'_>> {
    type Prepared = Option<&'a Threepid<'a>>;

    fn prepare(self) -> Self::Prepared {
        self.map(|threepid| -> &'a Threepid<'a> { threepid })
    }
}

// SAFETY: the structure outlives `self`.
unsafe impl Prepared<*const Threepid<'static>> for Option<&Threepid<'_>> {
    fn raw(&self) -> *const Threepid<'static> {
        self.map_or(std::ptr::null(), |threepid| std::ptr::from_ref(threepid).cast())
    }
}

type RawRequestInfos = RSlice<'static, RequestInfo<'static>>;

impl<'a> Input<RawRequestInfos> for &'a [RequestInfo<'_>] {
    type Prepared = &'a [RequestInfo<'a>];

    fn prepare(self) -> Self::Prepared {
        self
    }
}

// SAFETY: the structures outlive `self`.
unsafe impl Prepared<RawRequestInfos> for &[RequestInfo<'_>] {
    fn raw(&self) -> RawRequestInfos {
        // SAFETY: the same slice; whoever gets the C form uses it while `self` lives.
        unsafe { RSlice::from_raw_parts(self.as_ptr().cast(), self.len()) }
    }
}

type RawEditable = *mut EditableJson<'static>;

impl<'a> Input<RawEditable> for &'a mut EditableText {
    type Prepared = LentText<'a>;

    fn prepare(self) -> LentText<'a> {
        LentText(UnsafeCell::new(self.lend()))
    }
}

/// Text that is lent to one module after the other.
pub struct LentText<'a>(UnsafeCell<EditableJson<'a>>);

impl fmt::Debug for LentText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LentText").finish_non_exhaustive()
    }
}

// SAFETY: the cell lives in `self`; a call asks one module at a time.
unsafe impl Prepared<RawEditable> for LentText<'_> {
    fn raw(&self) -> RawEditable {
        self.0.get().cast()
    }
}
