//! What modules register, by category.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use abi_stable::prefix_type::WithMetadata;
use abi_stable::staticref;
use abi_stable::std_types::{RSlice, RStr};

use super::api::ModuleHost;
use super::guarded;
use crate::boundary::{Instance, RawObject};
use crate::module::registration::{
    RawAuthChecker, RawSelection, RegistrarTable, RegistrarTableRef,
};

/// A registration of callbacks: an object and its table.
#[derive(Debug)]
pub struct Registered {
    instance: Arc<Instance>,
    table: Table,
    only: Option<Vec<String>>,
    optional: Vec<String>,
    auth_checkers: Vec<AuthChecker>,
}

/// A type of login that a module's `check_auth` knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthChecker {
    /// The type: `m.login.password`.
    pub login_type: String,
    /// The fields it needs of what the client sends.
    pub fields: Vec<String>,
}

impl Registered {
    /// Which of the callbacks, if not all that were written.
    pub fn only(&self) -> Option<&[String]> {
        self.only.as_deref()
    }

    /// Which of them the module can do without.
    pub fn optional(&self) -> &[String] {
        &self.optional
    }

    /// Which types of login its `check_auth` knows.
    pub fn auth_checkers(&self) -> &[AuthChecker] {
        &self.auth_checkers
    }

    /// Whether both were made for one object of the module.
    pub fn is_same_object(&self, other: &Self) -> bool {
        std::ptr::eq(self.instance.object(), other.instance.object())
    }

    fn new<H: ModuleHost>(
        host: &H,
        object: RawObject,
        table: Table,
        selection: RawSelection<'_>,
    ) -> Self {
        fn owned(names: RSlice<'_, RStr<'_>>) -> Vec<String> {
            names.iter().map(|name| name.as_str().to_owned()).collect()
        }
        let auth_checker = |raw: &RawAuthChecker<'_>| AuthChecker {
            login_type: raw.login_type.as_str().to_owned(),
            fields: owned(raw.fields),
        };
        Self {
            instance: Arc::new(Instance::new(object, host.module())),
            table,
            only: selection.selective.then(|| owned(selection.only)),
            optional: owned(selection.optional),
            auth_checkers: selection.auth_checkers.iter().map(auth_checker).collect(),
        }
    }
}

macro_rules! registrars {
    ($( $category:ident: $trait:ident $written:ident $table:ident $lists:ident $register:ident; )*) => {
        #[derive(Clone, Copy)]
        enum Table {
            $( $trait(crate::callbacks::$category::$table), )*
        }

        impl fmt::Debug for Table {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $( Self::$trait(_) => stringify!($category), )* })
            }
        }

        impl Registered {
            /// The category.
            pub const fn category(&self) -> &'static str {
                match self.table { $( Table::$trait(_) => stringify!($category), )* }
            }

            /// Appends the callbacks for which `wanted` gives a tag; returns their names. The tag
            /// is the loader's own: observers get it with each call.
            pub fn append_to(
                &self,
                lists: &mut Lists,
                wanted: impl FnMut(&str) -> Option<usize>,
            ) -> Vec<&'static str> {
                match self.table {
                    $( Table::$trait(table) => {
                        // SAFETY: they came together, from the module that owns both.
                        unsafe { lists.$category.register(table, &self.instance, wanted) }
                    } )*
                }
            }
        }

        /// Per category and callback, who registered it.
        #[derive(Debug, Default)]
        pub struct Lists {
            $( $category: crate::callbacks::$category::$lists, )*
        }

        $( impl AsRef<crate::callbacks::$category::$lists> for Lists {
            #[inline]
            fn as_ref(&self) -> &crate::callbacks::$category::$lists {
                &self.$category
            }
        } )*

        pub(super) struct RegistrarTableOf<H>(PhantomData<H>);

        impl<H: ModuleHost> RegistrarTableOf<H> {
            staticref!(const WITH_METADATA: WithMetadata<RegistrarTable> =
                WithMetadata::new(RegistrarTable {
                    abi_minor: crate::ABI.minor,
                    $( $category: $register::<H>, )*
                }));
            pub(super) const TABLE: RegistrarTableRef =
                RegistrarTableRef(Self::WITH_METADATA.as_prefix());
        }

        $(
            /// # Safety
            /// `host` is an `Arc<H>` to which the caller holds a reference; the object is handed
            /// over; the names live for the time of the call.
            unsafe extern "C" fn $register<H: ModuleHost>(
                host: *const (),
                object: RawObject,
                table: crate::callbacks::$category::$table,
                selection: RawSelection<'_>,
            ) {
                // SAFETY: the caller's promise.
                let host = unsafe { &*host.cast::<H>() };
                guarded((), || {
                    let table = Table::$trait(table);
                    host.register_callbacks(Registered::new(host, object, table, selection));
                });
            }
        )*
    };
}

crate::__categories!(registrars []);
