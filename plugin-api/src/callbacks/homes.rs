//! The error for a callback that was written in the `impl` of the wrong trait.
//!
//! The compiler reports only that the trait has no such method. The rows know which trait has it,
//! so `#[callbacks]` adds a constant whose evaluation fails with a message that names the right
//! trait.

use super::HOMES;
use crate::manifest::Writer;
use crate::table::{CallbackInfo, equal};

/// A category: how its trait is written and registered.
pub(super) struct Home {
    pub(super) callback_trait: &'static str,
    /// The companion trait.
    pub(super) written: &'static str,
    pub(super) register: &'static str,
    pub(super) callbacks: &'static [CallbackInfo],
}

/// A callback that was written in the `impl` of a trait of another category.
#[doc(hidden)]
pub struct Stray {
    remedy: Writer<REMEDY_MAX>,
}

/// Longer than any message, with the longest names.
const REMEDY_MAX: usize = 512;

impl Stray {
    /// Returns the first of `names` that belongs to another category than the companion trait
    /// `written`.
    pub const fn among(names: &[&str], written: &str) -> Option<Self> {
        let mut index = 0;
        while index < names.len() {
            match home(names[index]) {
                Some(home) if !equal(home.written.as_bytes(), written.as_bytes()) => {
                    return Some(Self::new(names[index], home));
                }
                _ => index += 1,
            }
        }
        None
    }

    const fn new(name: &str, home: &Home) -> Self {
        let (callback_trait, register) = (home.callback_trait, home.register);
        let remedy = Writer::new().raw("`").raw(name).raw("` is a callback of `");
        let remedy = remedy.raw(callback_trait).raw("`: write it in an `impl ");
        let remedy =
            remedy.raw(callback_trait).raw(" for ..` with `#[callbacks]` above it, and `api.");
        Self { remedy: remedy.raw(register).raw("(&module)` in `new`") }
    }

    /// The message: where the callback belongs.
    pub const fn remedy(&self) -> &str {
        self.remedy.as_str()
    }
}

const fn home(name: &str) -> Option<&'static Home> {
    let mut index = 0;
    while index < HOMES.len() {
        if super::row(HOMES[index].callbacks, name).is_some() {
            return Some(&HOMES[index]);
        }
        index += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_callback_has_one_home_and_a_remedy_elsewhere() {
        for home in HOMES {
            for row in home.callbacks {
                assert!(Stray::among(&[row.name], home.written).is_none(), "{}", row.name);
                let stray = Stray::among(&["no_callback", row.name], "ElsewhereCallbacks").unwrap();
                let expected = format!(
                    "`{}` is a callback of `{}`: write it in an `impl {} for ..` with `#[callbacks]` \
                     above it, and `api.{}(&module)` in `new`",
                    row.name, home.callback_trait, home.callback_trait, home.register
                );
                assert_eq!(stray.remedy(), expected);
            }
        }
        assert!(Stray::among(&["no_callback"], "SpamCheckerCallbacks").is_none());
    }
}
