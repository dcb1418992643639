//! Finds the actions of users that an event reveals.

use std::collections::HashSet;

use hsmod_loader::values::{Event, OwnedEvent, RoomAlias, UserId};
use serde_json::{Map, Value};

use super::acts::{Act, Kind};
use super::beginning::{Beginning, First};
use super::member::Member;
use super::people::{is_local, is_of};
use super::{Scene, creation};
use crate::replay::room::Audience;

/// An event and its context.
pub(super) struct Reading<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) audience: &'a Audience,
    /// The room's events after the upcoming ones.
    pub(super) ahead: &'a [OwnedEvent],
}

/// Types of events that the server sends, not a client.
const SENT_BY_SERVER: [&str; 2] = ["m.room.tombstone", "org.matrix.dummy_event"];

impl<'a> Reading<'a> {
    /// The actions, in order. Actions that no module listens to may be left out.
    pub(super) fn acts(&self, beginning: &mut Option<Beginning>) -> Vec<Act> {
        let event = self.scene.event;
        if !self.is_local(event.sender()) {
            *beginning = None;
            return self.elsewhere();
        }
        if event.event_type() == "m.room.create" && event.state_key() == Some("") {
            return self.created(beginning);
        }
        let first = beginning.as_mut().and_then(|beginning| beginning.take(event));
        match first {
            Some(First::Invite) => return vec![Act::InviteWithRoom],
            Some(First::Other) => return Vec::new(),
            None => *beginning = None,
        }
        match (event.event_type(), event.state_key()) {
            ("m.room.member", Some(user)) => self.member(UserId::new(user)),
            (event_type, _) if SENT_BY_SERVER.contains(&event_type) => Vec::new(),
            // Clients do not set the state of an invite by e-mail themselves.
            ("m.room.third_party_invite", _) | (_, None) => self.wanted(Act::Send),
            ("m.room.canonical_alias", _) => {
                let mut acts: Vec<Act> = self.new_aliases().map(Act::CreateAlias).collect();
                acts.push(Act::SendState);
                acts
            }
            _ => self.wanted(Act::SendState),
        }
    }

    fn is_local(&self, user: &UserId) -> bool {
        is_local(user, &self.audience.server_name)
    }

    /// The action, unless no module listens to it. This keeps the common case cheap: most events
    /// are messages, for which few modules have a callback.
    fn wanted(&self, act: Act) -> Vec<Act> {
        if self.wants(act.kind()) { vec![act] } else { Vec::new() }
    }

    fn wants(&self, kind: Kind) -> bool {
        self.audience.listeners.hear_any(kind.row().asks)
    }

    /// The action of a user of another server.
    fn elsewhere(&self) -> Vec<Act> {
        let event = self.scene.event;
        let invited = event.state_key().filter(|_| event.event_type() == "m.room.member");
        let is_invite = invited.is_some_and(|user| {
            self.is_local(UserId::new(user))
                && Member::of(event).is_some_and(|member| member.membership == "invite")
        });
        self.wanted(if is_invite { Act::ReceiveInvite } else { Act::Receive })
    }

    fn created(&self, beginning: &mut Option<Beginning>) -> Vec<Act> {
        let event = self.scene.event;
        let is_upgrade = creation::is_upgrade(event);
        let new = beginning.insert(Beginning::new(event, is_upgrade)).clone();
        let upcoming = self.scene.upcoming.iter().map(|letter| &letter.event);
        let first = upcoming.chain(self.ahead);
        if !self.wants(if is_upgrade { Kind::UpgradeRoom } else { Kind::CreateRoom }) {
            return Vec::new();
        }
        vec![if is_upgrade {
            Act::UpgradeRoom(creation::upgrade(event, new, first))
        } else {
            let server_name = &self.audience.server_name;
            Act::CreateRoom(creation::request(event, new, first, server_name))
        }]
    }

    /// The actions of a local user who changed the membership of `user`.
    fn member(&self, user: &UserId) -> Vec<Act> {
        let event = self.scene.event;
        let Some(member) = Member::of(event) else { return self.wanted(Act::Send) };
        match &*member.membership {
            // This invite results from the joining user's request.
            "invite" if member.is_exchanged => Vec::new(),
            "invite" => self.wanted(Act::Invite),
            "join" if user == event.sender() => self.join(member),
            _ => self.wanted(Act::Send),
        }
    }

    fn join(&self, member: Member) -> Vec<Act> {
        let before = self.scene.state.find("m.room.member", self.scene.event.sender().as_str());
        let before = before.and_then(Member::of_json);
        let was = before.as_ref().map(|before| &*before.membership);
        let carries = before.as_ref().is_some_and(|before| before.profile != member.profile);
        let entry = match was {
            Some("join") if carries || self.scene.is_news => Act::ShowProfile,
            _ => Act::Join { is_invited: was == Some("invite") },
        };
        let news = self.scene.is_news.then_some(Act::SetProfile(member.profile));
        news.into_iter().chain([entry]).collect()
    }

    /// The aliases on this server that are new in the room.
    fn new_aliases(&self) -> impl Iterator<Item = String> + use<'a> {
        let before = self.scene.state.find("m.room.canonical_alias", "");
        let mut known: HashSet<String> = HashSet::new();
        if let Some(before) = before.and_then(|before| OwnedEvent::from_json(before).ok()) {
            known.extend(aliases(&before.as_event()));
        }
        let server_name = &self.audience.server_name;
        aliases(self.scene.event).into_iter().filter(move |alias| {
            is_of(server_name, RoomAlias::new(alias).server_name()) && known.insert(alias.clone())
        })
    }
}

/// The event's `alias` and `alt_aliases`.
fn aliases(event: &Event<'_>) -> Vec<String> {
    let content: Map<String, Value> = event.content().unwrap_or_default();
    let others = content.get("alt_aliases").and_then(Value::as_array).into_iter().flatten();
    let all = content.get("alias").into_iter().chain(others).filter_map(Value::as_str);
    all.map(str::to_owned).collect()
}
