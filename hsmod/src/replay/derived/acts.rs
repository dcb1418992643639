//! The actions that a history reveals, and the callbacks that Synapse calls for each.
//! `docs/replay.md` and `--help` print this table.

use hsmod_loader::EditableText;

use super::callback::Callback;
use super::member::Profile;

/// The kind of an action: a client's request, a part of one, or an event from another server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    CreateRoom,
    UpgradeRoom,
    InviteWithRoom,
    SetProfile,
    ShowProfile,
    Join,
    Invite,
    CreateAlias,
    SendState,
    Send,
    ReceiveInvite,
    Receive,
}

/// A kind of action and its callbacks.
pub(super) struct Row {
    pub(super) kind: Kind,
    /// What in a history reveals it.
    pub(super) shown_by: &'static str,
    /// The callbacks, in the order in which they are called.
    pub(super) asks: &'static [Callback],
}

use Callback as C;

/// Mirrors the call sites in `synapse/handlers/room.py`, `room_member.py`, `profile.py`,
/// `directory.py` and `federation.py`, `synapse/federation/federation_server.py`,
/// `synapse/rest/client/room.py` and `synapse/api/auth`.
pub(super) const ROWS: &[Row] = &[
    Row {
        kind: Kind::CreateRoom,
        shown_by: "a room that a local user creates",
        asks: &[
            C::IsUserExpired,
            C::OnCreateRoom,
            C::GetRatelimitOverrideForUser,
            C::UserMayCreateRoom,
            C::CheckVisibilityCanBeModified,
            C::UserMayCreateRoomAlias,
        ],
    },
    Row {
        kind: Kind::UpgradeRoom,
        shown_by: "a room of a local user in place of an older one",
        asks: &[C::IsUserExpired, C::UserMayCreateRoom],
    },
    Row {
        kind: Kind::InviteWithRoom,
        shown_by: "an invite among the first events of a room",
        asks: &[C::UserMayInvite],
    },
    Row {
        kind: Kind::SetProfile,
        shown_by: "the first join that shows a local user's new name or avatar",
        asks: &[C::IsUserExpired, C::OnProfileUpdate],
    },
    Row {
        kind: Kind::ShowProfile,
        shown_by: "each member event that carries it into a room",
        asks: &[C::UserMayJoinRoom],
    },
    Row {
        kind: Kind::Join,
        shown_by: "a local user's join",
        asks: &[C::IsUserExpired, C::UserMayJoinRoom],
    },
    Row {
        kind: Kind::Invite,
        shown_by: "a local user's invite",
        asks: &[C::IsUserExpired, C::GetRatelimitOverrideForUser, C::UserMayInvite],
    },
    Row {
        kind: Kind::CreateAlias,
        shown_by: "an alias of this server that is new in a local user's m.room.canonical_alias",
        asks: &[C::IsUserExpired, C::UserMayCreateRoomAlias],
    },
    Row {
        kind: Kind::SendState,
        shown_by: "a local user's state event of another type",
        asks: &[C::IsUserExpired, C::UserMaySendStateEvent],
    },
    Row {
        kind: Kind::Send,
        shown_by: "a local user's message, redaction, knock, leave, kick, ban",
        asks: &[C::IsUserExpired],
    },
    Row {
        kind: Kind::ReceiveInvite,
        shown_by: "an invite of a local user by a user of another server",
        asks: &[C::ShouldDropFederatedEvent, C::FederatedUserMayInvite, C::UserMayInvite],
    },
    Row {
        kind: Kind::Receive,
        shown_by: "any other event of a user of another server",
        asks: &[C::ShouldDropFederatedEvent],
    },
];

impl Kind {
    pub(super) const fn row(self) -> &'static Row {
        let row = &ROWS[self as usize];
        debug_assert!(row.kind as usize == self as usize, "the rows are in the order of the kinds");
        row
    }
}

/// An action, with the details that its event does not contain.
#[derive(Debug)]
pub(in crate::replay) enum Act {
    CreateRoom(EditableText),
    UpgradeRoom(EditableText),
    InviteWithRoom,
    SetProfile(Profile),
    ShowProfile,
    Join { is_invited: bool },
    Invite,
    CreateAlias(String),
    SendState,
    Send,
    ReceiveInvite,
    Receive,
}

impl Act {
    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::CreateRoom(_) => Kind::CreateRoom,
            Self::UpgradeRoom(_) => Kind::UpgradeRoom,
            Self::InviteWithRoom => Kind::InviteWithRoom,
            Self::SetProfile(_) => Kind::SetProfile,
            Self::ShowProfile => Kind::ShowProfile,
            Self::Join { .. } => Kind::Join,
            Self::Invite => Kind::Invite,
            Self::CreateAlias(_) => Kind::CreateAlias,
            Self::SendState => Kind::SendState,
            Self::Send => Kind::Send,
            Self::ReceiveInvite => Kind::ReceiveInvite,
            Self::Receive => Kind::Receive,
        }
    }
}

/// The table for `--help`.
pub(in crate::replay) fn help() -> String {
    ROWS.iter().map(|row| format!("  {}:\n{}", row.shown_by, listed(row.asks))).collect()
}

/// Lists names, wrapped to lines.
fn listed(callbacks: &[Callback]) -> String {
    const WIDTH: usize = 98;
    const INDENT: &str = "      ";
    let mut lines = vec![INDENT.to_owned()];
    for (at, callback) in callbacks.iter().enumerate() {
        let comma = if at + 1 < callbacks.len() { ", " } else { "" };
        let name = format!("{}{comma}", callback.name());
        match lines.last_mut() {
            Some(line) if line.len() + name.len() <= WIDTH => line.push_str(&name),
            _ => lines.push(format!("{INDENT}{name}")),
        }
    }
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::never;
    use super::*;

    #[test]
    fn each_kind_has_its_row() {
        for row in ROWS {
            assert_eq!(row.kind.row().shown_by, row.shown_by);
        }
    }

    #[test]
    fn the_page_has_the_table() {
        let page = hsmod_tests::build::workspace().join("docs/replay.md");
        let page = std::fs::read_to_string(page).unwrap();
        let code = |name: &str| format!("`{name}`");
        let asked = ROWS.iter().map(|row| {
            let asks = row.asks.iter().map(|callback| code(callback.name())).collect::<Vec<_>>();
            format!("| {} | {} |\n", row.shown_by, asks.join(", "))
        });
        let never = never::ROWS.iter().map(|(callbacks, why)| {
            let callbacks = callbacks.iter().map(|name| code(name)).collect::<Vec<_>>();
            format!("| {} | {why} |\n", callbacks.join(", "))
        });
        let (asked, never) = (asked.collect::<String>(), never.collect::<String>());
        for table in [asked, never] {
            assert!(page.contains(&table), "docs/replay.md lacks this table:\n{table}");
        }
    }
}
