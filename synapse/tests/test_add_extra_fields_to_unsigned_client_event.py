"""Shows that native modules can add fields to the `unsigned` of events."""

from __future__ import annotations

from typing import Any

from synapse.rest import admin
from synapse.rest.client import login, room

from scripts import ScriptedTestCase, broken, returns


class AddExtraFieldsToUnsignedClientEvent(ScriptedTestCase):
    servlets = [admin.register_servlets, login.register_servlets, room.register_servlets]
    outcomes = {"add_field_to_unsigned_callback": returns({"org.example.lid": [1, {"a": None}]})}

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        alice = self.register_user("alice", "secret")
        self.token = self.login("alice", "secret")
        self.room_id = self.helper.create_room_as(alice, tok=self.token)

    def test_add_field_to_unsigned_callback(self) -> None:
        sent = self.helper.send(self.room_id, "hello", tok=self.token)
        self.calls()
        event = self.helper.get_event(self.room_id, sent["event_id"], tok=self.token)
        self.assertEqual(event["unsigned"]["org.example.lid"], [1, {"a": None}])
        [told] = self.only_call("add_field_to_unsigned_callback")
        self.assertEqual(told["event_id"], sent["event_id"])
        self.script(add_field_to_unsigned_callback=broken())
        self.helper.get_event(self.room_id, sent["event_id"], tok=self.token, expect_code=500)


class SlowAddExtraFieldsToUnsignedClientEvent(AddExtraFieldsToUnsignedClientEvent):
    """The same module, which waits once before each answer."""

    suspend = True
