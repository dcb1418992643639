//! What modules register, by category.

use std::fmt;
use std::sync::Arc;

use hsmod_abi::{Instance, Object, checked_view, function_count_behind};

use super::api::ModuleHost;
use crate::module::registration::RawRegistration;
use crate::table::{CallbackInfo, Category};

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
}

/// What a module registers.
///
/// # Errors
/// Why it cannot be read: then it is not known what the module would refuse.
///
/// # Safety
/// `registration` lives for the time of the call; the object is that of its table, which is one of
/// its category and never freed.
pub(super) unsafe fn registered<H: ModuleHost>(
    host: &H,
    object: Object,
    registration: *const RawRegistration<'static>,
) -> Result<Registered, String> {
    // SAFETY: the caller's promise.
    let raw: &RawRegistration<'_> =
        unsafe { checked_view(registration) }.map_err(|flaw| flaw.to_string())?;
    let category = raw.category.text();
    // SAFETY: as above.
    let table = unsafe { Table::of(category, raw.table.0) }
        .ok_or_else(|| format!("this homeserver knows no callbacks `{category}`"))?;
    let names = |text: &str| text.split_ascii_whitespace().map(str::to_owned).collect();
    let auth_checkers: Vec<(String, Vec<String>)> = match raw.auth_checkers.get() {
        None => Vec::new(),
        Some(json) => serde_json::from_str(json)
            .map_err(|error| format!("its types of login cannot be read: {error}"))?,
    };
    let auth_checker = |(login_type, fields)| AuthChecker { login_type, fields };
    let registered = Registered {
        instance: Arc::new(Instance::new(object, host.module())),
        table,
        only: raw.selective.get().then(|| names(raw.only.text())),
        optional: names(raw.optional.text()),
        auth_checkers: auth_checkers.into_iter().map(auth_checker).collect(),
    };
    // SAFETY: as above.
    match unsafe { function_count_behind(raw.table.0, table.size()) } {
        0 => Ok(registered),
        unknown => registered.without_unknown(unknown).ok_or_else(|| {
            format!("it registers callbacks of `{category}` that this homeserver does not know: {unknown}")
        }),
    }
}

impl Registered {
    /// This, if the module wants none of the `unknown` callbacks of a later version, or can do
    /// without them.
    fn without_unknown(self, unknown: usize) -> Option<Self> {
        let known = |name: &String| self.table.rows().iter().any(|row| row.name == *name);
        let wanted = match &self.only {
            Some(only) => only.iter().filter(|name| !known(name)).count(),
            None => unknown,
        };
        let optional = self.optional.iter().filter(|name| !known(name)).count();
        (wanted <= optional).then_some(self)
    }
}

macro_rules! registrars {
    ($( $category:ident: $trait:ident $written:ident $table:ident $lists:ident $register:ident; )*) => {
        #[derive(Clone, Copy)]
        enum Table {
            $( $trait(crate::callbacks::$category::$table), )*
        }

        impl Table {
            /// # Safety
            /// `table` is that of the category with this name.
            unsafe fn of(name: &str, table: *const ()) -> Option<Self> {
                // SAFETY: the caller's promise.
                unsafe {
                    match name {
                        $( concat!(stringify!($category), "/1") => {
                            Some(Self::$trait(crate::callbacks::$category::$table::from_pointer(table)))
                        } )*
                        _ => None,
                    }
                }
            }
        }

        impl Table {
            /// How many bytes this version knows of it.
            const fn size(self) -> usize {
                match self { $( Self::$trait(_) => crate::callbacks::$category::$table::SIZE, )* }
            }

            /// The callbacks that this version knows.
            const fn rows(self) -> &'static [CallbackInfo] {
                match self { $( Self::$trait(_) => {
                    <crate::callbacks::$category::$table as Category>::ROWS
                } )* }
            }
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
    };
}

crate::__categories!(registrars []);
