//! Describes all that crosses the boundary as data; the C header is generated from it.

use hsmod_abi::{
    Answer, Context, Entry, Frame, InC, MAJOR, MINOR, ROOM_ALIGN, ROOM_MIN, RawRecord, Shapes,
    Status,
};

use crate::module::{HostTable, LogTable, RawField, RawRegistration, Root, WebTableRef};
use crate::values::error::code;
use crate::values::event::part;
use crate::values::media::FileTableRef;
use crate::values::sql::form;
use crate::values::state::StateTableRef;
use crate::values::{
    DirectoryVisibility, FederatedEventAction, Permission, RegistrationBehaviour, Unanswered,
};

/// A family of numbers that are used on the wire.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Numbers {
    /// The prefix of the names: `STATUS`.
    pub name: &'static str,
    /// What the numbers stand for.
    pub doc: &'static str,
    /// The name, the value and the meaning of each.
    pub numbers: Vec<(String, u64, &'static str)>,
}

/// Every structure and table that crosses, and what each row answers.
pub fn shapes() -> Shapes {
    let mut shapes = Shapes::default();
    shapes.add::<Entry>();
    shapes.add::<Frame>();
    shapes.add::<hsmod_abi::RawError>();
    shapes.add::<hsmod_abi::RawPanic>();
    shapes.add::<Root>();
    shapes.add::<RawRegistration<'static>>();
    shapes.add::<HostTable>();
    shapes.add::<LogTable>();
    shapes.answer::<Root, hsmod_abi::Object>("parse_config");
    shapes.answer::<Root, hsmod_abi::Object>("construct");
    shapes.answer::<Root, ()>("start");
    shapes.answer::<Root, ()>("shutdown");
    StateTableRef::describe(&mut shapes);
    FileTableRef::describe(&mut shapes);
    WebTableRef::describe(&mut shapes);
    callbacks(&mut shapes);
    requests(&mut shapes);
    shapes
}

/// A table that the other side looks up by name.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Extension {
    /// The C type of the table; the lookup returns a pointer to it.
    pub table: String,
    /// The category or group: `users`.
    pub name: &'static str,
    /// The rows in the order of their slots: name and lines of documentation.
    pub rows: Vec<(&'static str, &'static [&'static str])>,
}

impl Extension {
    fn new<T: InC>(
        name: &'static str,
        rows: impl Iterator<Item = (&'static str, &'static [&'static str])>,
    ) -> Self {
        let pointer = T::spelled(&mut Shapes::default()).declare("");
        let table = pointer.trim_start_matches("const ").trim_end_matches(" *").to_owned();
        Self { table, name, rows: rows.collect() }
    }
}

macro_rules! callbacks {
    ($( $category:ident: $trait:ident $written:ident $table:ident $lists:ident $register:ident; )*) => {
        fn callbacks(shapes: &mut Shapes) {
            $( crate::callbacks::$category::$table::describe(shapes); )*
        }

        /// The categories of callbacks.
        pub fn categories() -> Vec<Extension> {
            use crate::table::Category;
            vec![$( {
                type Table = crate::callbacks::$category::$table;
                let rows = Table::ROWS.iter().map(|row| (row.name, row.doc));
                Extension::new::<Table>(Table::NAME, rows)
            } ),*]
        }
    };
}

macro_rules! requests {
    ($( $group:ident: $trait:ident $written:ident $table:ident $erased:ident; )*) => {
        fn requests(shapes: &mut Shapes) {
            $( crate::requests::$group::$table::describe(shapes); )*
        }

        /// The groups of requests.
        pub fn groups() -> Vec<Extension> {
            vec![$( Extension::new::<crate::requests::$group::$table>(
                stringify!($group),
                crate::requests::$group::ROWS.iter().map(|row| (row.name, row.doc)),
            ) ),*]
        }
    };
}

crate::__categories!(callbacks []);
crate::__request_groups!(requests []);

macro_rules! numbers {
    ($( $name:literal: $doc:literal { $( $number:ident = $value:expr, $meaning:literal; )* } )*) => {
        vec![$( Numbers {
            name: $name,
            doc: $doc,
            numbers: vec![$( (stringify!($number).to_owned(), u64::from($value), $meaning) ),*],
        } ),*]
    };
}

/// Every number that is used on the wire.
pub fn numbers() -> Vec<Numbers> {
    let mut numbers = calls();
    numbers.extend(lent());
    numbers.extend([
        choice("PERMISSION", "The values of `Permission`.", Permission::NUMBERS),
        choice(
            "FEDERATED_EVENT_ACTION",
            "The values of `FederatedEventAction`.",
            FederatedEventAction::NUMBERS,
        ),
        choice(
            "DIRECTORY_VISIBILITY",
            "The values of `DirectoryVisibility`.",
            DirectoryVisibility::NUMBERS,
        ),
        choice(
            "REGISTRATION_BEHAVIOUR",
            "The values of `RegistrationBehaviour`.",
            RegistrationBehaviour::NUMBERS,
        ),
    ]);
    numbers
}

fn choice(name: &'static str, doc: &'static str, numbers: &[(&str, u32)]) -> Numbers {
    let numbers = numbers.iter().map(|&(name, number)| (snake(name), number.into(), ""));
    Numbers { name, doc, numbers: numbers.collect() }
}

/// Converts `ShadowBan` into `SHADOW_BAN`.
fn snake(name: &str) -> String {
    let letter = |(place, letter): (usize, char)| {
        let gap = if place > 0 && letter.is_ascii_uppercase() { "_" } else { "" };
        format!("{gap}{}", letter.to_ascii_uppercase())
    };
    name.chars().enumerate().map(letter).collect()
}

/// The numbers of an entry, of calls and of their answers.
#[allow(clippy::cast_possible_truncation, reason = "small numbers")]
fn calls() -> Vec<Numbers> {
    numbers! {
        "ABI": "The version of the boundary that this header describes." {
            MAJOR = MAJOR, "different majors are incompatible";
            MINOR = MINOR, "counts the additions since the major began";
        }
        "ENTRY": "Numbers of an entry." {
            LITTLE = Entry::LITTLE, "`endian`: little-endian";
            BIG = Entry::BIG, "`endian`: big-endian";
            UNWINDS = Entry::UNWINDS, "`unwind`: panics are caught where they happen";
            ABORTS = Entry::ABORTS, "`unwind`: panics end the process; such plugins are refused";
            HAS_NO_PANICS = Entry::HAS_NO_PANICS, "`unwind`: the plugin cannot panic";
            RUST = Entry::RUST, "`language`: Rust";
            C = Entry::C, "`language`: C";
        }
        "STATUS": "The outcome of a call of a slot, of `poll` or of `drop`." {
            NEUTRAL = Status::NEUTRAL.number(), "the neutral answer; `out` was not written";
            READY = Status::READY.number(), "ready; `out` was written";
            PENDING = Status::PENDING.number(), "not ready: `poll`, `drop` and `data` were written";
        }
        "KIND": "Kinds of answers: what follows the head." {
            NEUTRAL = Answer::NEUTRAL, "the neutral answer: nothing follows";
            OK = Answer::OK, "the answer of the row";
            ERROR = Answer::ERROR, "a `hsmod_error`";
            PANICKED = Answer::PANICKED, "a `hsmod_panic`";
        }
        "FRAME": "Flags and promises of a frame." {
            VOUCHED = Frame::VOUCHED, "`flags`: all that is lent was made by Rust; never set by C";
            ROOM_MIN = ROOM_MIN as u32, "bytes of room that every caller provides";
            ROOM_ALIGN = ROOM_ALIGN as u32, "alignment of the room";
        }
        "ERROR": "Values of an error's `code`; from `STATUS` on it is an HTTP status." {
            FAILED = code::FAILED, "a plain failure";
            CANCELLED = code::CANCELLED, "a request was cancelled";
            CONSTRAINT_VIOLATION = code::CONSTRAINT_VIOLATION, "a constraint of a table was violated";
            UNSUPPORTED = Unanswered::Unsupported.code(), "not answered: this homeserver does not answer it";
            TRIAL = Unanswered::Trial.code(), "not answered: this is a trial";
            WOULD_DEADLOCK = Unanswered::WouldDeadlock.code(), "not answered: it would wait for itself";
            SHUTTING_DOWN = Unanswered::ShuttingDown.code(), "not answered: the homeserver is shutting down";
            TOO_MANY = Unanswered::TooMany.code(), "not answered: too many at once, or nested";
            STATUS = code::STATUS, "the lowest possible HTTP status";
        }
    }
}

/// The numbers in borrowed values: events, log records, SQL values.
fn lent() -> Vec<Numbers> {
    numbers! {
        "TEXT": "The texts of an event." {
            JSON = part::JSON, "the whole event";
            CONTENT = part::CONTENT, "its content";
        }
        "LOG": "Levels of the log." {
            ERROR = RawRecord::ERROR, "";
            WARN = RawRecord::WARN, "";
            INFO = RawRecord::INFO, "";
            DEBUG = RawRecord::DEBUG, "";
            TRACE = RawRecord::TRACE, "";
        }
        "FIELD": "Kinds of fields of a log record." {
            DEBUG = RawField::DEBUG, "text for people";
            TEXT = RawField::TEXT, "text";
            I64 = RawField::I64, "a signed number, in `bits`";
            U64 = RawField::U64, "an unsigned number, in `bits`";
            F64 = RawField::F64, "the bits of a double";
            BOOL = RawField::BOOL, "0 or 1 in `bits`";
            EMPTY = RawField::EMPTY, "the value comes later";
        }
        "RECORD": "Flags of a log record, or of a span." {
            ROOT = RawRecord::ROOT, "it has no parent span";
        }
        "CONTEXT": "Flags of the context of a call." {
            SAMPLED = Context::SAMPLED, "the trace is recorded";
        }
        "SQL": "First bytes of SQL values." {
            NULL = form::NULL, "nothing follows";
            INTEGER = form::INTEGER, "eight bytes follow, little-endian";
            REAL = form::REAL, "the eight bytes of a double follow";
            TEXT = form::TEXT, "four bytes of a length and that many bytes of UTF-8 follow";
            BLOB = form::BLOB, "four bytes of a length and that many bytes follow";
        }
    }
}
