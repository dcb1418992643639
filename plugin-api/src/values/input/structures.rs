//! Arguments about users, requests and files.

use hsmod_abi::{Kept, Lent, LentMut, MaybeLent, Prepared, Shared};

use crate::module::WebRequest;
use crate::values::editable::{EditableJson, EditableText};
use crate::values::limits::{LentMediaUploadLimit, MediaUploadLimit};
use crate::values::media::{FileInfo, ReadableFile};
use crate::values::user::{ProfileInfo, Requester, Threepid, UserProfile};

use super::{Input, InputError, OwnedInput};

macro_rules! borrowed_structs {
    ($( $name:ident; )*) => { $(
        impl<'a> Input<Lent<'static, $name<'static>>> for &'a $name<'_> {
            type Prepared = &'a $name<'a>;

            #[inline]
            fn prepare(self) -> &'a $name<'a> {
                self
            }
        }

        impl Prepared<Lent<'static, $name<'static>>> for &$name<'_> {
            #[inline]
            fn raw(&mut self) -> Lent<'_, $name<'_>> {
                Lent::new(*self)
            }
        }
    )* };
}

borrowed_structs! { UserProfile; ProfileInfo; Requester; FileInfo; ReadableFile; WebRequest; }

type LentProfile = Lent<'static, ProfileInfo<'static>>;

impl OwnedInput<LentProfile> for &ProfileInfo<'_> {
    type Owned = OwnedProfile;

    fn own(self) -> Result<OwnedProfile, InputError> {
        let texts = [self.display_name(), self.avatar_url()].map(|text| text.map(str::to_owned));
        Ok(OwnedProfile(Kept::new(texts, |[name, avatar]| {
            ProfileInfo::new(name.as_deref(), avatar.as_deref())
        })))
    }
}

/// A profile and the view of it.
#[derive(Debug)]
pub struct OwnedProfile(Kept<[Option<String>; 2], ProfileInfo<'static>>);

impl Shared<LentProfile> for OwnedProfile {
    fn shared(&self) -> Lent<'_, ProfileInfo<'_>> {
        Lent::new(self.0.view())
    }
}

type MaybeThreepid = MaybeLent<'static, Threepid<'static>>;

impl<'a> Input<MaybeThreepid> for Option<&'a Threepid<'_>> {
    type Prepared = SomeThreepid<'a>;

    fn prepare(self) -> SomeThreepid<'a> {
        SomeThreepid(self.map(|threepid| -> &'a Threepid<'a> { threepid }))
    }
}

/// An optional third-party identifier.
#[derive(Debug)]
pub struct SomeThreepid<'a>(Option<&'a Threepid<'a>>);

impl Prepared<MaybeThreepid> for SomeThreepid<'_> {
    fn raw(&mut self) -> MaybeLent<'_, Threepid<'_>> {
        MaybeLent::new(self.0)
    }
}

impl<'a> Input<Lent<'static, LentMediaUploadLimit<'static>>> for &'a MediaUploadLimit {
    type Prepared = LentMediaUploadLimit<'a>;

    fn prepare(self) -> LentMediaUploadLimit<'a> {
        self.lend()
    }
}

impl Prepared<Lent<'static, LentMediaUploadLimit<'static>>> for LentMediaUploadLimit<'_> {
    fn raw(&mut self) -> Lent<'_, LentMediaUploadLimit<'_>> {
        Lent::new(self)
    }
}

impl<'a> Input<LentMut<'static, EditableJson<'static>>> for &'a mut EditableText {
    type Prepared = LentText<'a>;

    fn prepare(self) -> LentText<'a> {
        LentText { text: self.lend() }
    }
}

/// Text that is lent to one module after the other.
#[derive(Debug)]
pub struct LentText<'a> {
    text: EditableJson<'a>,
}

impl Prepared<LentMut<'static, EditableJson<'static>>> for LentText<'_> {
    fn raw(&mut self) -> LentMut<'_, EditableJson<'_>> {
        LentMut::lend(&mut self.text)
    }
}
