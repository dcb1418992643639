//! `rooms`: the rooms, each with the state events that follow from its keys.

mod state;

use std::collections::{BTreeMap, HashSet};

use hsmod_loader::config::{Fields, Flaw, expected};
use hsmod_loader::suggestion::{closest, listed};
use hsmod_loader::testing::{FakeRoom, room};
use serde_json::{Map, Value, json};

use self::state::State;
use super::fields::{Named, below, named, texts};
use super::names::Names;
use super::users::Users;

#[cfg(test)]
pub(super) use self::state::EVENT_KEYS;

#[rustfmt::skip]
pub(super) const KEYS: [&str; 10] = [
    "creator", "version", "members", "name", "topic", "join_rule", "power_levels", "aliases",
    "published", "state",
];

const MEMBERSHIPS: [&str; 5] = ["join", "invite", "leave", "ban", "knock"];
const JOIN_RULES: [&str; 6] =
    ["public", "invite", "knock", "private", "restricted", "knock_restricted"];

/// The default room versions. Since version 12, room IDs contain no server name.
const VERSION: &str = "11";
const VERSION_WITHOUT_SERVER: &str = "12";

/// Reads the rooms. If there are flaws, some rooms may be incomplete.
pub(super) fn read(
    members: Map<String, Value>,
    names: Names<'_>,
    users: &Users,
    flaws: &mut Vec<Flaw>,
) -> Vec<FakeRoom> {
    let mut rooms = Vec::new();
    let mut taken = Aliases::new();
    for (number, (room_id, value)) in members.into_iter().enumerate() {
        let path = below(&["rooms".to_owned()], &room_id);
        if let Err((message, fix)) = names.room(&room_id) {
            flaws.push(Flaw::new(&path, message).fix(fix));
            continue;
        }
        let members = match value {
            Value::Null => Map::new(),
            Value::Object(members) => members,
            other => {
                let flaw = Flaw::new(&path, expected("a mapping", &other));
                let fix = "describe the room, like `{members: [alice]}`, or write nothing";
                flaws.push(flaw.fix(fix));
                continue;
            }
        };
        let people = People { names, users };
        rooms.push(read_room((number, &room_id), members, people, &mut taken, &path, flaws));
    }
    rooms
}

fn read_room(
    (number, room_id): (usize, &str),
    members: Map<String, Value>,
    people: People<'_>,
    taken: &mut Aliases,
    path: &[String],
    flaws: &mut Vec<Flaw>,
) -> FakeRoom {
    let mut fields = Fields::new(members, path, flaws);
    let version = version(room_id, &mut fields);
    let members = memberships(people, &mut fields);
    let creator = creator(people, &members, &mut fields);
    let aliases = aliases(room_id, people.names, taken, &mut fields);
    let mut made = room(room_id).version(&version);
    made = aliases.iter().fold(made, |made, alias| made.alias(alias));
    if fields.boolean("published") == Some(true) {
        made = made.public();
    }
    let mut state = State::new(number, room_id, &creator, made);
    state.create(&version);
    for (user_id, membership) in &members {
        state.member(user_id, membership, people.users.get(user_id));
    }
    if let Some(alias) = aliases.first() {
        state.set("m.room.canonical_alias", json!({"alias": alias}));
    }
    for (key, event_type) in [("name", "m.room.name"), ("topic", "m.room.topic")] {
        if let Some(text) = fields.string(key) {
            state.set(event_type, json!({key: text}));
        }
    }
    if let Some(rule) = join_rule(&mut fields) {
        state.set("m.room.join_rules", json!({"join_rule": rule}));
    }
    if let Some(levels) = power_levels(people, &mut fields) {
        state.set("m.room.power_levels", json!({"users": levels}));
    }
    let given = fields.take("state").unwrap_or_default();
    fields.refuse_unknown(&KEYS);
    state.read(given, people, &below(path, "state"), flaws);
    state.room()
}

/// Room IDs by alias.
type Aliases = BTreeMap<String, String>;

/// The users that may appear in a room.
#[derive(Clone, Copy)]
pub(super) struct People<'a> {
    names: Names<'a>,
    users: &'a Users,
}

impl People<'_> {
    /// Completes a user ID. Users of this homeserver must be defined.
    fn find(self, text: &str) -> Result<String, (String, String)> {
        let user_id = self.names.user(text)?;
        if !self.names.is_local(&user_id) || self.users.contains_key(&user_id) {
            return Ok(user_id);
        }
        // Compare without the server, which all share and which would make different names look
        // alike.
        let locals = self.users.keys().filter(|user_id| self.names.is_local(user_id));
        let fix = match closest(without_server(&user_id), locals.map(|id| without_server(id))) {
            Some(meant) => format!("did you mean `{}`?", meant.trim_start_matches('@')),
            None => format!("add `{text}` below `users`"),
        };
        Err((format!("there is no user `{user_id}`"), fix))
    }

    /// Like [`People::find`], but reports an error at its place in the file.
    fn find_at(self, text: &str, below: &[&str], fields: &mut Fields<'_>) -> Option<String> {
        match self.find(text) {
            Ok(user_id) => Some(user_id),
            Err((message, fix)) => fields.refuse_below(below, message, Some(fix)),
        }
    }
}

/// `@alice`
fn without_server(user_id: &str) -> &str {
    user_id.split(':').next().unwrap_or_default()
}

fn version(room_id: &str, fields: &mut Fields<'_>) -> String {
    let has_server = room_id.contains(':');
    let version = match fields.take("version") {
        None => return if has_server { VERSION } else { VERSION_WITHOUT_SERVER }.to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text,
        Some(other) => {
            let fix = Some("write it in quotes: `\"11\"`".to_owned());
            return fields.refuse("version", expected("a string", &other), fix).unwrap_or_default();
        }
    };
    let fix = match (version.as_str(), has_server) {
        (VERSION_WITHOUT_SERVER, true) => "write the room's ID as `!hash`, without a server",
        ("1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "10" | "11", false) => {
            "write the room's ID as `!room:server`"
        }
        _ => return version,
    };
    let message = format!("`{room_id}` cannot be of room version {version}");
    fields.refuse::<()>("version", message, Some(fix.to_owned()));
    version
}

/// The members and their memberships, in file order.
fn memberships(people: People<'_>, fields: &mut Fields<'_>) -> Vec<(String, String)> {
    let (mut members, mut known) = (Vec::new(), HashSet::new());
    for Named { segment, name, value } in named(fields, "members") {
        let place = ["members", &segment];
        let membership = match value {
            Value::Null => Some("join".to_owned()),
            Value::String(word) => one_of("membership", &MEMBERSHIPS, word, &place, fields),
            other => {
                let fix = format!("write one of {}", listed(MEMBERSHIPS));
                fields.refuse_below(&place, expected("a string", &other), Some(fix))
            }
        };
        let user_id = people.find_at(&name, &place, fields);
        let (Some(user_id), Some(membership)) = (user_id, membership) else { continue };
        if !known.insert(user_id.clone()) {
            let message = format!("`{user_id}` is given twice");
            fields.refuse_below::<()>(&place, message, Some("keep one of them".to_owned()));
        }
        members.push((user_id, membership));
    }
    members
}

/// The creator of the room: the one given, else the first joined member, else a made-up user.
fn creator(people: People<'_>, members: &[(String, String)], fields: &mut Fields<'_>) -> String {
    let given =
        fields.string("creator").and_then(|name| people.find_at(&name, &["creator"], fields));
    let mut joined = members.iter().filter(|(_, membership)| membership == "join");
    given
        .or_else(|| joined.next().map(|(user_id, _)| user_id.clone()))
        .unwrap_or_else(|| people.names.nobody())
}

/// The aliases of a room. An alias of another room is reported and left out.
fn aliases(
    room_id: &str,
    names: Names<'_>,
    taken: &mut Aliases,
    fields: &mut Fields<'_>,
) -> Vec<String> {
    let mut aliases = Vec::new();
    for text in texts(fields, "aliases") {
        let free = names.alias(&text).and_then(|alias| match taken.get(&alias) {
            None => Ok(alias),
            Some(other) => Err((
                format!("`{alias}` already points to `{other}`"),
                "keep one of them: an alias points to one room".to_owned(),
            )),
        });
        match free {
            Ok(alias) => {
                taken.insert(alias.clone(), room_id.to_owned());
                aliases.push(alias);
            }
            Err((message, fix)) => {
                fields.refuse::<()>("aliases", message, Some(fix));
            }
        }
    }
    aliases
}

fn join_rule(fields: &mut Fields<'_>) -> Option<String> {
    let word = fields.string("join_rule")?;
    one_of("join rule", &JOIN_RULES, word, &["join_rule"], fields)
}

fn power_levels(people: People<'_>, fields: &mut Fields<'_>) -> Option<Map<String, Value>> {
    let mut levels = Map::new();
    for (name, level) in fields.mapping("power_levels")? {
        let place = ["power_levels", &name];
        if !level.is_i64() {
            let fix = "write a whole number, without quotes".to_owned();
            fields.refuse_below::<()>(&place, expected("a whole number", &level), Some(fix));
        }
        let user_id = people.find_at(&name, &place, fields);
        levels.extend(user_id.map(|user_id| (user_id, level)));
    }
    Some(levels)
}

/// Checks that a word is one of these.
fn one_of(
    what: &str,
    words: &[&str],
    word: String,
    place: &[&str],
    fields: &mut Fields<'_>,
) -> Option<String> {
    if words.contains(&word.as_str()) {
        return Some(word);
    }
    let fix = match closest(&word, words.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("write one of {}", listed(words.iter().copied())),
    };
    fields.refuse_below(place, format!("`{word}` is not a {what}"), Some(fix))
}
