"""Shows how native modules start and end with a real Synapse, and their order with others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import TestCase

from hsmod.trial import settings
from hsmod.trial.client import Answer, ask
from hsmod.trial.failure import Failure, ended
from hsmod.trial.homeserver import Homeserver, port_to_use
from support import native, scripted

SECONDS = 60.0

RECORDER = {"module": "good_recorder", "config": {"callbacks": ["user_may_create_room"]}}


def until(done: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """Waits until `done` returns a true value, and returns that."""
    end = time.monotonic() + seconds
    while not (said := done()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)
    return said


class Ends(TestCase):
    """SIGTERM shuts down the modules, then ends the process."""

    def end(self, *modules: dict[str, Any]) -> tuple[int | None, float, str]:
        """Ends Synapse; returns the return code, the seconds it took, and the log."""
        with Homeserver([native(*modules)]) as homeserver:
            homeserver.register("alice")
            os.kill(homeserver.pid, signal.SIGTERM)
            begun = time.monotonic()
            code = homeserver.wait(SECONDS)
            return code, time.monotonic() - begun, homeserver.log.read_text()

    def test_modules_are_shut_down(self) -> None:
        code, seconds, log = self.end(RECORDER)
        self.assertEqual(code, 0)
        self.assertLess(seconds, 5)
        received, rest = log.split("Received SIGTERM", 1)
        self.assertNotIn("shutdown", received)
        self.assertIn("shutdown", next(line for line in rest.splitlines() if "recorder" in line))
        self.assertNotIn("Traceback", log)
        self.assertNotIn(" ERROR ", log)

    def test_a_module_that_never_ends(self) -> None:
        hangs = {"module": "bad_never_ready", "config": {"where": "shutdown"}}
        code, seconds, log = self.end(hangs, RECORDER)
        self.assertEqual(code, 0)
        self.assertGreater(seconds, 5)
        self.assertLess(seconds, 20)
        rest = log.split("Received SIGTERM", 1)[1]
        self.assertIn("bad_never_ready", rest)
        # Synapse's own steps follow, which require the right logging context.
        self.assertIn("Shutting down...", rest)
        self.assertNotIn("AssertionError", rest)
        self.assertTrue([line for line in rest.splitlines() if "recorder" in line])

    def test_modules_that_do_not_start(self) -> None:
        fails = {"module": "bad_panics", "config": {"where": "start"}}
        homeserver = Homeserver([native(fails)])
        # This may happen before or after Synapse has answered for the first time.
        with self.assertRaises(Failure) as raised, homeserver:
            code = homeserver.wait(SECONDS)
            self.assertEqual(code, 1)
            raise ended(1, homeserver.output, homeserver.log)
        said = str(raised.exception)
        self.assertEqual(raised.exception.code, 1)
        self.assertIn("error: module `bad_panics`: start: panicked: bad_panics: Start", said)
        self.assertNotIn(" INFO ", said)


class Hangs(TestCase):
    """A module that blocks the start of Synapse is named in the log while it does."""

    def named(self, place: str, file: str) -> str:
        """The line that names the module while it hangs in `place`, from this file."""
        hangs = {"where": place, "until": "/"}
        entry = native({"module": "bad_blocks", "timeout": 0, "config": hangs}, slow_poll="200ms")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            config = settings.write(folder, port_to_use(None), [entry])
            with (folder / "output.txt").open("wb") as output:
                synapse = subprocess.Popen(
                    [sys.executable, "-m", "synapse.app.homeserver", "-c", str(config)],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )

            def said() -> str:
                path = folder / file
                lines = path.read_text().splitlines() if path.exists() else []
                return next((line for line in lines if "module `bad_blocks`" in line), "")

            try:
                line: str = until(said)
                self.assertIsNone(synapse.poll())
                return line
            finally:
                synapse.kill()
                synapse.wait()

    def test_parse_config(self) -> None:
        """There is no log yet, so the line is written to the terminal."""
        line = self.named("parse_config", "output.txt")
        self.assertIn("hsmod: module `bad_blocks` delays the start of the homeserver", line)
        self.assertIn("it has been in parse_config for", line)
        self.assertIn("no timeout ends the wait", line)

    def test_new(self) -> None:
        line = self.named("new", "homeserver.log")
        self.assertIn(" WARNING hsmod.loader", line)
        self.assertIn("it has been in new for", line)

    def test_start(self) -> None:
        """It blocks the thread that writes the log; another thread writes instead."""
        line = self.named("start", "homeserver.log")
        self.assertIn(" WARNING hsmod.loader", line)
        self.assertIn("it has been in start for", line)


class Daemon(TestCase):
    """Synapse with `-D`: configs are read before the fork, modules are created after it."""

    def start(self, folder: Path, *modules: dict[str, Any]) -> tuple[int, str, str]:
        """The result of the command, which ends once there is a daemon, and the daemon's URL."""
        port = port_to_use(None)
        config = settings.write(folder, port, [native(*modules)])
        done = subprocess.run(
            [sys.executable, "-m", "synapse.app.homeserver", "-c", str(config), "-D"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
        return done.returncode, done.stdout, f"http://127.0.0.1:{port}"

    def test_a_daemon(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            denies = scripted(
                {"user_may_create_room": {"return": {"$": "Codes", "v": "FORBIDDEN"}}}
            )
            code, said, url = self.start(folder, denies, RECORDER)
            self.assertEqual(code, 0, said)
            pid_file = folder / "homeserver.pid"
            pid = int(until(lambda: pid_file.exists() and pid_file.read_text()))
            try:
                self.assertEqual(until(lambda: status(f"{url}/_matrix/client/versions")), 200)
                self.assertEqual(status(f"{url}/_synapse/client/recorder/seen"), 200)
                log = (folder / "homeserver.log").read_text()
                self.assertIn("hsmod.Modules: scripted", log)
            finally:
                os.kill(pid, signal.SIGTERM)
                until(lambda: not Path(f"/proc/{pid}").exists())
            log = (folder / "homeserver.log").read_text()
            last = [line for line in log.splitlines() if "recorder" in line][-1]
            self.assertIn("shutdown", last)
            # Synapse itself logs errors when a daemon ends.
            self.assertNotIn("Traceback", log.split("Stopping daemon")[0])

    def test_a_bad_config(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            bad = {"module": "demo", "config": {"denied_user": "nobody"}}
            code, said, _ = self.start(Path(name), bad, {"module": "no_such"})
            self.assertEqual(code, 1)
            self.assertIn("module `demo`: parse_config: `nobody` is not a user ID", said)
            self.assertIn("module `no_such`: discovery: ", said)
            # Synapse is still in the foreground, so there is no daemon yet.
            self.assertFalse((Path(name) / "homeserver.pid").exists())


class Order(TestCase):
    """The first denial decides, whichever kind of module it is from."""

    def create_room(self, *modules: dict[str, Any]) -> Answer:
        """What a client is answered."""
        with Homeserver(list(modules)) as homeserver:
            token = homeserver.register("alice").access_token
            return ask(f"{homeserver.url}/_matrix/client/v3/createRoom", "POST", {}, token=token)

    def test_native_and_python(self) -> None:
        code = {"$": "Codes", "v": "FORBIDDEN"}
        fields = {"$": "tuple", "v": [code, {"org.example.by": "native"}]}
        by_native = native(scripted({"user_may_create_room": {"return": fields}}))
        by_python = {"module": "python_modules.Denies", "config": {"with": "python"}}
        for first, modules in [
            ("native", [by_native, by_python]),
            ("python", [by_python, by_native]),
        ]:
            answer = self.create_room(*modules)
            self.assertEqual(answer.status, 403)
            self.assertEqual(answer.json()["org.example.by"], first)


def status(url: str) -> int:
    """The status of a request; 0 if there is no response."""
    try:
        return ask(url, seconds=5).status
    except OSError:
        return 0
