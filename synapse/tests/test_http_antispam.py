"""Shows that `http_antispam` behaves towards a service and clients like the Python module.

Both are in one Synapse, each four times. The service allows the requests of those not under test.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from antispam_cases import (
    BREAKING,
    DIFFERENCES,
    IN_ANOTHER_ENCODING,
    NO_JSON,
    OBJECTS,
    OTHER_JSON,
    REDIRECTS,
    STATUSES,
    UNSPEAKABLE,
)
from antispam_server import ALLOW, AntispamServer, Asked, Reply, antispam_server
from hsmod.trial.client import ask
from hsmod.trial.homeserver import Homeserver
from hsmod.trial.users import User
from once import OnceTestCase
from support import plugins

NATIVE = "native"
ORIGINAL = "original"

CALLBACKS = [
    "check_event_for_spam",
    "check_username_for_spam",
    "user_may_join_room",
    "user_may_invite",
    "federated_user_may_invite",
    "user_may_send_3pid_invite",
    "user_may_create_room",
    "user_may_create_room_alias",
    "user_may_publish_room",
    "check_login_for_spam",
]

DENY = Reply(403, b'{"errcode": "M_LIMIT_EXCEEDED", "error": "no", "org.example.a": [1]}')
DENIED = (403, {"errcode": "M_LIMIT_EXCEEDED", "error": "no", "org.example.a": [1]})


def config(
    server: AntispamServer, who: str, fail_open: bool, in_background: bool
) -> dict[str, Any]:
    """The config of both modules."""
    return {
        "base_url": f"{server.url}/{who}",
        "authorization": "secret",
        "enabled_callbacks": CALLBACKS,
        "fail_open": dict.fromkeys(CALLBACKS, fail_open),
        "async": dict.fromkeys(CALLBACKS, in_background),
    }


def name(kind: str, fail_open: bool, in_background: bool = False) -> str:
    """The name of a module of this kind."""
    return f"{kind}-{'open' if fail_open else 'closed'}-{'async' if in_background else 'sync'}"


def homeserver_modules(server: AntispamServer) -> list[dict[str, Any]]:
    """The native modules come first: the original hides everybody from the user directory."""
    both = [(fail_open, waits) for fail_open in (True, False) for waits in (False, True)]
    native = []
    original = []
    for fail_open, in_background in both:
        who = [name(kind, fail_open, in_background) for kind in (NATIVE, ORIGINAL)]
        told = [config(server, one, fail_open, in_background) for one in who]
        native.append({"module": "http_antispam", "name": who[0], "config": told[0]})
        original.append({"module": "synapse_http_antispam.HTTPAntispam", "config": told[1]})
    hasty = {**config(server, "native-hasty", False, False), "timeout_ms": 200}
    native.append({"module": "http_antispam", "name": "native-hasty", "config": hasty})
    ours = {
        "plugins_dir": str(plugins()),
        "http": {"allow": ["127.0.0.0/8"]},
        "modules": native,
    }
    return [
        {"module": "hsmod.Modules", "config": ours},
        *original,
        {"module": "python_modules.FederatedInvites"},
    ]


class BesideTheOriginal(OnceTestCase):
    """One Synapse and one service for all tests."""

    server: AntispamServer
    homeserver: Homeserver
    alice: User
    bob: User
    room: str

    @classmethod
    def set_up_once(cls, stack: ExitStack) -> None:
        cls.server = stack.enter_context(antispam_server())
        cls.homeserver = stack.enter_context(Homeserver(homeserver_modules(cls.server)))
        cls.alice = cls.homeserver.register("alice")
        cls.bob = cls.homeserver.register("bob")
        cls.room = cls.client("POST", "v3/createRoom", {"preset": "public_chat"}, 200)["room_id"]

    def setUp(self) -> None:
        super().setUp()
        self.server.reply("nobody", ALLOW)

    @classmethod
    def client(
        cls, method: str, path: str, body: Any, status: int, user: User | None = None
    ) -> Any:
        """A request that is not part of a test."""
        answer = cls.ask(method, path, body, user)
        assert answer[0] == status, answer
        return answer[1]

    @classmethod
    def ask(
        cls, method: str, path: str, body: Any, user: User | None = None, seconds: float = 30
    ) -> tuple[int, Any]:
        """What a client is answered."""
        token = (user or cls.alice).access_token
        url = f"{cls.homeserver.url}/_matrix/client/{path}"
        answer = ask(url, method, body, token=token, seconds=seconds)
        return answer.status, answer.json()

    def publish(self, who: str, reply: Reply, seconds: float = 30) -> tuple[int, Any]:
        """Publishes a room, the cheapest operation that calls a module."""
        self.server.reply(who, reply)
        path = f"v3/directory/list/room/{self.room}"
        return self.ask("PUT", path, {"visibility": "private"}, seconds=seconds)

    def both(self, reply: Reply, fail_open: bool) -> tuple[Any, Any]:
        """The client's response with each module."""
        native, original = (
            self.publish(name(kind, fail_open), reply) for kind in (NATIVE, ORIGINAL)
        )
        return native, original

    def test_status_body_and_fail_open(self) -> None:
        met = set()
        kinds = {b: "no object" for b in OTHER_JSON} | {b: "encoding" for b in IN_ANOTHER_ENCODING}
        bodies = OBJECTS + OTHER_JSON + NO_JSON + IN_ANOTHER_ENCODING
        cases = [(status, body) for status in STATUSES for body in bodies]
        cases += [(status, body) for status in REDIRECTS for body in (b'{"error": "e"}', b"")]
        cases += [(204, b""), (304, b"")]
        for status, body in cases:
            for fail_open in (True, False):
                native, original = self.both(Reply(status, body), fail_open)
                if native == original:
                    continue
                why = "redirect" if status in REDIRECTS else kinds.get(body)
                self.assertIn(why, DIFFERENCES, f"{status} {body!r}: {native} {original}")
                met.add(why)
        self.assertEqual(met, {"redirect", "no object", "encoding"})

    def test_servers_that_break_rules(self) -> None:
        met = set()
        for what, reply in BREAKING.items():
            for fail_open in (True, False):
                native, original = self.both(reply, fail_open)
                if native != original:
                    met.add(what)
        self.assertEqual(met, DIFFERENCES.keys() & BREAKING.keys() | {"redirects"})

    def test_denials_that_synapse_cannot_serialise(self) -> None:
        for body, said in UNSPEAKABLE.items():
            native = self.publish(name(NATIVE, False), Reply(403, body))
            self.assertEqual(native, (403, said), body)
            with self.assertRaises(TimeoutError):
                self.publish(name(ORIGINAL, False), Reply(403, body), seconds=0.5)

    def test_in_background(self) -> None:
        replies = [ALLOW, DENY, Reply(500, b"<html>"), Reply(raw=b""), Reply(seconds=0.2)]
        for reply in replies:
            for fail_open in (True, False):
                for kind in (NATIVE, ORIGINAL):
                    who = name(kind, fail_open, in_background=True)
                    self.assertEqual(self.publish(who, reply), (200, {}))
                    self.assertEqual(len(self.server.asked(who, least=1)), 1)

    def test_a_server_that_takes_too_long(self) -> None:
        begun = time.monotonic()
        answer = self.publish("native-hasty", Reply(seconds=20))
        said = {"errcode": "M_UNKNOWN", "error": "Failed to connect to antispam server"}
        self.assertEqual(answer, (403, said))
        self.assertLess(time.monotonic() - begun, 15)

    def denied(self, callback: str, question: Callable[[], tuple[int, Any]]) -> Any:
        """The response and the service's requests, which are the same for both modules."""
        seen = []
        for kind in (NATIVE, ORIGINAL):
            who = name(kind, fail_open=True)
            self.server.reply(who, DENY)
            answer = question()
            asked = self.server.asked(who, least=1)
            self.assertEqual([one.path for one in asked], [callback], kind)
            seen.append((answer, without_age(asked[0])))
        self.assertEqual(*seen)
        answer, asked = seen[0]
        self.assertEqual(asked.method, "POST")
        self.assertEqual(asked.authorization, "Bearer secret")
        self.assertEqual(asked.content_type, "application/json")
        return answer, asked.body

    def test_callbacks(self) -> None:
        room, alice, bob = self.room, self.alice.user_id, self.bob.user_id
        private = self.client("POST", "v3/createRoom", {"invite": [bob]}, 200)["room_id"]
        threepid = {
            "medium": "email",
            "address": "carol@example.com",
            "id_server": "127.0.0.1:1",
            "id_access_token": "x",
        }
        publish = ("PUT", f"v3/directory/list/room/{room}", {"visibility": "public"})
        for callback, question, body in [
            ("user_may_create_room", ("POST", "v3/createRoom", {}), {"user_id": alice}),
            ("user_may_publish_room", publish, {"user_id": alice, "room_id": room}),
            (
                "user_may_invite",
                ("POST", f"v3/rooms/{room}/invite", {"user_id": bob}),
                {"inviter": alice, "invitee": bob, "room_id": room},
            ),
            (
                "user_may_send_3pid_invite",
                ("POST", f"v3/rooms/{room}/invite", threepid),
                {
                    "inviter": alice,
                    "medium": "email",
                    "address": "carol@example.com",
                    "room_id": room,
                },
            ),
            (
                "user_may_join_room",
                ("POST", f"v3/join/{room}", {}, self.bob),
                {"user": bob, "room": room, "is_invited": False},
            ),
            (
                "user_may_join_room",
                ("POST", f"v3/join/{private}", {}, self.bob),
                {"user": bob, "room": private, "is_invited": True},
            ),
        ]:
            answer, asked = self.denied(callback, lambda: self.ask(*question))  # noqa: B023
            self.assertEqual(answer, DENIED)
            self.assertEqual(asked, body)

    def test_aliases(self) -> None:
        path = "v3/directory/room/%23name:localhost"
        answers = {}
        asked = {}
        for kind in (NATIVE, ORIGINAL):
            who = name(kind, fail_open=False)
            self.server.reply(who, DENY)
            answers[kind] = self.ask("PUT", path, {"room_id": self.room})
            asked[kind] = [(one.path, one.body) for one in self.server.asked(who)]
        body = {"user_id": self.alice.user_id, "room_alias": "#name:localhost"}
        self.assertEqual(asked[NATIVE], [("user_may_create_room_alias", body)])
        self.assertEqual(answers[NATIVE], DENIED)
        # The original cannot serialise an alias: it makes no request, as if the service had failed.
        self.assertEqual(asked[ORIGINAL], [])
        said = {"errcode": "M_UNKNOWN", "error": "Failed to connect to antispam server"}
        self.assertEqual(answers[ORIGINAL], (403, said))

    def test_events(self) -> None:
        sent = f"v3/rooms/{self.room}/send/m.room.message/"
        event_id = self.client("PUT", sent + "0", {"msgtype": "m.text", "body": "x"}, 200)[
            "event_id"
        ]
        buy = {"msgtype": "m.text", "body": "buy"}
        number = iter(range(1, 100))
        for question, expected in [
            (
                lambda: ("PUT", sent + str(next(number)), buy),
                {"type": "m.room.message", "content": buy},
            ),
            (
                lambda: ("PUT", f"v3/rooms/{self.room}/state/m.room.topic", {"topic": "t"}),
                {"type": "m.room.topic", "state_key": ""},
            ),
            (
                lambda: ("PUT", f"v3/rooms/{self.room}/redact/{event_id}/{next(number)}", {}),
                {"type": "m.room.redaction", "content": {"redacts": event_id}},
            ),
        ]:
            answer, asked = self.denied(
                "check_event_for_spam", lambda: self.ask(*question())  # noqa: B023
            )
            self.assertEqual(answer, DENIED)
            event = asked["event"]
            self.assertEqual(event, {**event, **expected})
            self.assertEqual(event["sender"], self.alice.user_id)
            for inner in ("auth_events", "prev_events", "hashes", "signatures", "depth"):
                self.assertNotIn(inner, event)

    def test_logins(self) -> None:
        login = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": "bob"},
            "password": self.bob.password,
        }
        for more in ({}, {"device_id": "D", "initial_device_display_name": "phone"}):
            body = {**login, **more}
            answer, asked = self.denied(
                "check_login_for_spam", lambda: self.ask("POST", "v3/login", body)  # noqa: B023
            )
            self.assertEqual(answer, DENIED)
            self.assertEqual(asked["user_id"], self.bob.user_id)
            self.assertEqual(
                asked["initial_display_name"], more.get("initial_device_display_name")
            )
            self.assertEqual(asked["request_info"][0][1], "127.0.0.1")

    def test_invites_from_elsewhere(self) -> None:
        url = f"{self.homeserver.url}/_synapse/client/federated_invite"
        answer, asked = self.denied("federated_user_may_invite", lambda: ask(url).json())
        fields = {"error": "no", "org.example.a": [1]}
        self.assertEqual(answer, {"verdict": ["M_LIMIT_EXCEEDED", fields]})
        self.assertEqual(asked["event"]["state_key"], "@alice:localhost")

    def test_the_user_directory(self) -> None:
        def search() -> tuple[int, Any]:
            return self.ask("POST", "v3/user_directory/search", {"search_term": "bob"})

        # Synapse adds new users to the directory in the background.
        deadline = time.monotonic() + 30
        while not self.server.asked(name(NATIVE, fail_open=True)):
            self.assertLess(time.monotonic(), deadline, "nobody was found")
            search()
        answer, asked = self.denied("check_username_for_spam", search)
        self.assertEqual(answer, (200, {"limited": False, "results": []}))
        self.assertEqual(asked["user_profile"]["user_id"], self.bob.user_id)
        self.assertEqual(asked["requester_id"], self.alice.user_id)
        # If the service allows it, native modules hide nobody, and the next module is asked. The
        # first original hides everybody, whatever the service says, so no later one is asked.
        self.server.reply("nobody", ALLOW)
        self.assertEqual(search(), (200, {"limited": False, "results": []}))
        self.assertEqual(len(self.server.asked(name(ORIGINAL, True), least=1)), 1)
        self.assertEqual(self.server.asked(name(ORIGINAL, fail_open=False)), [])


def without_age(asked: Asked) -> Asked:
    """Removes the age of events, which depends on the time at which each module reads it."""
    body = json.loads(json.dumps(asked.body))
    body.get("event", {}).get("unsigned", {}).pop("age_ts", None)
    # Two calls are about two different events.
    for field in ("event_id", "origin_server_ts"):
        body.get("event", {}).pop(field, None)
    return replace(asked, body=body)
