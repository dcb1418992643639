"""Shows that native modules get answers to all requests: a plugin runs the tests of all groups.

Also shows the answers inside callbacks during which Synapse holds the lock of a room.
"""

from __future__ import annotations

import json
from typing import Any

import test_requests_account_data as account_data
import test_requests_events as events
import test_requests_logins as logins
import test_requests_presence as presence
import test_requests_push as push
import test_requests_rooms as rooms
import test_requests_threepids as threepids
import test_requests_users as users
from asking import AskingTestCase, Outcome
from hsmod.reactor import in_background
from hsmod.requests import answers
from support import NativeTestCase
from synapse.module_api import ModuleApi
from synapse.types import JsonDict

from tests.server import FakeChannel

ASKER = "/_synapse/client/asker"


class Told(Outcome):
    """The outcome that a native module gets, which passes it to its client."""

    def __init__(self, channel: FakeChannel) -> None:
        self.channel = channel

    @property
    def told(self) -> JsonDict | None:  # type: ignore[override]
        return self.channel.json_body if self.channel.is_finished() else None


class Asking(NativeTestCase, AskingTestCase):
    """A native module that makes the requests that its clients send."""

    modules = [{"module": "good_asker", "config": {}}]

    def call(self, method: str, path: str, body: Any = None, **others: Any) -> FakeChannel:
        return self.make_request(method, f"{ASKER}/{path}", body or b"", **others)

    def begin(self, name: str, **arguments: Any) -> Outcome:
        body = {"request": name, "args": arguments}
        return Told(self.call("POST", "ask", body, await_result=False))


class Accounts(Asking, users.Accounts):
    """Requests of the group `users`."""


class Logins(Asking, logins.Logins):
    """Requests of the group `logins`."""


class Rooms(Asking, rooms.Rooms):
    """Requests of the groups `rooms` and `public_rooms`."""


class Events(Asking, events.Events):
    """Requests of the group `events`."""


class Memberships(Asking, events.Memberships):
    """Requests of the group `membership`."""


class AccountData(Asking, account_data.AccountData):
    """Requests of the group `account_data`."""


class Threepids(Asking, threepids.Threepids):
    """Requests of the group `threepids`."""


class Presence(Asking, presence.Presence):
    """Requests of the group `presence`."""


class Push(Asking, push.Push):
    """Requests of the group `push`."""


class WhoAsks(Asking):
    """The request that a web resource answers is known to Synapse."""

    def who(self, token: str | None, **flags: bool) -> JsonDict:
        flags = {"allow_guest": False, "allow_expired": False, **flags}
        body = {"request": "get_user_by_req", "args": flags}
        return self.call("POST", "ask", body, access_token=token).json_body

    def test_a_token_says_who_it_is(self) -> None:
        self.assertEqual(self.who(self.bobs_token)["answer"]["user_id"], self.bob)
        self.assert_refused(self.who(None)["error"], 401, "M_MISSING_TOKEN")
        error = self.who("none")["error"]
        self.assert_refused(error, 401, "M_UNKNOWN_TOKEN")
        self.assertEqual(error["fields"], {"soft_logout": False})


class Inside(Asking):
    """Requests made in callbacks about an invite or a message."""

    def prepare(self, reactor, clock, hs) -> None:  # type: ignore[no-untyped-def]
        super().prepare(reactor, clock, hs)
        # Callbacks about invites are not called for admins.
        self.ask("set_user_admin", user_id=self.alice, admin=False)

    def during(self, callback: str, request: str, **arguments: Any) -> None:
        asked = [{"request": request, "args": arguments}]
        self.assertEqual(self.call("PUT", "during", {callback: asked}).code, 200)

    def told(self) -> list[JsonDict]:
        self.call("PUT", "during", {})
        return json.loads(self.call("GET", "told").result["body"])

    def topic(self, callback: str) -> None:
        self.during(
            callback,
            "create_and_send_event_into_room",
            room_id=self.room_id,
            event={
                "type": "m.room.topic",
                "sender": self.alice,
                "state_key": "",
                "content": {"topic": callback},
            },
        )

    def test_an_event_is_sent_while_an_invite_is_decided_on(self) -> None:
        self.topic("user_may_invite")
        self.helper.invite(self.room_id, self.alice, self.bob, tok=self.token)
        [told] = self.told()
        self.assertEqual(told["answer"]["content"], {"topic": "user_may_invite"})
        topic = self.helper.get_state(self.room_id, "m.room.topic", tok=self.token)
        self.assertEqual(topic, {"topic": "user_may_invite"})

    def invite(self, callback: str) -> None:
        self.during(
            callback,
            "update_room_membership",
            sender=self.alice,
            target="@dan:test",
            room_id=self.room_id,
            new_membership="invite",
            content=None,
            remote_room_hosts=None,
        )

    def test_a_membership_does_not_wait_for_itself(self) -> None:
        for callback in ["user_may_invite", "check_event_allowed"]:
            self.invite(callback)
            self.helper.invite(self.room_id, self.alice, self.bob, tok=self.token, expect_code=500)
            [told] = self.told()
            self.assertEqual(told["error"]["unanswered"], "WouldDeadlock", callback)

    def test_requests_in_notifications_are_background_processes(self) -> None:
        processes = []

        def note(api: ModuleApi, description: str, *function: Any) -> None:
            processes.append(description)
            in_background(api, description, *function)

        self.patch(answers, "in_background", note)
        self.invite("on_new_event")
        self.helper.send(self.room_id, "hello", tok=self.token)
        self.pump(0.1)
        self.assertIn("answer", self.told()[0])
        self.assertIn("hsmod_update_room_membership", processes)


class Supports(Asking):
    """A module can find out beforehand which requests are not answered."""

    def supports(self, name: str) -> bool:
        return json.loads(self.call("GET", f"supports?name={name}").result["body"])

    def test_this_synapse(self) -> None:
        for name in ["get_userinfo_by_id", "deactivate_user", "http_request", "sleep"]:
            self.assertIs(self.supports(name), True, name)
        for name in ["send_mail", "run_db_interaction", "no_such"]:
            self.assertIs(self.supports(name), False, name)


class OlderSynapse(Supports):
    """A Synapse that lacks something."""

    def make_homeserver(self, reactor, clock):  # type: ignore[no-untyped-def]
        added = ModuleApi.set_presence_for_users
        del ModuleApi.set_presence_for_users
        self.addCleanup(setattr, ModuleApi, "set_presence_for_users", added)
        return super().make_homeserver(reactor, clock)

    def test_missing_requests_are_unsupported(self) -> None:
        self.assertIs(self.supports("set_presence_for_users"), False)
        self.assertIs(self.supports("send_local_online_presence_to"), True)
        error = self.error("set_presence_for_users", users={})
        self.assertEqual(error["unanswered"], "Unsupported")
        self.assertIn("which comes with Synapse 1.96", error["message"])
