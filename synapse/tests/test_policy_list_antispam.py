"""Shows that the plugin `policy_list_antispam` bans whom the rules of a room ban, from the time
they are sent until they are revoked."""

from __future__ import annotations

from typing import Any

from synapse.rest import admin
from synapse.rest.client import directory, login, room, user_directory

from support import NativeTestCase

LIST = "!policies:test"


class PolicyLists(NativeTestCase):
    """The room of the list is created after the module has started."""

    servlets = [
        admin.register_servlets,
        directory.register_servlets,
        login.register_servlets,
        room.register_servlets,
        user_directory.register_servlets,
    ]
    modules = [
        {
            "module": "policy_list_antispam",
            "config": {
                "ban_lists": [LIST],
                "block_messages": True,
                "block_usernames": True,
                "message_max_length": {"threshold": 20},
                "refresh_interval": "1h",
            },
        }
    ]

    def default_config(self) -> dict[str, Any]:
        return {**super().default_config(), "user_directory": {"search_all_users": True}}

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.users = {}
        for user in ("moderator", "alice", "eve"):
            self.users[user] = self.register_user(user, "secret")
        self.tokens = {user: self.login(user, "secret") for user in self.users}
        self.make_list()
        self.room = self.helper.create_room_as(self.users["eve"], tok=self.tokens["eve"])

    def make_list(self) -> None:
        """Creates the room with the ID that the config names."""
        rooms = self.hs.get_room_creation_handler()
        usual = rooms._generate_room_id
        rooms._generate_room_id = lambda: LIST
        made = self.helper.create_room_as(
            self.users["moderator"], room_version="11", tok=self.tokens["moderator"]
        )
        rooms._generate_room_id = usual
        self.assertEqual(made, LIST)

    def rule(self, entity: str | None, key: str = "rule:1", by: str = "moderator") -> int:
        """Sends or revokes a rule; returns the status."""
        rule = {"entity": entity, "recommendation": "m.ban", "reason": "spam"}
        path = f"/_matrix/client/v3/rooms/{LIST}/state/m.policy.rule.user/{key}"
        content = {} if entity is None else rule
        return self.make_request("PUT", path, content, access_token=self.tokens[by]).code

    def invites(self, user: str) -> int:
        """The status of an invite of the moderator by this user; the invite is then revoked."""
        guest = {"user_id": self.users["moderator"]}
        path = f"/_matrix/client/v3/rooms/{self.room}"
        token = self.tokens[user]
        answer = self.make_request("POST", f"{path}/invite", guest, access_token=token)
        if answer.code == 200:
            self.make_request("POST", f"{path}/kick", guest, access_token=token)
        return answer.code

    def says(self, user: str, body: str = "hello") -> int:
        path = f"/_matrix/client/v3/rooms/{self.room}/send/m.room.message"
        message = {"msgtype": "m.text", "body": body}
        return self.make_request("POST", path, message, access_token=self.tokens[user]).code

    def finds_eve(self) -> bool:
        path = "/_matrix/client/v3/user_directory/search"
        found = self.make_request(
            "POST", path, {"search_term": "eve"}, access_token=self.tokens["alice"]
        )
        return [user["user_id"] for user in found.json_body["results"]] == [self.users["eve"]]

    def test_rules_come_and_go(self) -> None:
        self.assertEqual(self.invites("eve"), 200)
        self.assertEqual(self.says("eve"), 200)
        self.assertTrue(self.finds_eve())
        self.assertEqual(self.rule("@EV?:*"), 200)
        self.until(lambda: self.says("eve") == 403)
        self.assertEqual(self.invites("eve"), 403)
        self.assertFalse(self.finds_eve())
        self.assertEqual(self.rule(None), 200)
        self.until(lambda: self.says("eve") == 200)
        self.assertEqual(self.invites("eve"), 200)
        self.assertTrue(self.finds_eve())

    def test_rules_of_unauthorised_users_are_ignored(self) -> None:
        self.assertEqual(self.rule("@alice:test"), 200)
        self.helper.join(self.room, self.users["alice"], tok=self.tokens["alice"])
        self.until(lambda: self.says("alice") == 403)
        self.assertEqual(self.rule("*", key="rule:2", by="eve"), 403)
        # This one is read after it.
        self.assertEqual(self.rule(None), 200)
        self.until(lambda: self.says("alice") == 200)
        self.assertEqual(self.says("eve"), 200)

    def test_long_messages(self) -> None:
        self.assertEqual(self.says("eve", 20 * "é"), 200)
        self.assertEqual(self.says("eve", 21 * "e"), 403)
