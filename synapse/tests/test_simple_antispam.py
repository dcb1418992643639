"""Shows that the plugin `simple_antispam` refuses invites and events according to its config."""

from __future__ import annotations

from typing import Any


from synapse.rest import admin
from synapse.rest.client import login, room
from synapse.types import JsonDict

from events import make_event
from support import NativeTestCase, native

FORBIDDEN = "M_FORBIDDEN"


class Antispam(NativeTestCase):
    servlets = [admin.register_servlets, login.register_servlets, room.register_servlets]

    # The config of one module, or of each of several.
    configs: list[JsonDict] = [
        {
            "blocked_invite_servers": ["inviting.example"],
            "blocked_message_servers": ["talking.example"],
            "blocked_texts": ["Buy now!"],
            "blocked_regexes": [r"(?i)free\s+bitcoin"],
        }
    ]

    def native_modules(self) -> list[JsonDict]:
        return [native(*({"module": "simple_antispam", "config": one} for one in self.configs))]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.checks = hs.get_module_api_callbacks().spam_checker
        self.alice = self.register_user("alice", "secret")
        self.token = self.login("alice", "secret")
        self.room = self.helper.create_room_as(self.alice, tok=self.token)

    def says(self, content: JsonDict, event_type: str = "m.room.message") -> str | None:
        """The error of an event, if it is refused."""
        path = f"/_matrix/client/v3/rooms/{self.room}/send/{event_type}"
        sent = self.make_request("POST", path, content, access_token=self.token)
        return sent.json_body.get("errcode")

    def test_texts(self) -> None:
        for body, refused in [
            ("Buy now!", True),
            ("buy now!", False),
            ("get FREE \n bitcoin here", True),
            ("freebitcoin", False),
        ]:
            said = self.says({"msgtype": "m.text", "body": body})
            self.assertEqual(said, FORBIDDEN if refused else None, body)
        # Synapse itself requires a body in messages.
        for content in ({}, {"body": ["Buy now!"]}, {"body": {"free bitcoin": 1}}):
            self.assertIsNone(self.says(content, "org.example.note"), content)

    def test_state(self) -> None:
        path = f"/_matrix/client/v3/rooms/{self.room}/state/org.example.sign"
        for body, status in [("Buy now!", 403), ("Closed", 200)]:
            sent = self.make_request("PUT", path, {"body": body}, access_token=self.token)
            self.assertEqual(sent.code, status, sent.result)

    def test_servers(self) -> None:
        for server, invites, talks in [
            ("inviting.example", False, True),
            ("sub.inviting.example", True, True),
            ("talking.example", True, False),
            ("talking.example:8448", True, True),
        ]:
            user = f"@eve:{server}"
            invited = self.get_success(self.checks.user_may_invite(user, self.alice, self.room))
            self.assertEqual(invited == self.checks.NOT_SPAM, invites, user)
            message = make_event(room_id=self.room, sender=user)
            checked = self.get_success(self.checks.check_event_for_spam(message))
            self.assertEqual(checked == self.checks.NOT_SPAM, talks, user)


class OriginalsConfigs(Antispam):
    """The same tests with the config of the original's four classes."""

    configs = [
        {"AntiSpamInvites": {"blocked_homeservers": ["inviting.example"]}},
        {
            "AntiSpamHomeserverMessages": {"blocked_homeservers": ["talking.example"]},
            "AntiSpamText": {"blocked_messages": ["Buy now!"]},
            "AntiSpamRegex": {"blocked_messages": [r"(?i)free\s+bitcoin"]},
        },
    ]
