"""Shows how native modules see Synapse's events and state, and what is created for them."""

from __future__ import annotations

from typing import Any

from hsmod._native import ModuleFailed

from synapse.module_api import NOT_SPAM
from synapse.module_api.errors import Codes
from synapse.rest import admin
from synapse.rest.client import login, room

from events import make_event
from resources import recorder
from support import NativeTestCase


class Listed(NativeTestCase):
    """A module that reports the state that it reads."""

    servlets = [admin.register_servlets, login.register_servlets, room.register_servlets]
    modules = [{"module": "good_lister", "config": {}}]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.alice = self.register_user("alice", "secret")
        self.token = self.login("alice", "secret")
        self.bob = self.register_user("bob", "secret")
        self.carol = self.register_user("carol", "secret")
        self.room_id = self.helper.create_room_as(self.alice, tok=self.token, room_version="11")
        for user in (self.bob, self.carol):
            self.helper.invite(self.room_id, self.alice, user, tok=self.token)
        self.helper.join(self.room_id, self.bob, tok=self.login("bob", "secret"))

    def listed(self, content: Any) -> Any:
        body = self.helper.send_event(
            self.room_id, "org.example.list", content, tok=self.token, expect_code=418
        )
        return body["listed"]

    def test_a_rooms_state_is_listed(self) -> None:
        listed = self.listed({})
        self.assertEqual(listed["keys"], [self.alice, self.bob, self.carol])
        self.assertEqual(listed["count"], 3)
        self.assertEqual(listed["joined"], [self.alice, self.bob])
        self.assertEqual(listed["invited"], [self.carol])
        self.assertEqual(listed["types"].count("m.room.member"), 3)
        self.assertEqual(listed["types"].count("m.room.create"), 1)
        self.assertEqual(listed["room_version"], "11")

    def test_another_thread_reads_the_event_while_the_reactors_waits(self) -> None:
        self.assertEqual(self.listed({"a": [1, {"b": None}]})["content"], {"a": [1, {"b": None}]})


class Watched:
    """An event that counts how often it is serialised."""

    def __init__(self, fails: bool = False, **more: Any) -> None:
        self._event = make_event()
        self._fails = fails
        self._more = more
        self.made = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._event, name)

    def get_dict(self) -> Any:
        self.made += 1
        if self._fails:
            raise ValueError("it cannot be written")
        return {**self._event.get_dict(), **self._more}


class Checked(NativeTestCase):
    """Modules that are called with an event."""

    def check(self, watched: Watched) -> Any:
        spam_checker = self.hs.get_module_api_callbacks().spam_checker
        [check] = spam_checker._check_event_for_spam_callbacks

        async def checked() -> Any:
            return await check(watched)

        return checked()


class Head(Checked):
    """A module that reads the sender."""

    modules = [{"module": "list_spam_checker", "config": {"evil_users": ["@eve:other.org"]}}]

    def test_no_json_is_made(self) -> None:
        watched = Watched()
        self.assertEqual(self.get_success(self.check(watched)), Codes.FORBIDDEN)
        self.assertEqual(watched.made, 0)


class Whole(Checked):
    """Modules that read the whole event."""

    modules = [recorder("a"), recorder("b")]

    def default_config(self) -> Any:
        for module in self.modules:
            module["config"]["callbacks"] = ["check_event_for_spam"]
        return super().default_config()

    def seen(self, name: str) -> Any:
        answer = self.make_request("GET", f"/_synapse/client/{name}/seen", shorthand=False)
        [[_, found]] = answer.json_list
        return found

    def test_json_is_made_once(self) -> None:
        watched = Watched()
        self.assertEqual(self.get_success(self.check(watched)), NOT_SPAM)
        self.assertEqual(watched.made, 1)
        expected = {**watched.get_dict(), "event_id": watched.event_id}
        self.assertEqual((self.seen("a"), self.seen("b")), (expected, expected))

    def test_an_event_id_from_another_server_is_replaced(self) -> None:
        watched = Watched(event_id="$theirs")
        self.get_success(self.check(watched))
        self.assertEqual(self.seen("a")["event_id"], watched.event_id)

    def test_an_event_that_cannot_be_serialised_is_not_the_modules_fault(self) -> None:
        watched = Watched(fails=True)
        with self.assertLogs("hsmod.loader", "ERROR") as log:
            failure = self.get_failure(self.check(watched), ModuleFailed)
        why = (
            f"spam_checker.check_event_for_spam: the homeserver cannot write the event"
            f" {watched.event_id} as JSON: ValueError: it cannot be written"
        )
        self.assertEqual(str(failure.value), why)
        self.assertIn(why, log.output[-1])
