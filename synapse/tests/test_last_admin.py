"""Shows that the plugin `last_admin` freezes, opens or hands over a room before its last admin has
left; the events that it sends are checked by the same module, too."""

from __future__ import annotations

from typing import Any

from synapse.api.constants import EventTypes, JoinRules
from synapse.rest import admin
from synapse.rest.client import login, room
from synapse.types import JsonDict

from support import NativeTestCase, native

FROZEN = "org.matrix.room.frozen"
CLIENT = "/_matrix/client/v3/rooms"

# In the newer version creators have power without being listed.
VERSIONS = ["10", "12"]


class LastAdmin(NativeTestCase):
    """Each room is public; alice created it, bob is a moderator, carol is a plain member."""

    servlets = [admin.register_servlets, login.register_servlets, room.register_servlets]
    config: JsonDict = {}

    def native_modules(self) -> list[JsonDict]:
        return [native({"module": "last_admin", "config": self.config})]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.users = {}
        self.tokens = {}
        for user in ("alice", "bob", "carol"):
            self.users[user] = self.register_user(user, "secret")
            self.tokens[user] = self.login(user, "secret")

    def room(self, version: str, levels: JsonDict | None = None) -> str:
        made = self.helper.create_room_as(
            self.users["alice"],
            room_version=version,
            tok=self.tokens["alice"],
            extra_content={"power_level_content_override": levels or {}},
        )
        for user in ("bob", "carol"):
            self.helper.join(made, self.users[user], tok=self.tokens[user])
        levels = self.state(made, EventTypes.PowerLevels)
        levels["users"] = {**levels["users"], self.users["bob"]: 50}
        self.assertEqual(self.put(made, "alice", EventTypes.PowerLevels, levels), 200)
        return made

    def state(self, room_id: str, event_type: str, key: str = "") -> JsonDict:
        """The content of a state event in the homeserver."""
        state = self.get_success(
            self.hs.get_storage_controllers().state.get_current_state(room_id)
        )
        event = state.get((event_type, key))
        return {} if event is None else event.get_dict()["content"]

    def put(self, room_id: str, user: str, event_type: str, content: JsonDict) -> int:
        path = f"{CLIENT}/{room_id}/state/{event_type}"
        return self.make_request("PUT", path, content, access_token=self.tokens[user]).code

    def post(self, room_id: str, user: str, what: str, content: JsonDict | None = None) -> int:
        path = f"{CLIENT}/{room_id}/{what}"
        return self.make_request("POST", path, content or {}, access_token=self.tokens[user]).code

    def says(self, room_id: str, user: str) -> int:
        message = {"msgtype": "m.text", "body": "hello"}
        return self.post(room_id, user, "send/m.room.message", message)

    def leaves(self, room_id: str, user: str) -> None:
        self.assertEqual(self.post(room_id, user, "leave"), 200)
        member = self.state(room_id, EventTypes.Member, self.users[user])
        self.assertEqual(member["membership"], "leave")

    def levels(self, room_id: str) -> tuple[int, JsonDict]:
        """The default power level, and those of listed users."""
        levels = self.state(room_id, EventTypes.PowerLevels)
        return levels["users_default"], levels["users"]

    def listed(self, version: str) -> JsonDict:
        """The list with the creator, if this room version lists creators."""
        return {self.users["alice"]: 100} if version == "10" else {}


class Freezes(LastAdmin):
    """The default."""

    def test_until_somebody_unfreezes_it(self) -> None:
        for version in VERSIONS:
            made = self.room(version)
            self.assertEqual(self.says(made, "carol"), 200)
            self.leaves(made, "alice")
            self.assertEqual(self.state(made, FROZEN), {"frozen": True})
            self.assertEqual(self.levels(made), (100, self.listed(version)))
            rule = self.state(made, EventTypes.JoinRules)["join_rule"]
            self.assertEqual(rule, JoinRules.INVITE)
            self.assertEqual(self.says(made, "carol"), 403)
            self.assertEqual(self.put(made, "carol", EventTypes.Name, {"name": "mine"}), 403)
            self.assertEqual(self.put(made, "bob", EventTypes.PowerLevels, {"users": {}}), 403)
            kicked = {"user_id": self.users["carol"]}
            self.assertEqual(self.post(made, "bob", "kick", kicked), 403)
            self.assertEqual(self.put(made, "carol", FROZEN, {"frozen": "no"}), 403)
            self.leaves(made, "bob")
            self.assertEqual(self.put(made, "carol", FROZEN, {"frozen": False}), 200)
            admins = {**self.listed(version), self.users["carol"]: 100}
            self.assertEqual(self.state(made, FROZEN), {"frozen": False})
            self.assertEqual(self.levels(made), (0, admins))
            self.assertEqual(self.says(made, "carol"), 200)

    def test_by_hand(self) -> None:
        for version in VERSIONS:
            made = self.room(version)
            # A moderator may send it, but not the power levels that must follow.
            self.assertEqual(self.put(made, "bob", FROZEN, {"frozen": True}), 403)
            self.assertEqual(self.says(made, "carol"), 200)
            self.assertEqual(self.put(made, "alice", FROZEN, {"frozen": True}), 200)
            self.assertEqual(self.says(made, "alice"), 403)
            # Nothing changes.
            self.assertEqual(self.put(made, "carol", FROZEN, {"frozen": True}), 200)
            self.assertEqual(self.put(made, "alice", FROZEN, {"frozen": False}), 200)
            self.assertEqual(self.levels(made), (0, self.listed(version)))

    def test_other_departures_do_not_freeze(self) -> None:
        for version in VERSIONS:
            made = self.room(version)
            kicked = {"user_id": self.users["carol"]}
            self.assertEqual(self.post(made, "alice", "kick", kicked), 200)
            self.leaves(made, "bob")
            self.assertEqual(self.state(made, FROZEN), {})
            self.assertEqual(self.says(made, "alice"), 200)

    def test_while_another_admin_is_there(self) -> None:
        for version in VERSIONS:
            made = self.room(version)
            levels = self.state(made, EventTypes.PowerLevels)
            levels["users"][self.users["bob"]] = 100
            self.assertEqual(self.put(made, "alice", EventTypes.PowerLevels, levels), 200)
            self.leaves(made, "alice")
            self.assertEqual(self.state(made, FROZEN), {})
            self.leaves(made, "bob")
            self.assertEqual(self.state(made, FROZEN), {"frozen": True})

    def test_refused_freezes_change_nothing(self) -> None:
        made = self.room("10", {"events": {FROZEN: 101}})
        self.leaves(made, "alice")
        self.assertEqual(self.state(made, FROZEN), {})
        self.assertEqual(self.levels(made), (0, {**self.listed("10"), self.users["bob"]: 50}))


class Promotes(LastAdmin):
    config = {"promote_moderators": True}

    def test_moderators(self) -> None:
        for version in VERSIONS:
            made = self.room(version)
            self.leaves(made, "alice")
            self.assertEqual(self.state(made, FROZEN), {})
            admins = {**self.listed(version), self.users["bob"]: 100}
            self.assertEqual(self.levels(made), (0, admins))
            # Now he is the last admin.
            self.leaves(made, "bob")
            self.assertEqual(self.state(made, FROZEN), {"frozen": True})


class OnlyPromotes(LastAdmin):
    config = {"mode": "promote_only", "domains_forbidden": ["test"]}

    def test_nobody(self) -> None:
        for version in VERSIONS:
            made = self.room(version)
            self.leaves(made, "alice")
            self.assertEqual(self.state(made, FROZEN), {})
            self.assertEqual(
                self.levels(made), (0, {**self.listed(version), self.users["bob"]: 50})
            )


class Opens(LastAdmin):
    config = {"mode": "open"}

    def test_to_everybody(self) -> None:
        for version in VERSIONS:
            made = self.room(version)
            self.leaves(made, "alice")
            self.assertEqual(self.state(made, FROZEN), {})
            self.assertEqual(self.levels(made), (100, self.listed(version)))
            self.assertEqual(self.put(made, "carol", EventTypes.Name, {"name": "ours"}), 200)


class Blacklisted(LastAdmin):
    config = {"unfreeze_blacklist": ["test"]}

    def test_blacklisted_users_cannot_unfreeze(self) -> None:
        for version in VERSIONS:
            made = self.room(version)
            self.leaves(made, "alice")
            self.assertEqual(self.put(made, "carol", FROZEN, {"frozen": False}), 403)
            self.assertEqual(self.state(made, FROZEN), {"frozen": True})
