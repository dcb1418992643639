//! What is asked, of how many modules, and in which ways.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A question to this many modules, which are asked one after the other until one denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) question: Question,
    pub(crate) modules: usize,
}

/// The question. A number in it is the quantity that grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Is the sender on a list of 1,000?
    Ready,
    /// Is a word in the body of an event of 1 KiB?
    Event,
    /// As `Ready`, by modules that suspend once.
    Suspended,
    /// As `Ready`, awaited as in a homeserver's request handler: two functions down, the whole
    /// boxed.
    Awaited,
    /// As `Ready`, about an event of this many bytes.
    EventSize(usize),
    /// Has the sender a membership, in a state of this many entries?
    StateEntries(usize),
    /// As `Ready`, with this many further modules that did not register the callback.
    NotRegistered(usize),
    /// As `Ready`, asked by this many threads at once.
    Threads(usize),
}

use Question::*;

/// How modules are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// An `async fn` of a known type.
    Direct,
    /// A trait object of async-trait; all others are compared with this.
    Boxed,
    /// A plugin, through the loader.
    Hsmod,
    /// A library, through trait objects of abi_stable with futures of async-ffi.
    Sabi,
    /// A WebAssembly module in wasmtime, which gets a copy of the event.
    WasmCore,
    /// A service, over HTTP with a persistent connection.
    Webhook,
    /// A child process, over a Unix socket.
    UnixSocket,
}

use Way::*;

impl Way {
    pub(crate) const ALL: [Self; 7] = [Direct, Boxed, Hsmod, Sabi, WasmCore, Webhook, UnixSocket];

    /// Its name in the JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Direct => "direct",
            Boxed => "boxed",
            Hsmod => "hsmod",
            Sabi => "sabi",
            WasmCore => "wasm_core",
            Webhook => "webhook",
            UnixSocket => "unix_socket",
        }
    }

    /// Whether all of it happens in this process, so that it can be counted.
    pub(crate) fn is_inside(self) -> bool {
        !matches!(self, Webhook | UnixSocket)
    }
}

impl FromStr for Way {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let way = Self::ALL.into_iter().find(|way| way.name() == name);
        way.ok_or_else(|| format!("there is no way `{name}`"))
    }
}

/// The numbers of modules for the first four questions.
pub(crate) const MODULES: [usize; 3] = [1, 3, 10];

impl Case {
    /// All cases, in the order of the table.
    pub(crate) fn all() -> Vec<Self> {
        let of = |modules| move |question| Self { question, modules };
        let mut all: Vec<Self> = [Ready, Suspended, Awaited, Event]
            .into_iter()
            .flat_map(|question| MODULES.map(|modules| Self { question, modules }))
            .collect();
        all.extend([30, 100].map(|modules| Self { question: Ready, modules }));
        let kib = 1_024;
        all.extend([kib / 2, 4 * kib, 32 * kib, 256 * kib, kib * kib].map(EventSize).map(of(1)));
        all.extend([10, 1_000, 100_000, 1_000_000].map(StateEntries).map(of(1)));
        all.extend([0, 10, 100, 1_000].map(NotRegistered).map(of(1)));
        all.extend([1, 2].map(Threads).map(of(1)));
        all
    }

    /// The ways in which this case is measured.
    pub(crate) fn ways(self) -> &'static [Way] {
        match (self.question, self.modules) {
            (Ready, 30 | 100) => &[Direct, Boxed, Hsmod, Sabi],
            (Ready | Event | EventSize(_), _) => &Way::ALL,
            (Suspended | Awaited, _) => &[Direct, Boxed, Hsmod, Sabi],
            (StateEntries(_) | NotRegistered(_) | Threads(_), _) => &[Boxed, Hsmod],
        }
    }

    /// How long a round of questions takes: less than the time slice that a system gives one
    /// process, but if each round starts threads, so long that starting them does not matter.
    pub(crate) fn round(self) -> Duration {
        match self.question {
            Threads(_) => Duration::from_millis(20),
            _ => Duration::from_micros(400),
        }
    }

    /// Whether the instructions of one question are counted, too. That takes a while, so it is done
    /// only where no quantity grows.
    pub(crate) fn is_counted(self) -> bool {
        matches!(self.question, Ready | Event | Suspended | Awaited)
            && MODULES.contains(&self.modules)
    }
}

/// What is missing from the table, and why.
pub(crate) const LEFT_OUT: &[&str] = &[
    "suspended: wasm_core: a core module of WebAssembly runs to its end, it cannot suspend",
    "suspended: webhook, unix_socket: they suspend in any case, `ready` says what that costs",
    "awaited: wasm_core, webhook, unix_socket: what a handler adds is little beside `ready`",
    "growth with state, modules that did not register, threads: boxed and hsmod only",
];

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ready => f.write_str("ready"),
            Event => f.write_str("event"),
            Suspended => f.write_str("suspended"),
            Awaited => f.write_str("awaited"),
            EventSize(bytes) => write!(f, "event_size/{bytes}"),
            StateEntries(entries) => write!(f, "state_entries/{entries}"),
            NotRegistered(modules) => write!(f, "not_registered/{modules}"),
            Threads(threads) => write!(f, "threads/{threads}"),
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.question, self.modules)
    }
}

impl FromStr for Case {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let case = Self::all().into_iter().find(|case| case.to_string() == name);
        case.ok_or_else(|| format!("there is no case `{name}`"))
    }
}
