//! The callbacks that a replay asks, and which of them modules registered.

use hsmod_loader::Modules;

macro_rules! callbacks {
    ($( $name:ident: $full_name:literal, )*) => {
        /// A callback that a replay asks, if the history shows a reason.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::replay) enum Callback { $( $name, )* }

        impl Callback {
            pub(in crate::replay) const ALL: &[Self] = &[$( Self::$name, )*];

            /// Category and name.
            pub(in crate::replay) const fn full_name(self) -> &'static str {
                match self { $( Self::$name => $full_name, )* }
            }
        }
    };
}

callbacks! {
    CheckEventAllowed: "third_party_rules.check_event_allowed",
    CheckEventForSpam: "spam_checker.check_event_for_spam",
    OnNewEvent: "third_party_rules.on_new_event",
}

impl Callback {
    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// Which callbacks modules registered.
#[derive(Clone, Debug, Default)]
pub(in crate::replay) struct Listeners {
    bits: u32,
    /// By full name.
    all: Vec<String>,
}

impl Listeners {
    pub(in crate::replay) fn of(modules: &Modules) -> Self {
        let mut all: Vec<String> = Vec::new();
        for info in modules.info() {
            for (category, names) in &info.callbacks {
                for full_name in names.iter().map(|name| format!("{category}.{name}")) {
                    if !all.contains(&full_name) {
                        all.push(full_name);
                    }
                }
            }
        }
        let is_there = |callback: &&Callback| all.iter().any(|name| name == callback.full_name());
        let bits = Callback::ALL.iter().filter(is_there).map(|callback| callback.bit());
        Self { bits: bits.fold(0, |all, bit| all | bit), all }
    }

    /// Whether anybody registered it.
    pub(in crate::replay) const fn hear(&self, callback: Callback) -> bool {
        self.bits & callback.bit() != 0
    }

    /// The full names of all that was registered, also what is never asked.
    pub(super) fn registered(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(String::as_str)
    }
}
