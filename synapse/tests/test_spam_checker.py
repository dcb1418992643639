"""Shows that the callbacks of `spam_checker` decide as their native modules say."""

from __future__ import annotations

from synapse.rest import admin
from synapse.rest.client import login, room

from support import NativeTestCase, scripted


class Denials(NativeTestCase):
    """A module that refuses whatever it is asked, each time in another way."""

    servlets = [admin.register_servlets, login.register_servlets, room.register_servlets]
    modules = [
        scripted(
            {
                "check_event_for_spam": {"return": {"$": "Codes", "v": "LIMIT_EXCEEDED"}},
                "user_may_invite": {"return": {"$": "Codes", "v": "FORBIDDEN"}},
            }
        )
    ]

    def prepare(self, reactor, clock, hs) -> None:  # type: ignore[no-untyped-def]
        self.register_user("alice", "secret")
        self.token = self.login("alice", "secret")
        self.room_id = self.helper.create_room_as("@alice:test", tok=self.token)

    def test_message(self) -> None:
        body = self.helper.send(self.room_id, "buy", tok=self.token, expect_code=403)
        self.assertEqual(body["errcode"], "M_LIMIT_EXCEEDED")

    def test_invite(self) -> None:
        self.helper.invite(
            self.room_id, "@alice:test", "@bob:test", tok=self.token, expect_code=403
        )


class SlowDenials(Denials):
    """The same module, which waits once before each answer."""

    modules = [{**module, "config": {**module["config"], "suspend": True}} for module in Denials.modules]
