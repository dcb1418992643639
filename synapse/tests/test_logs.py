"""Shows how the log of native modules and their loader appears in Python's logging."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import Any

from hsmod import logs

from synapse.app import _base
from synapse.rest import admin
from synapse.rest.client import login, room

from tests import unittest

from support import NativeTestCase, native

RECORDER = "hsmod.modules.notes"


class LogTestCase(NativeTestCase):
    """A homeserver whose module logs `seen it` at INFO for each message, and `asked` at TRACE."""

    servlets = [admin.register_servlets, login.register_servlets, room.register_servlets]
    modules = [
        {
            "module": "good_recorder",
            "name": "notes",
            "config": {"callbacks": ["check_event_for_spam", "user_may_invite"]},
        }
    ]

    def setUp(self) -> None:
        self.addCleanup(logs.refresh)
        super().setUp()

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.register_user("alice", "secret")
        self.token = self.login("alice", "secret")
        self.room_id = self.helper.create_room_as("@alice:test", tok=self.token)

    def send(self) -> None:
        self.helper.send(self.room_id, "hello", tok=self.token)

    def set_level(self, name: str, level: int) -> None:
        logger = logging.getLogger(name)
        before = logger.level
        self.addCleanup(logger.setLevel, before)
        logger.setLevel(level)
        logs.refresh()

    def heard(self, name: str = "hsmod") -> list[logging.LogRecord]:
        """Collects the records below a logger from now on, whatever their level."""
        records: list[logging.LogRecord] = []

        class Handler(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                records.append(record)

        handler = Handler()
        logging.getLogger(name).addHandler(handler)
        self.addCleanup(logging.getLogger(name).removeHandler, handler)
        return records


class Lines(LogTestCase):
    def test_a_line_of_a_module(self) -> None:
        self.set_level("hsmod", logging.INFO)
        records = self.heard()
        self.send()
        [record] = records
        self.assertEqual((record.name, record.levelname), (RECORDER, "INFO"))
        self.assertEqual(record.pathname, "tests/modules/good_recorder/src/calls.rs")
        self.assertGreater(record.lineno, 1)
        self.assertEqual(
            record.getMessage(),
            'seen it below=-3 good=true list="[1, 2]" number=3 share=0.5 user=@alice:test',
        )
        fields = {
            "user": "@alice:test",
            "number": 3,
            "below": -3,
            "share": 0.5,
            "good": True,
            "list": "[1, 2]",
            "target": "recorder",
        }
        self.assertEqual(record.hsmod, fields)  # type: ignore[attr-defined]

    def test_a_line_belongs_to_the_request(self) -> None:
        self.set_level("hsmod", logging.INFO)
        records = self.heard()
        self.send()
        [record] = records
        self.assertRegex(record.request, r"^PUT-\d+$")  # type: ignore[attr-defined]
        self.assertEqual(record.requester, "@alice:test")  # type: ignore[attr-defined]

    def test_a_line_of_the_loader(self) -> None:
        self.set_level("hsmod", logging.DEBUG)
        records = self.heard("hsmod.loader")
        answer = self.make_request("GET", "/_synapse/client/recorder/seen?x=%00", shorthand=False)
        self.assertEqual(answer.code, 200)
        self.make_request("PUT", "/_synapse/client/recorder/seen", shorthand=False)
        [record] = records
        self.assertEqual((record.name, record.levelname), ("hsmod.loader", "DEBUG"))
        self.assertEqual(
            record.getMessage(),
            "module `notes`: web resource `/_synapse/client/recorder/seen`: 405 M_UNRECOGNIZED:"
            " Unrecognized request",
        )
        self.assertEqual(record.hsmod["module"], "notes")  # type: ignore[attr-defined]

    def test_percents_are_no_arguments(self) -> None:
        records = self.heard()
        self.set_level("hsmod", logging.INFO)
        logs.emit(RECORDER, logging.INFO, "100 %s %d", {}, "", 0, 0.0, "")
        self.assertEqual(records[-1].getMessage(), "100 %s %d")


class Levels(LogTestCase):
    def seen(self) -> list[str]:
        records = self.heard()
        self.send()
        return [record.getMessage().split()[0] for record in records]

    def test_warnings_alone(self) -> None:
        self.set_level("hsmod", logging.WARNING)
        self.assertEqual(self.seen(), [])

    def test_everything(self) -> None:
        self.set_level("hsmod", logs.TRACE)
        # The harness does not know this level.
        self.patch(logging.getLogger("hsmod"), "propagate", False)
        records = self.heard(RECORDER)
        self.send()
        told = [(record.levelname, record.getMessage()) for record in records]
        self.assertIn(("TRACE", "asked callback=check_event_for_spam"), told)

    def test_one_module(self) -> None:
        self.set_level("hsmod", logging.ERROR)
        self.set_level(RECORDER, logging.INFO)
        self.assertEqual(self.seen(), ["seen"])

    def test_all_but_one_module(self) -> None:
        self.set_level("hsmod", logging.INFO)
        self.set_level(RECORDER, logging.ERROR)
        self.assertEqual(self.seen(), [])

    def test_disabled_lines_are_not_created(self) -> None:
        self.set_level("hsmod", logging.WARNING)
        calls: list[Any] = []
        self.patch(logs, "emit", lambda *line: calls.append(line))
        self.patch(logs, "emit_outside", lambda lines: calls.extend(lines))
        self.send()
        self.assertEqual(calls, [])
        self.set_level("hsmod", logging.INFO)
        self.send()
        self.assertEqual([line[0] for line in calls], [RECORDER])

    def test_logging_that_is_disabled(self) -> None:
        self.addCleanup(logging.disable, logging.root.manager.disable)
        logging.disable(logging.INFO)
        self.set_level("hsmod", logging.DEBUG)
        self.assertEqual(logs.levels()["hsmod"], logging.INFO + 1)
        self.assertEqual(self.seen(), [])

    def test_a_changed_level_is_noticed(self) -> None:
        self.set_level("hsmod", logging.WARNING)
        logging.getLogger("hsmod").setLevel(logging.INFO)
        self.assertEqual(self.seen(), [])
        self.reactor.advance(logs.REFRESH_MS / 1000 + 1)
        self.assertEqual(self.seen(), ["seen"])


class Hangup(LogTestCase):
    def test_sighup(self) -> None:
        """Synapse reloads its log config at this signal, before our handler runs."""
        own = _base._instance_id_to_sighup_callbacks_map[self.hs.get_instance_id()]
        self.set_level("hsmod", logging.WARNING)
        logging.getLogger("hsmod").setLevel(logging.INFO)
        records = self.heard()
        for callback, arguments, named in own:
            callback(*arguments, **named)
        [record] = [record for record in records if "SIGHUP" in record.getMessage()]
        self.assertEqual((record.name, record.levelname), ("hsmod.logs", "INFO"))
        self.assertIn("when Synapse is restarted", record.getMessage())
        self.assertEqual(self.seen_after(records), ["seen"])

    def seen_after(self, records: list[logging.LogRecord]) -> list[str]:
        records.clear()
        self.send()
        return [record.getMessage().split()[0] for record in records]

    def test_every_version_of_synapse(self) -> None:
        calls: list[tuple[Any, ...]] = []

        def now(hs: Any, func: Any, *args: Any) -> None:
            calls.append((hs, func))

        def between(homeserver_instance_id: str, func: Any, *args: Any) -> None:
            calls.append((homeserver_instance_id, func))

        def before(func: Any, *args: Any) -> None:
            calls.append((func,))

        for version in (now, between, before):
            self.patch(_base, "register_sighup", version)
            logs._on_sighup(self.hs.get_module_api())
        firsts = [self.hs, self.hs.get_instance_id(), logs._hangup]
        self.assertEqual([call[0] for call in calls], firsts)
        self.assertTrue(all(call[-1] is logs._hangup for call in calls))


class Threads(LogTestCase):
    """Lines of threads other than the reactor's."""

    modules = [{"module": "good_worker", "config": {"name": "w"}}]

    def test_they_come_through_the_reactor_and_belong_to_no_request(self) -> None:
        records = self.heard()
        order = b'{"what": "process", "how": "fail", "seconds": 0}'
        answer = self.make_request("POST", "/_synapse/client/w/begin", order, shorthand=False)
        self.assertEqual(answer.code, 200, answer.result)
        self.until(lambda: records)
        [record] = records
        self.assertEqual((record.name, record.levelname), ("hsmod.loader", "ERROR"))
        self.assertIn("background work `process`: nothing works", record.getMessage())
        self.assertEqual(record.threadName, "hsmod")
        self.assertEqual(record.request, "sentinel")  # type: ignore[attr-defined]


# A process whose reactor hangs while a thread of the native part logs.
STANDSTILL = """
import logging, sys, time

logging.basicConfig(stream=sys.stdout, format="%(name)s|%(levelname)s|%(message)s")

from hsmod import _native, logs


class Glue:
    pass


logs.refresh()
parsed = _native.Parsed.from_value({config!r}, "/", "/")
glue = Glue()
modules = parsed.make(glue, {about!r})
started = modules.start()
time.sleep(4)
print("stood still", flush=True)
"""


class Standstill(unittest.TestCase):
    def test_nothing_is_lost(self) -> None:
        """An error appears on standard error and in the log while the reactor still hangs."""
        begin = [{"what": "process", "how": "fail", "seconds": 0}]
        config = native({"module": "good_worker", "config": {"begin": begin}})["config"]
        about: dict[str, Any] = {
            "server_name": "test",
            "public_baseurl": None,
            "worker_name": None,
            "worker_app": None,
            "email_app_name": None,
            "run_background_tasks": True,
            "calls": [],
            "synapse": "1.163.2",
            "serves": [],
            "unanswered": {},
        }
        script = STANDSTILL.format(config=config, about=about)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = "module `good_worker`: background work `process`: nothing works"
        self.assertIn(
            f"hsmod: {told} (Synapse's main thread has been blocked for 3s)", done.stderr
        )
        self.assertEqual(done.stdout.splitlines(), [f"hsmod.loader|ERROR|{told}", "stood still"])
