"""Shows that the Python modules on the book's pages about porting work, and behave like the plugins
beside them."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from synapse.http.client import SimpleHttpClient
from synapse.rest import admin
from synapse.rest.client import login, room
from synapse.types import JsonDict

from support import NativeTestCase

PAGES = Path(__file__).parents[2] / "docs/porting"
ENDPOINT = "https://censor.example.com/check"


def module(page: str) -> str:
    """Creates a Python module from the code blocks of a page, and returns its name."""
    text = (PAGES / f"{page}.md").read_text()
    blocks = [block.partition("```")[0] for block in text.split("```python\n")[1:]]
    name = "page_of_" + page.replace("-", "_")
    made = sys.modules[name] = ModuleType(name)
    # Blocks are joined with a line break; a block may continue the class of the previous one.
    exec(compile("\n".join(blocks), f"{page}.md", "exec"), made.__dict__)
    return name


class Pages(NativeTestCase):
    """All three modules in one homeserver."""

    servlets = [admin.register_servlets, login.register_servlets, room.register_servlets]

    def native_modules(self) -> list[JsonDict]:
        evil = {"evil_users": ["@evil:test"]}
        return [
            {"module": f"{module('list-spam-checker')}.ListSpamChecker", "config": evil},
            {"module": f"{module('demo')}.Demo", "config": {}},
            {"module": f"{module('event-censor')}.EventCensor", "config": {"endpoint": ENDPOINT}},
        ]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.answer: JsonDict | None = None

        async def post(client: SimpleHttpClient, url: str, event: JsonDict) -> JsonDict | None:
            self.assertEqual(url, ENDPOINT)
            if "broken" in event["content"]:
                raise RuntimeError("it is down")
            return self.answer if event["type"] == "m.room.message" else None

        self.patch(SimpleHttpClient, "post_json_get_json", post)
        self.tokens = {}
        for name in ("good", "evil", "evilguy"):
            self.register_user(name, "secret")
            self.tokens[name] = self.login(name, "secret")

    def test_list_spam_checker(self) -> None:
        for name, status in (("good", 200), ("evil", 403)):
            room_id = self.helper.create_room_as(f"@{name}:test", tok=self.tokens[name])
            self.helper.send(room_id, "hello", tok=self.tokens[name], expect_code=status)
            path = f"/_synapse/client/list_spam_checker/is_evil?user=@{name}:test"
            self.assertEqual(self.make_request("GET", path).json_body, {"evil": name == "evil"})

    def test_demo(self) -> None:
        for name, status in (("good", 200), ("evilguy", 403)):
            self.helper.create_room_as(f"@{name}:test", tok=self.tokens[name], expect_code=status)
        channel = self.make_request("GET", "/_synapse/client/demo/hello?name=bob")
        self.assertEqual(channel.json_body, {"hello": "bob"})
        self.assertEqual(self.make_request("GET", "/_synapse/client/demo/hello").code, 400)

    def test_event_censor(self) -> None:
        token = self.tokens["good"]
        room_id = self.helper.create_room_as("@good:test", tok=token)
        self.answer = {"msgtype": "m.text", "body": "****"}
        sent = self.helper.send(room_id, "damn", tok=token)
        event = self.helper.get_event(room_id, sent["event_id"], tok=token)
        self.assertEqual(event["content"], self.answer)
        self.helper.send_event(
            room_id, "org.example.event", {"broken": True}, tok=token, expect_code=403
        )
