//! What is told about users, requests and files.

use std::cell::UnsafeCell;
use std::fmt;

use crate::module::WebRequest;
use crate::values::arg::RawOption;
use crate::values::editable::{EditableJson, EditableText};
use crate::values::limits::{LentMediaUploadLimit, MediaUploadLimit};
use crate::values::media::{FileInfo, ReadableFile};
use crate::values::text::RawStr;
use crate::values::user::{ProfileInfo, Requester, Threepid, UserProfile};

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

borrowed_structs! { UserProfile; ProfileInfo; Requester; FileInfo; ReadableFile; WebRequest; }

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

impl<'a> Input<LentMediaUploadLimit> for &'a MediaUploadLimit {
    type Prepared = &'a MediaUploadLimit;

    fn prepare(self) -> &'a MediaUploadLimit {
        self
    }
}

// SAFETY: the text outlives `self`.
unsafe impl Prepared<LentMediaUploadLimit> for &MediaUploadLimit {
    fn raw(&self) -> LentMediaUploadLimit {
        LentMediaUploadLimit {
            max_bytes: self.max_bytes,
            time_period_ms: self.time_period_ms,
            info_uri: RawOption(RawStr::optional(self.info_uri.as_deref())),
            can_upgrade: self.can_upgrade,
        }
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
