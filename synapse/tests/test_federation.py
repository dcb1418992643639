"""Shows that native modules are notified of events delivered to other servers."""

from __future__ import annotations

from typing import Any

from synapse.module_api.callbacks.federation import FederatedEventDeliveryMethod
from synapse.rest import admin
from synapse.rest.client import login, room

from scripts import NOTHING, ScriptedTestCase, broken


class Federation(ScriptedTestCase):
    servlets = [admin.register_servlets, login.register_servlets, room.register_servlets]
    outcomes = {"on_event_delivered_over_federation": NOTHING}

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.callbacks = hs.get_module_api_callbacks().federation
        alice = self.register_user("alice", "secret")
        token = self.login("alice", "secret")
        room_id = self.helper.create_room_as(alice, tok=token)
        sent = self.helper.send(room_id, "hello", tok=token)
        store = hs.get_datastores().main
        self.event = self.get_success(store.get_event(sent["event_id"]))

    def deliver(self) -> None:
        delivery = self.callbacks.notify_on_event_delivered_over_federation(
            server_name="other.example.com",
            events=[self.event],
            method=FederatedEventDeliveryMethod.SEND,
        )
        self.get_success(delivery)

    def test_on_event_delivered_over_federation(self) -> None:
        self.deliver()
        [delivery] = self.only_call("on_event_delivered_over_federation")
        self.assertEqual(
            (delivery["server_name"], delivery["method"]), ("other.example.com", "/send")
        )
        self.assertEqual(
            [event["event_id"] for event in delivery["events"]], [self.event.event_id]
        )
        self.script(on_event_delivered_over_federation=broken())
        self.deliver()


class SlowFederation(Federation):
    """The same module, which waits once before each answer."""

    suspend = True
