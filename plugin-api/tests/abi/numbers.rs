//! The numbers that are used on the wire.

use std::fmt::Write as _;

use hsmod_abi::{
    Answer as Head, Context, Entry, Fault, Frame, ROOM_ALIGN, ROOM_MIN, RawRecord, Status,
    TextSource,
};
use hsmod_plugin_api::module::RawField;
use hsmod_plugin_api::values::answer::Answer;
use hsmod_plugin_api::values::{
    DirectoryVisibility, FederatedEventAction, ModuleError, OwnedEvent, Permission,
    RegistrationBehaviour, SqlValue, Unanswered,
};

/// All numbers, by the type that they belong to.
pub(crate) fn numbers() -> String {
    let mut text = String::new();
    entry(&mut text);
    frames(&mut text);
    errors(&mut text);
    values(&mut text);
    choices::<Permission>(&mut text, "Permission");
    choices::<FederatedEventAction>(&mut text, "FederatedEventAction");
    choices::<DirectoryVisibility>(&mut text, "DirectoryVisibility");
    choices::<RegistrationBehaviour>(&mut text, "RegistrationBehaviour");
    text.trim_start().to_owned()
}

/// A list of numbers under a heading.
macro_rules! list {
    ($text:expr, $heading:literal: $( $name:ident = $number:expr; )*) => {
        let _ = writeln!($text, concat!("\n", $heading));
        $( let _ = writeln!($text, concat!("  ", stringify!($name), " {:?}"), $number); )*
    };
}

fn entry(text: &mut String) {
    list! { text, "Entry.magic": MAGIC = String::from_utf8_lossy(&Entry::MAGIC); }
    list! { text, "Entry.endian": LITTLE = Entry::LITTLE; BIG = Entry::BIG; }
    list! { text, "Entry.unwind":
        UNWINDS = Entry::UNWINDS;
        ABORTS = Entry::ABORTS;
        HAS_NO_PANICS = Entry::HAS_NO_PANICS;
    }
    list! { text, "Entry.language": RUST = Entry::RUST; C = Entry::C; }
}

fn frames(text: &mut String) {
    list! { text, "Frame.flags": VOUCHED = Frame::VOUCHED; }
    list! { text, "Frame.room": ROOM_MIN = ROOM_MIN; ROOM_ALIGN = ROOM_ALIGN; }
    list! { text, "Status":
        NEUTRAL = Status::NEUTRAL;
        READY = Status::READY;
        PENDING = Status::PENDING;
    }
    list! { text, "Answer.kind":
        NEUTRAL = Head::NEUTRAL;
        OK = Head::OK;
        ERROR = Head::ERROR;
        PANICKED = Head::PANICKED;
    }
}

fn errors(text: &mut String) {
    let code = |error: ModuleError| error.into_raw().code;
    let unanswered = |reason| code(ModuleError::not_answered(reason, "x"));
    list! { text, "RawError.code":
        FAILED = code(ModuleError::new("x"));
        CANCELLED = code(ModuleError::cancelled());
        CONSTRAINT_VIOLATION = code(ModuleError::constraint_violation("x"));
        UNSUPPORTED = unanswered(Unanswered::Unsupported);
        TRIAL = unanswered(Unanswered::Trial);
        WOULD_DEADLOCK = unanswered(Unanswered::WouldDeadlock);
        SHUTTING_DOWN = unanswered(Unanswered::ShuttingDown);
        TOO_MANY = unanswered(Unanswered::TooMany);
        LOWEST_HTTP_STATUS = code(ModuleError::http(0, "X.Y", "x"));
    }
}

fn values(text: &mut String) {
    list! { text, "Event.texts": JSON = event_text(EVENT); CONTENT = event_text("{}"); }
    list! { text, "RawRecord.level":
        ERROR = RawRecord::ERROR;
        WARN = RawRecord::WARN;
        INFO = RawRecord::INFO;
        DEBUG = RawRecord::DEBUG;
        TRACE = RawRecord::TRACE;
    }
    list! { text, "RawRecord.flags": ROOT = RawRecord::ROOT; }
    list! { text, "Context.flags": SAMPLED = Context::SAMPLED; }
    list! { text, "RawField.kind":
        DEBUG = RawField::DEBUG;
        TEXT = RawField::TEXT;
        I64 = RawField::I64;
        U64 = RawField::U64;
        F64 = RawField::F64;
        BOOL = RawField::BOOL;
        EMPTY = RawField::EMPTY;
    }
    // The type, and the bytes that follow it.
    list! { text, "SqlValue":
        NULL = sql(SqlValue::Null);
        INTEGER = sql(SqlValue::Integer(0x0102));
        REAL = sql(SqlValue::Real(1.0));
        TEXT = sql(SqlValue::Text("ab".to_owned()));
        BLOB = sql(SqlValue::Blob(vec![0xff]));
    }
}

fn sql(value: SqlValue) -> Vec<u8> {
    SqlValue::encode(&[value])
}

const EVENT: &str = r#"{"event_id":"$e","room_id":"!r:x","sender":"@a:x","type":"t","content":{}}"#;

/// The number that requests this text of an event.
fn event_text(text: &str) -> u32 {
    let event = OwnedEvent::from_json(EVENT).unwrap();
    (0..8).find(|number| event.text(*number) == Some(text)).unwrap()
}

/// Answers that are numbers.
fn choices<A: Answer<Raw = u32> + std::fmt::Debug>(text: &mut String, name: &str) {
    let _ = writeln!(text, "\n{name}");
    for number in 0..=u32::from(u16::MAX) {
        if let Ok(choice) = A::from_raw(number) {
            let _ = writeln!(text, "  {choice:?} {number}");
        }
    }
}
