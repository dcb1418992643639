"""Shows that the plugin `auto_accept_invites` accepts the same invites as the Python module, and
where it differs on purpose.

Each class of tests runs twice, once with each module.
"""

from __future__ import annotations

import inspect
import json
from typing import Any

from synapse.events import EventBase
from synapse.module_api import ModuleApi
from synapse.rest import admin
from synapse.rest.client import login, room
from synapse.types import JsonDict
from synapse.util.json import json_encoder

from events import make_event
from support import NativeTestCase, native

ALICE = "@alice:test"
BOB = "@bob:test"
CAROL = "@carol:test"
EVE = "@eve:elsewhere.example"
JOIN = inspect.signature(ModuleApi.update_room_membership)


class Invites(NativeTestCase):
    """Alice has a room, and invites others."""

    servlets = [admin.register_servlets, login.register_servlets, room.register_servlets]
    # The config of both modules.
    config: JsonDict = {}
    is_native = True

    def native_modules(self) -> list[JsonDict]:
        if self.is_native:
            return [native({"module": "auto_accept_invites", "config": self.config})]
        original = "synapse_auto_accept_invite.InviteAutoAccepter"
        return [{"module": original, "config": self.config}]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        for user in (ALICE, BOB, CAROL):
            self.register_user(user[1:].split(":")[0], "secret")
        token = self.login("alice", "secret")
        self.room = self.helper.create_room_as(ALICE, is_public=False, tok=token)
        # The users who were to join, and how many of the next joins fail.
        self.joins: list[str] = []
        self.failures = 0
        # Whether a join only seems to succeed, because the room does not exist.
        self.seeming = False
        self.update_membership = ModuleApi.update_room_membership
        case = self

        async def join(*arguments: Any, **named: Any) -> EventBase:
            told = JOIN.bind(*arguments, **named).arguments
            case.assertEqual((told["sender"], told["new_membership"]), (told["target"], "join"))
            case.joins.append(told["target"])
            if case.failures > 0:
                case.failures -= 1
                raise RuntimeError("the room is not ready yet")
            if case.seeming:
                return case.event(told["target"])
            return await case.update_membership(*arguments, **named)

        self.patch(ModuleApi, "update_room_membership", join)

    def invite(self, user: str = BOB, **content: Any) -> None:
        """Sends an invite with this content."""
        api = self.hs.get_module_api()
        invite = self.update_membership(api, ALICE, user, self.room, "invite", content)
        self.get_success(invite)

    def event(self, user: str = BOB, **fields: Any) -> EventBase:
        """An invite by Alice, changed by these fields."""
        invite = {
            "type": "m.room.member",
            "room_id": self.room,
            "sender": ALICE,
            "state_key": user,
            "content": {"membership": "invite"},
        }
        return make_event(**{**invite, **fields})

    def tell(self, event: EventBase) -> None:
        """Notifies the module of an event in no room; joins then only seem to succeed."""
        self.seeming = True
        rules = self.hs.get_module_api_callbacks().third_party_event_rules

        async def tell() -> None:
            for callback in rules._on_new_event_callbacks:
                try:
                    await callback(event, {})
                except KeyError:
                    # The original requires a membership. Synapse logs the error, and continues.
                    self.assertFalse(self.is_native)

        self.get_success(tell())

    def accepts(self, event: EventBase) -> bool:
        """Whether the module accepts an event, judged by the joins before the next invite."""
        self.joins = []
        self.tell(event)
        self.tell(self.event(CAROL))
        self.until(lambda: CAROL in self.joins)
        self.assertLessEqual(len(self.joins), 2)
        return self.joins[0] != CAROL

    def membership(self, user: str = BOB) -> str | None:
        state = self.hs.get_storage_controllers().state
        key = ("m.room.member", user)
        return self.get_success(state.get_current_state(self.room))[key].membership

    def direct(self) -> Any:
        """Bob's direct messages."""
        manager = self.hs.get_module_api().account_data_manager
        direct = self.get_success(manager.get_global(BOB, "m.direct"))
        return None if direct is None else json.loads(json_encoder.encode(direct))

    def has_direct(self) -> bool:
        return self.direct() is not None

    def set_direct(self, direct: JsonDict) -> None:
        manager = self.hs.get_module_api().account_data_manager
        self.get_success(manager.put_global(BOB, "m.direct", direct))


class Accepts(Invites):
    def test_an_invite(self) -> None:
        self.invite()
        self.until(lambda: self.membership() == "join")
        self.assertEqual(self.joins, [BOB])
        self.assertIsNone(self.direct())

    def test_an_invite_at_the_third_attempt(self) -> None:
        self.failures = 2
        self.invite()
        self.until(lambda: self.membership() == "join")
        self.assertEqual(self.joins, [BOB] * 3)

    def test_an_invite_in_five_attempts_or_never(self) -> None:
        self.failures = 100
        self.invite(is_direct=True)
        self.until(lambda: len(self.joins) == 5)
        # The next pause would last 16 seconds.
        self.reactor.advance(20)
        self.assertEqual((self.joins, self.membership()), ([BOB] * 5, "invite"))
        # The original also records rooms that were not joined.
        self.assertEqual(self.has_direct(), not self.is_native)

    def test_which_events(self) -> None:
        for event, accepted in [
            (self.event(), True),
            (self.event(sender=EVE), True),
            (self.event(EVE), False),
            (self.event(state_key=None), False),
            (self.event(content={"membership": "join"}), False),
            (self.event(content={"membership": "leave"}), False),
            (self.event(content={}), False),
            (self.event(type="m.room.name"), False),
            (self.event(content={"membership": "invite", "is_direct": False}), True),
        ]:
            self.assertEqual(self.accepts(event), accepted, event)

    def test_suspended_users_do_not_join(self) -> None:
        store = self.hs.get_datastores().main
        self.get_success(store.set_user_suspended_status(BOB, True))
        # The original does not check this.
        self.assertEqual(self.accepts(self.event()), not self.is_native)


class NotesDirectMessages(Invites):
    def test_the_first_one(self) -> None:
        self.invite(is_direct=True)
        self.until(self.has_direct)
        self.until(lambda: self.membership() == "join")
        self.assertEqual(self.direct(), {ALICE: [self.room]})

    def test_beside_others(self) -> None:
        self.set_direct({ALICE: ["!old:test"], EVE: ["!other:test"]})
        self.invite(is_direct=True)
        expected = {ALICE: ["!old:test", self.room], EVE: ["!other:test"]}
        self.until(lambda: self.direct() == expected)

    def test_not_where_there_is_no_list(self) -> None:
        self.set_direct({ALICE: "!old:test"})
        self.invite(is_direct=True)
        self.until(lambda: self.membership() == "join")
        self.reactor.advance(1)
        self.assertEqual(self.direct(), {ALICE: "!old:test"})

    def test_the_same_one_again(self) -> None:
        event = self.event(content={"membership": "invite", "is_direct": True})
        for joins in (1, 2):
            self.tell(event)
            self.until(lambda: len(self.joins) == joins)  # noqa: B023
            self.until(self.has_direct)
            self.reactor.advance(1)
        # The original records it once per notification.
        noted = [self.room] if self.is_native else [self.room] * 2
        self.assertEqual(self.direct(), {ALICE: noted})

    def test_several_at_the_same_time(self) -> None:
        rooms = [f"!room{number}:test" for number in range(5)]
        content = {"membership": "invite", "is_direct": True}
        for name in rooms:
            self.tell(self.event(room_id=name, content=content))
        self.until(lambda: sorted((self.direct() or {}).get(ALICE, [])) == rooms)

    def test_which_values_of_is_direct_count(self) -> None:
        for is_direct, noted in [("true", True), (1, True), ([], False), (None, False)]:
            expected = {ALICE: [self.room]} if noted else {}
            self.joins = []
            self.set_direct({})
            self.tell(self.event(content={"membership": "invite", "is_direct": is_direct}))
            self.tell(self.event(CAROL))
            self.until(lambda: len(self.joins) == 2)
            self.reactor.advance(1)
            self.until(lambda: self.direct() == expected)  # noqa: B023


class OnlyDirectMessages(Invites):
    config = {"accept_invites_only_for_direct_messages": True}

    def test_which_invites(self) -> None:
        # The original accepts no values other than booleans; Synapse's own module does, like this
        # one.
        odd = self.is_native
        for content, accepted in [
            ({"is_direct": True}, True),
            ({"is_direct": False}, False),
            ({}, False),
            ({"is_direct": "true"}, odd),
            ({"is_direct": 1}, odd),
            ({"is_direct": None}, odd),
        ]:
            self.joins = []
            self.tell(self.event(content={"membership": "invite", **content}))
            self.tell(self.event(CAROL, content={"membership": "invite", "is_direct": True}))
            self.until(lambda: CAROL in self.joins)
            self.assertEqual(BOB in self.joins, accepted, content)


class OnlyLocalUsers(Invites):
    config = {"accept_invites_only_from_local_users": True}

    def test_which_invites(self) -> None:
        self.assertTrue(self.accepts(self.event()))
        self.assertFalse(self.accepts(self.event(sender=EVE)))


class InAnotherProcess(Invites):
    config = {"worker_to_run_on": "worker1"}

    def test_no_callback_is_registered(self) -> None:
        rules = self.hs.get_module_api_callbacks().third_party_event_rules
        self.assertEqual(rules._on_new_event_callbacks, [])


class OriginalAccepts(Accepts):
    is_native = False


class OriginalNotesDirectMessages(NotesDirectMessages):
    is_native = False


class OriginalOnlyDirectMessages(OnlyDirectMessages):
    is_native = False


class OriginalOnlyLocalUsers(OnlyLocalUsers):
    is_native = False


class OriginalInAnotherProcess(InAnotherProcess):
    is_native = False
