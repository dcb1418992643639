//! `answers`: fixed answers to requests, whatever the users and rooms.

use hsmod_loader::config::{Fields, Flaw, expected, item};
use hsmod_loader::requests::{REQUESTS, RequestRow};
use hsmod_loader::suggestion::closest;
use hsmod_loader::testing::FakeHost;
use hsmod_loader::values::ModuleError;
use serde_json::{Map, Value};

use super::fields::{below, integer};

pub(super) const KEYS: [&str; 3] = ["answer", "error", "unsupported"];
pub(super) const ERROR_KEYS: [&str; 3] = ["status", "errcode", "error"];

const NOTHING: &str = "there is no answer here";
const ONE_OF: &str = "write one of `answer`, `error` and `unsupported: true`";

/// Groups of requests that the loader answers itself, and the remedy for each.
const OWN: [(&str, &str); 5] = [
    ("http", "write the responses of URLs below `http`"),
    ("storage", "remove it: the loader answers storage requests itself"),
    ("templates", "remove it: the loader renders templates itself"),
    ("mail", "remove it: mail is recorded, not sent"),
    ("time", "remove it: the loader has timers itself"),
];

pub(super) fn read(members: Map<String, Value>, host: &FakeHost, flaws: &mut Vec<Flaw>) {
    for (name, value) in members {
        let path = below(&["answers".to_owned()], &name);
        let Some(request) = find(&name, &path, flaws) else { continue };
        if let Some((_, fix)) = OWN.iter().find(|(group, _)| *group == request.group) {
            let message = format!("`{name}` is not a request that the homeserver answers");
            flaws.push(Flaw::new(&path, message).fix(*fix));
            continue;
        }
        let Value::Array(items) = value else {
            read_answer(request, value, Turn::Always, &path, host, flaws);
            continue;
        };
        let Some(last) = items.len().checked_sub(1) else {
            flaws.push(Flaw::new(&path, NOTHING).fix(ONE_OF));
            continue;
        };
        for (index, item_value) in items.into_iter().enumerate() {
            let turn = if index == last { Turn::Always } else { Turn::Next };
            read_answer(request, item_value, turn, &below(&path, &item(index)), host, flaws);
        }
    }
}

fn find(name: &str, path: &[String], flaws: &mut Vec<Flaw>) -> Option<&'static RequestRow> {
    let all = || REQUESTS.iter().copied().flatten();
    let found = all().find(|request| request.name == name);
    if found.is_none() {
        let fix = match closest(name, all().map(|request| request.name)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`docs/requests.md` lists all requests".to_owned(),
        };
        flaws.push(Flaw::new(path, format!("there is no request `{name}`")).fix(fix));
    }
    found
}

/// When an answer is given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Once, after the answers before it.
    Next,
    /// From now on.
    Always,
}

fn read_answer(
    request: &RequestRow,
    value: Value,
    turn: Turn,
    path: &[String],
    host: &FakeHost,
    flaws: &mut Vec<Flaw>,
) {
    let Value::Object(members) = value else {
        let flaw = Flaw::new(path, expected("a mapping", &value));
        flaws.push(flaw.fix("write `{answer: ..}`, or `{error: ..}`"));
        return;
    };
    // The answer may be `null`, so the key's presence counts and not its value.
    let answer = members.get("answer").cloned();
    let said = members.keys().filter(|key| KEYS.contains(&key.as_str())).count();
    let mut fields = Fields::new(members, path, flaws);
    let (error, unsupported) = (fields.take("error"), fields.boolean("unsupported"));
    fields.refuse_unknown(&KEYS);
    let is_silent = answer.is_none() && error.is_none() && unsupported != Some(true);
    if said > 1 || is_silent {
        let what = if said > 1 { "more than one answer" } else { NOTHING };
        fields.refuse_below::<()>(&[], what, Some(ONE_OF.to_owned()));
        return;
    }
    if let Some(answer) = answer {
        let given = match turn {
            Turn::Next => host.answer_json_next(request.name, &answer),
            Turn::Always => host.answer_json(request.name, &answer),
        };
        if let Err(why) = given {
            let message = format!("`{}` cannot answer this: {why}", request.name);
            let fix = match request.answer {
                "()" => "write `null`".to_owned(),
                other => format!("write a value of type `{other}`: see `docs/requests.md`"),
            };
            fields.refuse::<()>("answer", message, Some(fix));
        }
    } else if unsupported == Some(true) {
        host.lack(request.name);
    } else if let Some(error) = read_error(error, &below(path, "error"), flaws) {
        match turn {
            Turn::Next => host.fail_next(request.name, error),
            Turn::Always => host.fail(request.name, error),
        }
    }
}

/// An error: a message, or a mapping with the error that clients get.
fn read_error(given: Option<Value>, path: &[String], flaws: &mut Vec<Flaw>) -> Option<ModuleError> {
    let members = match given? {
        Value::String(text) => return Some(ModuleError::new(text)),
        Value::Object(members) => members,
        other => {
            let flaw = Flaw::new(path, expected("a string or a mapping", &other));
            let fix = "write the error's text, or `{status: 403, errcode: M_FORBIDDEN}`";
            flaws.push(flaw.fix(fix));
            return None;
        }
    };
    let mut fields = Fields::new(members, path, flaws);
    let status = integer(&mut fields, "status").unwrap_or(400);
    let errcode = fields.string("errcode").unwrap_or_else(|| "M_UNKNOWN".to_owned());
    let message = fields.string("error").unwrap_or_default();
    fields.refuse_unknown(&ERROR_KEYS);
    match u16::try_from(status) {
        Ok(status @ 300..=599) => Some(ModuleError::http(status, errcode, message)),
        _ => {
            let fix = "write one from 300 to 599".to_owned();
            fields.refuse("status", format!("{status} is not the status of an error"), Some(fix))
        }
    }
}
