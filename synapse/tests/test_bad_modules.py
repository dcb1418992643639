"""Shows that a misbehaving native module has the same effect on clients as a Python one.

The log names the module. Each class with a Python counterpart runs the same tests with both.
"""

from __future__ import annotations

import logging
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, ClassVar
from unittest import TestCase

from hsmod import Modules, logs
from hsmod.trial.client import ask
from hsmod.trial.homeserver import Homeserver

from synapse.module_api.errors import ConfigError
from synapse.rest import admin
from synapse.rest.client import login, room
from synapse.types import JsonDict

from tests import unittest

from support import NativeTestCase, native, plugins

INTERNAL = {"errcode": "M_UNKNOWN", "error": "Internal server error"}
MEBIBYTE = 1 << 20


class BadTestCase(NativeTestCase):
    """A room that was created before any module misbehaved."""

    servlets = [admin.register_servlets, login.register_servlets, room.register_servlets]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.checks = hs.get_module_api_callbacks().spam_checker
        self.rules = hs.get_module_api_callbacks().third_party_event_rules
        self.register_user("alice", "secret", admin=True)
        self.token = self.login("alice", "secret")
        self.register_user("bob", "secret")
        self.bob = self.login("bob", "secret")
        kept = self.silence(self.rules), self.silence(self.checks)
        self.room_id = self.helper.create_room_as("@alice:test", tok=self.token)
        vars(self.rules).update(kept[0])
        vars(self.checks).update(kept[1])
        self.said: list[logging.LogRecord] = []
        said = self.said

        class Handler(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                said.append(record)

        root, handler = logging.getLogger(), Handler()
        self.addCleanup(logs.refresh)
        self.addCleanup(root.setLevel, root.level)
        self.addCleanup(root.removeHandler, handler)
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        logs.refresh()

    def silence(self, callbacks: Any) -> dict[str, Any]:
        """Removes all callbacks; returns them."""
        lists = {name: kept for name, kept in vars(callbacks).items() if isinstance(kept, list)}
        vars(callbacks).update({name: [] for name in lists})
        return lists

    def send(self) -> tuple[int, Any]:
        """Sends a message; returns the status and the response."""
        path = f"/_matrix/client/v3/rooms/{self.room_id}/send/m.room.message/{time.monotonic()}"
        content = {"msgtype": "m.text", "body": "hello"}
        return self.answer("PUT", path, content, self.token)

    def create(self) -> tuple[int, Any]:
        """Creates a room as a user who is no administrator; returns the status and the response."""
        return self.answer("POST", "/_matrix/client/v3/createRoom", {}, self.bob)

    def answer(self, method: str, path: str, body: Any, token: str) -> tuple[int, Any]:
        """The status and the response that a client gets."""
        channel = self.make_request(method, path, body, access_token=token)
        return channel.code, channel.json_body

    def assert_named(self, name: str, level: int, *words: str) -> None:
        """The log has a line at this level that names the module, with each of these words."""
        self.until(lambda: len(self.said_by_the_loader()) >= len(words))
        said = self.said_by_the_loader()
        self.assertEqual([record.levelno for record in said], [level] * len(words))
        for record, word in zip(said, words, strict=True):
            self.assertIn(f"module `{name}`", record.getMessage())
            self.assertIn(word, record.getMessage())

    def said_by_the_loader(self) -> list[logging.LogRecord]:
        """The log records of the loader, without those of the modules."""
        return [record for record in self.said if record.name.startswith("hsmod.loader")]


class PythonRaises(BadTestCase):
    """The effect of exceptions in Python."""

    def native_modules(self) -> list[JsonDict]:
        return [{"module": "python_modules.Raises"}]

    def test_check_event_allowed(self) -> None:
        self.assertEqual(self.create(), (500, INTERNAL))
        self.check_log(logging.ERROR)

    def test_check_event_for_spam(self) -> None:
        self.silence(self.rules)
        self.assertEqual(self.send(), (500, INTERNAL))
        self.check_log(logging.ERROR)

    def test_on_new_event(self) -> None:
        self.silence(self.checks)
        self.rules._check_event_allowed_callbacks = []
        status, body = self.send()
        self.assertEqual((status, list(body)), (200, ["event_id"]))
        self.check_log()

    def test_check_can_shutdown_room(self) -> None:
        kept = self.rules._check_can_shutdown_room_callbacks
        self.silence(self.rules)
        self.rules._check_can_shutdown_room_callbacks = kept
        path = f"/_synapse/admin/v1/rooms/{self.room_id}"
        status, _ = self.answer("DELETE", path, {}, self.token)
        self.assertEqual(status, 200)
        self.check_log()

    def check_log(self, level: int | None = None) -> None:
        """Checks the log; with a Python module it has only Synapse's own lines."""


class PanicsInFirstPoll(PythonRaises):
    """Panics when the body of an `async fn` runs for the first time."""

    place = "first_poll"

    def native_modules(self) -> list[JsonDict]:
        return [native({"module": "bad_panics", "config": {"where": self.place}})]

    def check_log(self, level: int | None = None) -> None:
        self.assert_named("bad_panics", level or logging.WARNING, "panicked")


class PanicsAtEntry(PanicsInFirstPoll):
    """Panics before there is a future."""

    place = "entry"


class PanicsLater(PanicsInFirstPoll):
    """Panics after it has waited once."""

    place = "later_poll"


class PanicsTwice(PanicsInFirstPoll):
    """Panics again when the payload of the panic is dropped."""

    place = "payload_drop"


class PythonWebRaises(BadTestCase):
    """A web resource that fails."""

    def native_modules(self) -> list[JsonDict]:
        return [{"module": "python_modules.Raises"}]

    def test_web(self) -> None:
        answer = self.answer("GET", "/_synapse/client/bad_panics", {}, self.token)
        self.assertEqual(answer, (500, INTERNAL))


class WebPanics(PythonWebRaises):
    """The same in Rust."""

    def native_modules(self) -> list[JsonDict]:
        return [native({"module": "bad_panics", "config": {"where": "web"}})]

    def test_web(self) -> None:
        super().test_web()
        self.assert_named("bad_panics", logging.ERROR, "panicked")


class Blocks(BadTestCase):
    """A module that blocks the reactor's thread for 200 ms: all wait, and its answer is used."""

    def native_modules(self) -> list[JsonDict]:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "blocks"
        self.file.touch()
        blocks = {"where": "callback", "until": str(self.file)}
        return [native({"module": "bad_blocks", "config": blocks}, slow_poll="50ms")]

    def test_check_event_for_spam(self) -> None:
        begun = time.monotonic()
        # In another process: no Python thread runs while the module blocks the reactor's thread.
        remover = subprocess.Popen(["sh", "-c", 'sleep 0.2; rm "$0"', str(self.file)])
        self.addCleanup(remover.wait)
        status, _ = self.send()
        self.assertEqual(status, 200)
        self.assertGreaterEqual(time.monotonic() - begun, 0.19)
        said = ["it has been in check_event_for_spam for", "came back from check_event_for_spam"]
        self.assert_named("bad_blocks", logging.WARNING, *said)


class NeverReady(BadTestCase):
    """A module that never answers: the call ends at its deadline."""

    timeouts: ClassVar = {"check_event_for_spam": "200ms", "on_new_event": "200ms"}
    modules = [
        {"module": "bad_never_ready", "config": {"where": "callback"}, "timeouts": timeouts}
    ]

    def test_check_event_for_spam(self) -> None:
        self.assertEqual(self.send(), (500, INTERNAL))
        self.assert_named("bad_never_ready", logging.ERROR, "200ms")

    def test_on_new_event(self) -> None:
        self.silence(self.checks)
        status, _ = self.send()
        self.assertEqual(status, 200)
        self.assert_named("bad_never_ready", logging.WARNING, "200ms")


class PythonAnswers(BadTestCase):
    """Denials with a code that Synapse does not know, and with conflicting fields."""

    config: JsonDict = {
        "denial": {"errcode": "ORG_EXAMPLE", "fields": {"error": "no", "org.example.a": 1}}
    }
    expected = (403, {"errcode": "ORG_EXAMPLE", "error": "no", "org.example.a": 1})

    def native_modules(self) -> list[JsonDict]:
        return [{"module": "python_modules.Answers", "config": self.config}]

    def test_denial(self) -> None:
        status, body = self.create()
        self.assertEqual(status, self.expected[0])
        self.assertEqual(body, self.expected[1])


class Answers(PythonAnswers):
    """The same in Rust."""

    def native_modules(self) -> list[JsonDict]:
        return [native({"module": "bad_answers", "config": self.config})]


class PythonFieldsInTheWay(PythonAnswers):
    """Fields with the names of Synapse's own fields."""

    config = {"denial": {"fields": {"errcode": "X", "error": "y", "status": 3, "self": 4}}}
    expected = (403, {"errcode": "X", "error": "y", "status": 3, "self": 4})


class FieldsInTheWay(PythonFieldsInTheWay, Answers):
    """The same in Rust."""


class UnspeakableFields(Answers):
    """Fields with which a Python module makes the client wait for ever: they are removed here."""

    config = {"denial": {"fields": {"msg": "m", "code": 3, "org.example.a": 1}}}
    expected = (
        403,
        {
            "errcode": "M_FORBIDDEN",
            "error": "You are not permitted to create rooms",
            "org.example.a": 1,
        },
    )


class UnknownCodeOfAnError(Answers):
    """An unknown code in an error with an HTTP status."""

    config = {"denial": {"status": 418, "errcode": "ORG_EXAMPLE", "fields": {"code": 1, "a": 2}}}
    expected = (418, {"errcode": "ORG_EXAMPLE", "error": "", "a": 2})


class PythonAtLength(TestCase):
    """Answers of 64 MiB in a real Synapse: the harness would take minutes to assemble them."""

    config = {"denial": {"bytes": 64 * MEBIBYTE}, "content_bytes": 64 * MEBIBYTE}
    entry: JsonDict = {"module": "python_modules.Answers", "config": config}

    def test_answers(self) -> None:
        with Homeserver([self.entry]) as homeserver:
            client = f"{homeserver.url}/_matrix/client/v3"
            # Synapse always lets administrators create rooms.
            admin = homeserver.register("admin", admin=True).access_token
            alice = homeserver.register("alice").access_token
            denied = ask(f"{client}/createRoom", "POST", {}, token=alice)
            self.assertEqual(denied.status, 403)
            expected = {"errcode": "M_FORBIDDEN", "error": "x" * 64 * MEBIBYTE}
            # Without `assertEqual`, which would print two long strings.
            self.assertTrue(denied.json() == expected, denied.body[:500])

            room_id = ask(f"{client}/createRoom", "POST", {}, token=admin).json()["room_id"]
            send = f"{client}/rooms/{room_id}/send/m.room.message/1"
            sent = ask(send, "PUT", {"msgtype": "m.text", "body": "hello"}, token=admin)
            self.assertEqual(sent.status, 413)
            self.assertEqual(sent.json(), {"errcode": "M_TOO_LARGE", "error": "event too large"})
            self.check_web(homeserver)

    def check_web(self, homeserver: Homeserver) -> None:
        """The Python module has no such resource."""


class AtLength(PythonAtLength):
    """The same in Rust, and a web resource."""

    entry = native(
        {
            "module": "bad_answers",
            "config": {**PythonAtLength.config, "web_bytes": 64 * MEBIBYTE},
        }
    )

    def check_web(self, homeserver: Homeserver) -> None:
        answer = ask(f"{homeserver.url}/_synapse/client/bad_answers")
        self.assertEqual(answer.status, 200)
        self.assertEqual(len(answer.body), 64 * MEBIBYTE + 2)


class Configs(unittest.TestCase):
    """An invalid `config_file`: one error that names the file, before Synapse starts."""

    def refused(self, path: Path) -> str:
        """The error for this file."""
        with self.assertRaises(ConfigError) as raised:
            Modules.parse_config({"config_file": str(path)})
        return raised.exception.msg

    def test_files(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            contents = {
                "empty.yaml": b"",
                "latin1.yaml": b"modules: [{module: n\xf6}]\n",
                "broken.yaml": b"modules: [\n",
                "list.yaml": b"- module: demo\n",
                "huge.yaml": b"# " + 64 * MEBIBYTE * b"x" + b"\n",
            }
            for file, content in contents.items():
                (folder / file).write_bytes(content)
            for path, said in [
                (folder / "missing.yaml", "No such file"),
                (folder, "directory"),
                (folder / "empty.yaml" / "below", "Not a directory"),
                (folder / "latin1.yaml", "UTF-8"),
                (folder / "broken.yaml", "line"),
                (folder / "list.yaml", "must be a mapping"),
                (folder / "huge.yaml", "large"),
                (folder / "empty.yaml", "empty"),
            ]:
                message = self.refused(path)
                self.assertIn(said, message)
                self.assertIn(str(path), message)
                self.assertLess(len(message), 1000)

    def test_problems_of_several_modules(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "modules.yaml"
            path.write_text(
                f"plugins_dir: {plugins()}\n"
                "modules:\n"
                "  - module: demo\n"
                "    config: {denied_user: nobody}\n"
                "  - module: bad_panics\n"
                "    config: {where: parse_config}\n"
                "  - module: http_antispam\n"
                "    config: {base_url: x}\n"
            )
            message = self.refused(path)
        problems = message.split("error: ")[1:]
        self.assertEqual(len(problems), 3, message)
        for problem, module, line in zip(
            problems, ["demo", "bad_panics", "http_antispam"], [4, 6, 8], strict=True
        ):
            self.assertIn(f"module `{module}`: parse_config: ", problem)
            self.assertIn("\n      fix: ", problem)
            if module != "bad_panics":
                self.assertIn(f", line {line}, column ", problem)
