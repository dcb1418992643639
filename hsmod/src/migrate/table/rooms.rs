//! Modules that restrict users or rooms, or look after rooms that lose their last admin.

use super::super::keys::{Keys, Kind, renamed, same};
use super::{Row, nothing};

pub(super) const ROWS: &[Row] = &[
    Row {
        class: "synapse_user_restrictions.UserRestrictionsModule",
        plugin: "user_restrictions",
        keys: &[
            same(
                "rules",
                Kind::Mappings(&[
                    same("match", Kind::Text),
                    same("allow", Kind::Texts),
                    same("deny", Kind::Texts),
                ]),
            ),
            same("default_deny", Kind::Texts),
        ],
        rest: nothing,
    },
    Row {
        class: "room_access_rules.RoomAccessRules",
        plugin: "room_access_rules",
        keys: &[
            same("id_server", Kind::Text),
            same("domains_forbidden_when_restricted", Kind::Texts),
        ],
        rest: nothing,
    },
    Row {
        class: "freeze_room.FreezeRoom",
        plugin: LAST_ADMIN,
        keys: &[same("unfreeze_blacklist", Kind::Texts), same("promote_moderators", Kind::Switch)],
        rest: freeze,
    },
    Row {
        class: "manage_last_admin.ManageLastAdmin",
        plugin: LAST_ADMIN,
        keys: &[
            same("promote_moderators", Kind::Switch),
            renamed("domains_forbidden_when_restricted", "domains_forbidden", Kind::Texts),
        ],
        rest: open,
    },
];

const LAST_ADMIN: &str = "last_admin";

fn freeze(keys: &mut Keys<'_>) {
    keys.write("mode", "freeze");
}

fn open(keys: &mut Keys<'_>) {
    keys.write("mode", "open");
}
