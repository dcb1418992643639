//! The rules of one policy list, from the state of its room.

use hsmod_plugin_api::prelude::*;
use serde_json::Value;

use crate::glob::folded;
use crate::rules::Rules;

/// The kind of entity that a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    User,
    Room,
    Server,
}

/// The event types of rules: those of the specification, and earlier ones.
pub(crate) const TYPES: [(&str, Kind); 9] = [
    ("m.policy.rule.user", Kind::User),
    ("m.policy.rule.room", Kind::Room),
    ("m.policy.rule.server", Kind::Server),
    ("m.room.rule.user", Kind::User),
    ("m.room.rule.room", Kind::Room),
    ("m.room.rule.server", Kind::Server),
    ("org.matrix.mjolnir.rule.user", Kind::User),
    ("org.matrix.mjolnir.rule.room", Kind::Room),
    ("org.matrix.mjolnir.rule.server", Kind::Server),
];

const BANS: [&str; 2] = ["m.ban", "org.matrix.mjolnir.ban"];

/// The index of a type in [`TYPES`]. `None` if its events are not rules.
fn place(event_type: &str) -> Option<usize> {
    TYPES.iter().position(|(name, _)| *name == event_type)
}

pub(crate) fn is_rule(event: &Event<'_>) -> bool {
    event.is_state() && place(event.event_type()).is_some()
}

/// One policy list.
#[derive(Debug, Default)]
pub(crate) struct List {
    users: Rules,
    rooms: Rules,
    servers: Rules,
}

impl List {
    /// The rules among these events, ordered by type as above and then by state key, since
    /// homeservers return state in no particular order. With `only_bans`, rules that do not ban are
    /// left out.
    pub(crate) fn new<'e>(state: impl IntoIterator<Item = Event<'e>>, only_bans: bool) -> Self {
        let mut rules: Vec<_> = state.into_iter().filter_map(Written::read).collect();
        rules.retain(|rule| rule.bans || !only_bans);
        rules.sort_by(|one, other| one.key.cmp(&other.key));
        let of = |kind| {
            let of_kind = rules.iter().filter(move |rule| rule.kind == kind);
            Rules::new(of_kind.map(|rule| (rule.name.clone(), rule.bans)))
        };
        Self { users: of(Kind::User), rooms: of(Kind::Room), servers: of(Kind::Server) }
    }

    pub(crate) const fn rules(&self, kind: Kind) -> &Rules {
        match kind {
            Kind::User => &self.users,
            Kind::Room => &self.rooms,
            Kind::Server => &self.servers,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.users.len() + self.rooms.len() + self.servers.len()
    }
}

/// A rule, as read from an event.
struct Written {
    /// The index of its type, and its state key.
    key: (usize, String),
    kind: Kind,
    /// The folded entity.
    name: String,
    bans: bool,
}

impl Written {
    /// Reads a rule. `None` if it lacks a part: an event without content withdraws a rule.
    fn read(event: Event<'_>) -> Option<Self> {
        #[derive(Deserialize)]
        struct Content {
            entity: Option<Value>,
            recommendation: Option<Value>,
            reason: Option<Value>,
        }
        let place = place(event.event_type())?;
        let content: Content = event.content().ok()?;
        let (Value::String(entity), Some(_)) = (content.entity?, content.reason) else {
            return None;
        };
        let recommendation = content.recommendation?;
        Some(Self {
            key: (place, event.state_key()?.to_owned()),
            kind: TYPES[place].1,
            name: folded(&entity),
            bans: recommendation.as_str().is_some_and(|text| BANS.contains(&text)),
        })
    }
}
