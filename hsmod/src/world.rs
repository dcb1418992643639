//! A simulated homeserver that answers modules' requests with users, rooms and answers from a file,
//! `--world FILE`. `docs/world.md` describes the format.

mod answers;
mod fields;
mod http;
mod names;
mod rooms;
#[cfg(test)]
mod tests;
mod tokens;
mod users;

use std::io::Read;
use std::path::Path;

use hsmod_loader::config::{Document, Fields, Flaw, expected};
use hsmod_loader::problem::{Problem, Severity};
use hsmod_loader::testing::FakeHost;
use hsmod_loader::values::OwnedEvent;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::exit::{Result, Stop};
use crate::input::Source;
use crate::output::complain;
use fields::named;
use names::Names;

const KEYS: [&str; 5] = ["users", "rooms", "answers", "http", "registration_tokens"];

/// The size limit. A larger file is not a world but a mistake, such as a history or a disk image.
const BYTES_MAX: u64 = 16 << 20;

/// The text of a world. It is read once and passed to the processes that run modules, since a pipe
/// cannot be read again and a file may change in between.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct WorldText {
    text: String,
    /// The world's name in messages.
    name: String,
}

/// A parsed world.
#[derive(Debug)]
pub(crate) struct World {
    host: FakeHost,
    /// A copy that keeps the file's content, whatever modules change.
    written: FakeHost,
    answers_http: bool,
    /// Warnings about probable mistakes in the file.
    slips: Vec<String>,
}

impl WorldText {
    /// Reads a file, a pipe or standard input.
    ///
    /// # Errors
    /// The source cannot be read or is too large.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let source = Source::new(path);
        let unreadable =
            |error| Stop::wrong(format!("cannot read the world from {source}: {error}"));
        let input = source.open("the world", "YAML")?;
        let before = source.before(".. --world -");
        let (mut bytes, text) = (Vec::new(), input.text(0, &before));
        let text = text.and_then(|text| text.take(BYTES_MAX + 1).read_to_end(&mut bytes));
        text.map_err(unreadable)?;
        if bytes.len() as u64 > BYTES_MAX {
            let message = format!("the world in {source} is larger than 16 MiB");
            return Err(Stop::wrong(format!("{message}\n  fix: check that it is the right file")));
        }
        let name = source.to_string();
        let text = String::from_utf8(bytes).map_err(|_| {
            Stop::wrong(format!("the world in {name} is not UTF-8\n  fix: save it as UTF-8"))
        })?;
        Ok(Self { text, name })
    }

    /// Parses the world of a homeserver of this name.
    ///
    /// # Errors
    /// Everything that is wrong with the text.
    pub(crate) fn parse(&self, server_name: &str) -> Result<World> {
        let host = FakeHost::new(server_name).standing_in();
        let mut document = Document::parse(self.text.as_bytes()).map_err(|all| self.stop(&all))?;
        let answers_http = match document.take() {
            Value::Object(members) => read(members, &host, document.flaws()),
            other => {
                document.flaws().push(no_world(&other));
                false
            }
        };
        let problems = document.into_problems();
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(self.stop(&problems));
        }
        let written = FakeHost::new(server_name);
        written.begin_as(&host);
        let slips = problems.iter().map(|problem| self.shown(problem)).collect();
        Ok(World { host, written, answers_http, slips })
    }

    /// Lists the errors, then the warnings, since a warning often explains an error.
    fn stop(&self, problems: &[Problem]) -> Stop {
        let of = |severity| problems.iter().filter(move |problem| problem.severity == severity);
        let errors: Vec<_> = of(Severity::Error).map(|error| self.shown(error)).collect();
        let slips = of(Severity::Warning).map(|slip| format!("\nwarning: {}", self.shown(slip)));
        Stop::wrong(errors.join("\nerror: ") + &slips.collect::<String>())
    }

    /// Shows a problem in the same form as the config's problems.
    fn shown(&self, problem: &Problem) -> String {
        let Problem { path, line, column, message, fix, .. } = problem;
        let mut shown = format!("the world in {}: {message}", self.name);
        let path = path.as_ref().map(|path| format!("{path}, ")).unwrap_or_default();
        if let (Some(line), Some(column)) = (line, column) {
            shown += &format!("\n  at {path}line {line}, column {column}");
        }
        if let Some(fix) = fix {
            shown += &format!("\n  fix: {fix}");
        }
        shown
    }
}

impl World {
    /// The simulated homeserver.
    pub(crate) const fn host(&self) -> &FakeHost {
        &self.host
    }

    /// Prints the warnings on stderr.
    pub(crate) fn warn(&self) {
        self.slips.iter().for_each(|slip| complain(&format!("warning: {slip}\n")));
    }

    /// Whether the world answers HTTP requests.
    pub(crate) const fn answers_http(&self) -> bool {
        self.answers_http
    }

    /// Resets the world to the file's content.
    pub(crate) fn begin_anew(&self) {
        self.host.begin_as(&self.written);
    }

    /// Replaces the state of a room.
    pub(crate) fn put_state(&self, room_id: &str, state: &[OwnedEvent]) {
        self.host.forget_state(room_id);
        state.iter().for_each(|event| self.host.receive(event));
    }

    /// The state of a room, if the room exists.
    pub(crate) fn state(&self, room_id: &str) -> Option<Vec<Value>> {
        let room = self.host.find_room(room_id)?;
        // An event holds valid JSON, so parsing does not fail.
        let json = |event: &OwnedEvent| {
            serde_json::from_str(event.as_event().json().as_str()).unwrap_or_default()
        };
        Some(room.all_state().map(json).collect())
    }
}

/// Reads the world into a host. Returns whether it answers HTTP requests.
fn read(members: Map<String, Value>, host: &FakeHost, flaws: &mut Vec<Flaw>) -> bool {
    let mut fields = Fields::new(members, &[], flaws);
    let users = named(&mut fields, "users");
    let rooms = fields.mapping("rooms").unwrap_or_default();
    let answers = fields.mapping("answers").unwrap_or_default();
    let http = fields.mapping("http");
    let tokens = fields.mapping("registration_tokens").unwrap_or_default();
    fields.refuse_unknown(&KEYS);

    let names = Names::of(host.server_name());
    let users = users::read(users, names, flaws);
    for room in rooms::read(rooms, names, &users, flaws) {
        let _ = host.room(room);
    }
    for user in users.into_values() {
        let _ = host.user(user);
    }
    for token in tokens::read(tokens, flaws) {
        let _ = host.registration_token(token);
    }
    answers::read(answers, host, flaws);
    let Some(http) = http else { return false };
    let rules = http::read(http, flaws);
    host.answer_by("http_request", move |arguments| rules.answer(arguments));
    true
}

fn no_world(found: &Value) -> Flaw {
    match found {
        Value::Null => Flaw::new(&[], "it is empty")
            .fix("write `users:` and some names: `users: [alice, bob]`"),
        other => {
            Flaw::new(&[], expected("a mapping", other)).fix("begin with a key such as `users:`")
        }
    }
}
