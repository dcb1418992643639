"""Shows what clients see of the plugins `list_spam_checker` and `demo`, the two example modules of
Synapse's documentation, without the mistakes that it prints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import recorded
import support
from tests.server import FakeChannel
from visible import shapes
from visible.registry import CLIENT
from visible.world import World

ROWS = recorded.lines("client-visible/examples.jsonl")
IS_EVIL = "/_synapse/client/list_spam_checker/is_evil"
HELLO = "/_synapse/client/demo/hello"

# A request without its argument fails in Synapse's example, and is refused by ours.
MISSING = "GET is_evil (no user arg)"


class ExampleModulesTestCase(World):
    """Both plugins in one homeserver."""

    def native_modules(self) -> list[dict[str, Any]]:
        return [
            support.native(
                {"module": "list_spam_checker", "config": {"evil_users": ["@evil:localhost"]}},
                {"module": "demo"},
            )
        ]

    def creates(self, user: str) -> FakeChannel:
        return self.ask("POST", f"{CLIENT}/createRoom", {}, user)

    def messages(self, user: str) -> FakeChannel:
        """The last of twenty, which are all answered the same."""
        sent = [self.send(user) for _ in range(20)]
        self.assertEqual({channel.code for channel in sent}, {sent[-1].code})
        return sent[-1]

    def test_rows(self) -> None:
        self.register("evilguy")
        requests: dict[str, Callable[[], FakeChannel]] = {
            "good user creates a room": lambda: self.creates("good"),
            "evil user creates a room": lambda: self.creates("evil"),
            "@evilguy creates a room": lambda: self.creates("evilguy"),
            "20 messages from good: statuses {'200': 20}": lambda: self.messages("good"),
            "20 messages from evil: statuses {'403': 20}": lambda: self.messages("evil"),
            "GET is_evil?user=@evil:localhost": lambda: self.ask(
                "GET", f"{IS_EVIL}?user=@evil:localhost"
            ),
            "POST is_evil": lambda: self.ask("POST", IS_EVIL, {}),
            "GET is_evil/child": lambda: self.ask("GET", f"{IS_EVIL}/child"),
            "GET demo/hello?name=bob": lambda: self.ask("GET", f"{HELLO}?name=bob"),
            "GET demo/hello/child?name=bob": lambda: self.ask("GET", f"{HELLO}/child?name=bob"),
            "GET unknown /_synapse/client/nope": lambda: self.ask(
                "GET", "/_synapse/client/nope"
            ),
            "OPTIONS is_evil": lambda: self.ask("OPTIONS", IS_EVIL),
        }
        self.assertEqual({row["check"] for row in ROWS}, {*requests, MISSING})
        for row in ROWS:
            if row["check"] != MISSING:
                self.assert_row(row, requests[row["check"]]())

    def assert_row(self, row: dict[str, Any], channel: FakeChannel) -> None:
        """Compares an answer with a row."""
        self.assertEqual(channel.code, row["status"], row["check"])
        body = channel.result.get("body", b"").decode()
        print(row["check"], repr(body))

    def test_missing_argument(self) -> None:
        channel = self.ask("GET", IS_EVIL)
        self.assertEqual(channel.code, 400)
        self.assertEqual(channel.json_body["errcode"], "M_MISSING_PARAM")
