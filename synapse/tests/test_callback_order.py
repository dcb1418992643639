"""Shows which callbacks Synapse asks for one request, and that native modules are asked in the
same order as Python modules."""

from __future__ import annotations

from collections import Counter
from typing import Any, ClassVar

import recorded
import scripted
import support
from visible import outcomes
from visible.registry import CLIENT
from visible.world import World

ORDERS = {row["request"]: row for row in recorded.lines("client-visible/orders.jsonl")}

# All callbacks that occur in the rows.
ASKED = sorted({call.split("(")[0] for row in ORDERS.values() for call in row.get("calls", [])})


def named(call: list[Any]) -> str:
    """A call in the notation of the rows: with the type of event, or the name of the limiter."""
    name, *arguments = call
    if name == "get_ratelimit_override_for_user":
        return f"{name}({arguments[1]})"
    if arguments and isinstance(arguments[0], dict) and "type" in arguments[0]:
        return f"{name}({arguments[0]['type']})"
    return name


def told(calls: list[str]) -> Counter[str]:
    """The notifications of new events."""
    return Counter(call for call in calls if call.startswith("on_new_event"))


def asked(calls: list[str]) -> list[str]:
    """All other calls."""
    return [call for call in calls if not call.startswith("on_new_event")]


class Orders(World):
    """A module that registers every callback of the rows, and changes nothing."""

    native: ClassVar[bool]

    def native_modules(self) -> list[dict[str, Any]]:
        module = support.scripted({name: outcomes.neutral(name) for name in ASKED})
        return [support.native(module) if self.native else scripted.in_python(module)]

    def calls_of(self, method: str, path: str, content: Any, user: str = "good") -> list[str]:
        """The callbacks that Synapse calls during a request."""
        self.pump()
        self.calls()
        channel = self.ask(method, f"{CLIENT}/{path}", content, user)
        self.assertEqual(channel.code, 200, channel.result)
        # Notifications in the background of the request follow its response.
        self.pump(0.1)
        return [named(call) for call in self.calls()]

    def assert_order(self, request: str, calls: list[str]) -> None:
        """Compares with a row.

        Notifications are sent in the background, where events do not wait for each other; those
        sent after the response were not recorded."""
        self.assertEqual(asked(calls), asked(ORDERS[request]["calls"]), request)
        missing = told(ORDERS[request]["calls"]) - told(calls)
        self.assertFalse(missing, request)

    def test_send(self) -> None:
        message = {"msgtype": "m.text", "body": "hello"}
        calls = self.calls_of("PUT", f"rooms/{self.room}/send/m.room.message/t1", message)
        self.assert_order("PUT send", calls)

    def test_displayname(self) -> None:
        path = "profile/@evil:localhost/displayname"
        calls = self.calls_of("PUT", path, {"displayname": "Other"}, "evil")
        self.assert_order("PUT profile/displayname (user in N rooms)", calls)

    def test_create_room(self) -> None:
        config = {
            "visibility": "public",
            "preset": "public_chat",
            "room_alias_name": "alias",
            "invite": ["@third:localhost"],
        }
        calls = self.calls_of("POST", "createRoom", config)
        self.assert_order("POST createRoom(public, alias, invite)", calls)

    def test_join(self) -> None:
        room = self.create_room()
        calls = self.calls_of("POST", f"join/{room}", {}, "evil")
        self.assert_order("POST join", calls)

    def test_topic(self) -> None:
        path = f"rooms/{self.room}/state/m.room.topic/"
        calls = self.calls_of("PUT", path, {"topic": "Other"})
        self.assert_order("PUT state topic", calls)

    def state(self) -> Any:
        """The state before an event, as the module reports it."""
        self.register("shadow29")
        self.join("shadow29", self.room)
        self.calls()
        self.send()
        (call,) = [call for call in self.calls() if call[0] == "check_event_allowed"]
        return call[2]


class PythonOrdersTestCase(Orders):
    """The calls of Synapse to Python modules."""

    native = False

    def test_state(self) -> None:
        row = ORDERS["state seen by check_event_allowed"]
        self.assertEqual(self.state(), row["state"])


class NativeOrdersTestCase(Orders):
    """The calls of Synapse to native modules."""

    native = True

    def test_state(self) -> None:
        """Native modules request the state that they need; this one requests one event."""
        event = self.state()
        self.assertEqual((event["type"], event["state_key"]), ("m.room.create", ""))


# The base class itself has no modules to call.
del Orders
