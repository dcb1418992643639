"""Shows how long Synapse waits for native modules, and that this causes no deadlocks.

Synapse waits until a Python module has handled a notification, however long that takes; it also
waits for native modules, within limits.
"""

from __future__ import annotations

import time
from typing import Any

from synapse.rest import admin
from synapse.rest.client import login, profile, room
from synapse.types import JsonDict

from scripts import NOT_SPAM, NOTHING
from support import NativeTestCase, scripted

ASKER = "/_synapse/client/asker"


class WaitsTestCase(NativeTestCase):
    servlets = [
        admin.register_servlets,
        login.register_servlets,
        profile.register_servlets,
        room.register_servlets,
    ]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.alice = self.register_user("alice", "secret")
        self.token = self.login("alice", "secret")
        self.room_id = self.helper.create_room_as(self.alice, tok=self.token)

    def during(self, **requests: list[JsonDict]) -> None:
        """Lets the asking module make requests in these callbacks."""
        channel = self.make_request("PUT", f"{ASKER}/during", requests)
        self.assertEqual(channel.code, 200, channel.result)

    def told(self) -> Any:
        """The outcomes of these requests."""
        return self.until(lambda: self.make_request("GET", f"{ASKER}/told").json_list)


class HangsWhenTold(WaitsTestCase):
    """A module that never finishes handling a change of a profile."""

    modules = [
        {"module": "good_asker"},
        {
            "module": "good_recorder",
            "config": {"callbacks": ["on_profile_update"], "hang": ["on_profile_update"]},
        },
    ]

    def test_synapse_goes_on_after_a_while(self) -> None:
        path = f"/_matrix/client/v3/profile/{self.alice}/displayname"
        begin = time.monotonic()
        channel = self.make_request(
            "PUT", path, {"displayname": "Alice"}, access_token=self.token, await_result=False
        )
        self.until(channel.is_finished)
        self.assertEqual(channel.code, 200, channel.result)
        self.assertGreater(time.monotonic() - begin, 4.0)

    def test_synapse_does_not_wait_on_behalf_of_modules(self) -> None:
        arguments = {"user_id": self.alice, "new_displayname": "Alice"}
        self.during(on_new_event=[{"request": "set_displayname", "args": arguments}])
        begin = time.monotonic()
        self.helper.send(self.room_id, "hello", tok=self.token)
        self.assertEqual(self.told()[0], {"answer": None})
        self.assertLess(time.monotonic() - begin, 4.0)


class SendsWhenTold(WaitsTestCase):
    """A module that, on a notification, sends to the room and reads its members."""

    newcomer = {"localpart": "welcomer", "displayname": None, "emails": [], "admin": False}
    modules = [
        {
            "module": "good_asker",
            "config": {"during": {"start": [{"request": "register_user", "args": newcomer}]}},
        },
        {"module": "good_welcomer", "config": {"welcomer": "@welcomer:test"}},
    ]

    def test_a_message(self) -> None:
        self.inject_room_member(self.room_id, "@welcomer:test", "join")
        bob = self.register_user("bob", "secret")
        self.helper.join(self.room_id, bob, tok=self.login("bob", "secret"))
        path = f"/_matrix/client/v3/rooms/{self.room_id}/messages?dir=b"

        def is_welcomed() -> bool:
            chunk = self.make_request("GET", path, access_token=self.token).json_body["chunk"]
            return bool(chunk[0]["content"].get("body") == "Welcome, bob! 3 are here.")

        self.until(is_welcomed)


class AsksWhileItStarts(WaitsTestCase):
    """A module that waits, in its start, for an operation about which modules are asked."""

    arguments = {"localpart": "robot", "displayname": None, "emails": [], "admin": False}
    modules = [
        {
            "module": "good_asker",
            "config": {"during": {"start": [{"request": "register_user", "args": arguments}]}},
        },
        scripted({"on_user_registration": NOTHING, "user_may_create_room": NOT_SPAM}),
    ]

    def test_no_module_is_asked_about_requests_of_the_start(self) -> None:
        store = self.hs.get_datastores().main
        self.assertIsNotNone(self.get_success(store.get_user_by_id("@robot:test")))
        calls = self.make_request("GET", "/_synapse/client/oracle").json_list
        # The other operations call modules, and wait for the end of the start if necessary.
        self.assertEqual(
            [call[1:3] for call in calls],
            [["on_user_registration", self.alice], ["user_may_create_room", self.alice]],
        )


class AsksForTheLockOfTheRoom(WaitsTestCase):
    """A module that tries to change a membership while another one in the room is being changed."""

    modules = [{"module": "good_asker"}]

    def membership(self) -> list[JsonDict]:
        arguments = {
            "sender": self.alice,
            "target": "@dan:test",
            "room_id": self.room_id,
            "new_membership": "invite",
            "content": {},
            "remote_room_hosts": None,
        }
        return [{"request": "update_room_membership", "args": arguments}]

    def error(self) -> Any:
        [told] = self.told()
        return told["error"]

    def test_an_invite(self) -> None:
        self.during(user_may_invite=self.membership())
        self.helper.invite(self.room_id, self.alice, "@bob:test", tok=self.token, expect_code=500)
        self.assertEqual(self.error()["unanswered"], "WouldDeadlock")

    def test_the_event_of_a_membership(self) -> None:
        self.during(check_event_allowed=self.membership())
        self.helper.leave(self.room_id, self.alice, tok=self.token, expect_code=500)
        self.assertEqual(self.error()["unanswered"], "WouldDeadlock")
