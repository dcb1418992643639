"""Shows the effect for clients of the plugins `list_spam_checker` and `demo`, the two examples in
Synapse's documentation, without the mistakes there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.server import FakeChannel

import recorded
import support
from visible import shapes
from visible.registry import CLIENT
from visible.world import World

ROWS = recorded.lines("client-visible/examples.jsonl")
IS_EVIL = "/_synapse/client/list_spam_checker/is_evil"
HELLO = "/_synapse/client/demo/hello"


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
        """The last of twenty requests, which all get the same response."""
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
            "GET is_evil (no user arg)": lambda: self.ask("GET", IS_EVIL),
            "POST is_evil": lambda: self.ask("POST", IS_EVIL, {}),
            "GET is_evil/child": lambda: self.ask("GET", f"{IS_EVIL}/child"),
            "GET demo/hello?name=bob": lambda: self.ask("GET", f"{HELLO}?name=bob"),
            "GET demo/hello/child?name=bob": lambda: self.ask("GET", f"{HELLO}/child?name=bob"),
            "GET unknown /_synapse/client/nope": lambda: self.ask("GET", "/_synapse/client/nope"),
            "OPTIONS is_evil": lambda: self.ask("OPTIONS", IS_EVIL),
        }
        self.assertEqual({row["check"] for row in ROWS}, requests.keys())
        wrong = [self.differs(row, requests[row["check"]]()) for row in ROWS]
        wrong = [problem for problem in wrong if problem]
        self.assertEqual(wrong, [], "\n".join(wrong))

    def differs(self, row: dict[str, Any], channel: FakeChannel) -> str | None:
        """The differences in the response to a request."""
        row = shapes.decided(row)
        text = channel.result.get("body", b"").decode()
        body = json.loads(text) if text else text
        if channel.code == row["status"] and shapes.same(row["body"], body):
            return None
        return f"{row['check']}: {channel.code} {text}, not {row['status']} {row['body']}"
