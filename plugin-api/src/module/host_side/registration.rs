//! The callbacks that modules register, by category.

use std::fmt;
use std::sync::Arc;

use hsmod_abi::{Bound, Flaw, Instance, Offer};

use super::api::ModuleHost;
use crate::table::{CallbackInfo, Category};

/// A registration of callbacks: an object and its table.
#[derive(Debug)]
pub struct Registered {
    object: Callable,
    only: Option<Vec<String>>,
    optional: Vec<String>,
    auth_checkers: Vec<AuthChecker>,
}

/// A type of login that a module's `check_auth` supports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthChecker {
    /// The type: `m.login.password`.
    pub login_type: String,
    /// The fields of the client's request that it needs.
    pub fields: Vec<String>,
}

impl Registered {
    /// The callbacks to register; `None` for all that the module wrote.
    pub fn only(&self) -> Option<&[String]> {
        self.only.as_deref()
    }

    /// The callbacks that the module can do without.
    pub fn optional(&self) -> &[String] {
        &self.optional
    }

    /// The types of login that the module's `check_auth` supports.
    pub fn auth_checkers(&self) -> &[AuthChecker] {
        &self.auth_checkers
    }

    /// Whether both were registered for the same object of the module.
    pub fn is_same_object(&self, other: &Self) -> bool {
        std::ptr::eq(self.object.instance().object(), other.object.instance().object())
    }
}

/// Reads the registration that a module offers.
///
/// # Errors
/// The registration cannot be read, so it is not known what the module would refuse.
pub(super) fn registered<H: ModuleHost>(
    host: &H,
    offer: Result<Offer<'_>, Flaw>,
) -> Result<Registered, String> {
    let offer = offer.map_err(|flaw| flaw.to_string())?;
    let raw = offer.registration();
    let category = raw.category();
    let object = Callable::of(offer, host.module())
        .ok_or_else(|| format!("this homeserver does not know the callbacks `{category}`"))?;
    let names = |text: &str| text.split_ascii_whitespace().map(str::to_owned).collect();
    let auth_checkers: Vec<(String, Vec<String>)> = match raw.auth_checkers() {
        None => Vec::new(),
        Some(json) => serde_json::from_str(json)
            .map_err(|error| format!("its types of login cannot be read: {error}"))?,
    };
    let auth_checker = |(login_type, fields)| AuthChecker { login_type, fields };
    let unknown = object.unknown_functions();
    let registered = Registered {
        object,
        only: raw.only().map(names),
        optional: names(raw.optional()),
        auth_checkers: auth_checkers.into_iter().map(auth_checker).collect(),
    };
    match unknown {
        0 => Ok(registered),
        unknown => registered.without_unknown(unknown).ok_or_else(|| {
            format!("it registers callbacks of `{category}` that this homeserver does not know: {unknown}")
        }),
    }
}

impl Registered {
    /// Returns the registration if the module registers none of the `unknown` callbacks of a later
    /// version, or can do without them.
    fn without_unknown(self, unknown: usize) -> Option<Self> {
        let known = |name: &String| self.object.rows().iter().any(|row| row.name == *name);
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
        /// An object with callbacks, by its category.
        enum Callable {
            $( $trait(Bound<crate::callbacks::$category::$table>), )*
        }

        impl Callable {
            /// The object that the module with this number offers, if its category is known.
            fn of(offer: Offer<'_>, module: usize) -> Option<Self> {
                match offer.registration().category() {
                    $( concat!(stringify!($category), "/1") => {
                        offer.guest().map(|guest| Self::$trait(guest.of(module)))
                    } )*
                    _ => None,
                }
            }

            /// How many functions of its table this version does not know.
            fn unknown_functions(&self) -> usize {
                match self { $( Self::$trait(object) => object.unknown_functions(), )* }
            }

            /// The callbacks that this version knows.
            const fn rows(&self) -> &'static [CallbackInfo] {
                match self { $( Self::$trait(_) => {
                    <crate::callbacks::$category::$table as Category>::ROWS
                } )* }
            }

            /// The object, whichever its category.
            fn instance(&self) -> &Arc<Instance> {
                match self { $( Self::$trait(object) => object.instance(), )* }
            }
        }

        impl fmt::Debug for Callable {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $( Self::$trait(_) => stringify!($category), )* })
            }
        }

        impl Registered {
            /// The category.
            pub const fn category(&self) -> &'static str {
                match self.object { $( Callable::$trait(_) => stringify!($category), )* }
            }

            /// Appends the callbacks for which `wanted` returns a tag; returns their names. The tag
            /// belongs to the loader: observers get it with each call.
            pub fn append_to(
                &self,
                lists: &mut Lists,
                wanted: impl FnMut(&str) -> Option<usize>,
            ) -> Vec<&'static str> {
                match &self.object {
                    $( Callable::$trait(object) => lists.$category.register(object, wanted), )*
                }
            }
        }

        /// The modules that registered each callback, per category.
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
