"""Shows that `python -m hsmod try` runs a throwaway Synapse, and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import TestCase

from hsmod.trial.client import ask
from support import plugins

# Generous, because other tests may occupy the processor.
SECONDS = 120.0

COMMAND = ("-m", "hsmod", "try")

# The same in an environment without Synapse.
WITHOUT_SYNAPSE = (
    "-c",
    "import sys; sys.modules['synapse'] = None\n"
    "from hsmod.trial import main; sys.exit(main(sys.argv[1:]))",
)


class Case(TestCase):
    """Runs the command in a separate folder, which is also used for temporary files."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.temporary = self.folder / "temporary"
        self.temporary.mkdir()

    def modules(self, *modules: dict[str, Any]) -> str:
        """A modules.yaml."""
        path = self.folder / "modules.yaml"
        path.write_text(json.dumps({"plugins_dir": str(plugins()), "modules": list(modules)}))
        return str(path)

    def begin(self, *arguments: str, command: Sequence[str] = COMMAND) -> subprocess.Popen[str]:
        """The command, which is killed if the test does not end it."""
        paths = [str(self.folder), os.environ.get("PYTHONPATH", "")]
        environment = {
            **os.environ,
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        }
        begun = subprocess.Popen(
            [sys.executable, *command, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=self.folder,
        )
        self.addCleanup(begun.communicate)
        self.addCleanup(begun.kill)
        return begun

    def refused(self, *arguments: str, command: Sequence[str] = COMMAND) -> tuple[int, str]:
        """The exit code and the error output of a command that ends by itself."""
        begun = self.begin(*arguments, command=command)
        shown, said = begun.communicate(timeout=SECONDS)
        self.assertEqual(shown, "")
        self.assert_nothing_left()
        return begun.returncode, said

    def end(self, begun: subprocess.Popen[str], number: int) -> str:
        """Ends the command with a signal; returns its error output."""
        begun.send_signal(number)
        _, said = begun.communicate(timeout=SECONDS)
        self.assert_nothing_left()
        return said

    def assert_nothing_left(self) -> None:
        """Waits until no process and no folder is left; after a kill this takes a moment."""
        until = time.monotonic() + SECONDS
        while (left := self.left()) and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(left, [])

    def left(self) -> list[str]:
        """The folders that are left, and the processes with such a folder as an argument."""
        left = [str(path) for path in self.temporary.glob("hsmod-try-*")]
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = path.read_bytes()
            except OSError:
                continue  # It has ended since.
            if os.fsencode(self.temporary / "hsmod-try-") in command:
                left.append(f"process {path.parent.name}: {command!r}")
        return left


class Runs(Case):
    """The running homeserver, and how the command ends."""

    def test_for_programs(self) -> None:
        denied = {"module": "demo", "config": {"denied_user": "@bob:example.com"}}
        begun = self.begin(
            "-c", self.modules(denied), "--json", "--server-name", "example.com", "--admin"
        )
        said = json.loads(begun.stdout.readline())
        alice, bob = said["users"]["alice"], said["users"]["bob"]
        self.assertEqual(alice["user_id"], "@alice:example.com")

        create = said["url"] + "/_matrix/client/v3/createRoom"
        self.assertEqual(ask(create, "POST", {}, token=alice["access_token"]).status, 200)
        # Synapse always lets administrators create rooms.
        self.assertEqual(ask(create, "POST", {}, token=bob["access_token"]).status, 200)
        password = {"type": "m.login.password", "user": "bob", "password": bob["password"]}
        self.assertEqual(
            ask(said["url"] + "/_matrix/client/v3/login", "POST", password).status, 200
        )
        users = said["url"] + "/_synapse/admin/v2/users"
        self.assertEqual(ask(users, token=bob["access_token"]).status, 200)
        self.assertIn("hsmod.Modules: demo", Path(said["log"]).read_text())

        self.assertEqual(self.end(begun, signal.SIGTERM), "")
        self.assertEqual(begun.returncode, 0)

    def test_for_people(self) -> None:
        more = self.folder / "more.yaml"
        more.write_text('modules: [{module: python_modules.AgainstAlice}]\nform_secret: "mine"\n')
        kept = self.folder / "kept"
        begun = self.begin(
            "-c", self.modules(), "--homeserver-config", str(more), "--dir", str(kept)
        )
        shown = "".join(begun.stdout.readline() for _ in range(14))
        self.assertIn("runs at http://127.0.0.1:", shown)
        self.assertIn('alice could not be registered: 429 {"errcode":', shown)
        self.assertIn("  @bob:localhost\n    password ", shown)
        self.assertIn(f"Log: {kept}/homeserver.log\n", shown)
        self.assertIn(f"`kill {begun.pid}`. Its files stay in {kept}.\n", shown)

        self.assertEqual(self.end(begun, signal.SIGINT), "")
        self.assertEqual(begun.returncode, 0)
        self.assertIn('"form_secret": "mine"', (kept / "homeserver.yaml").read_text())

    def test_the_command_is_killed(self) -> None:
        begun = self.begin("-c", self.modules(), "--json")
        said = json.loads(begun.stdout.readline())
        self.assertTrue(Path(said["folder"]).exists())
        self.end(begun, signal.SIGKILL)
        self.assertFalse(Path(f"/proc/{said['synapse_pid']}").exists())

    def test_synapse_is_killed(self) -> None:
        begun = self.begin("-c", self.modules(), "--json")
        said = json.loads(begun.stdout.readline())
        os.kill(said["synapse_pid"], signal.SIGKILL)
        _, complaint = begun.communicate(timeout=SECONDS)
        self.assertEqual(begun.returncode, 2)
        beginning = "Synapse ended unexpectedly, by signal SIGKILL. The end of its log:\n\n"
        self.assertEqual(complaint[: len(beginning)], beginning)
        self.assertIn("/_synapse/admin/v1/register", complaint)
        self.assert_nothing_left()

    def test_stopped_before_it_runs(self) -> None:
        begun = self.begin("-c", self.modules())
        until = time.monotonic() + SECONDS
        while not list(self.temporary.glob("hsmod-try-*/homeserver.db")):
            self.assertLess(time.monotonic(), until)
            time.sleep(0.02)
        self.assertEqual(self.end(begun, signal.SIGTERM), "")
        self.assertEqual(begun.returncode, 0)


class Refusals(Case):
    """Commands that cannot run give the reason."""

    def test_all_problems_of_configs(self) -> None:
        config = self.modules(
            {"module": "demo", "config": {"denied_user": "nobody"}},
            {"module": "list_spam_checker", "config": {"evil": []}},
        )
        code, said = self.refused("-c", config)
        self.assertEqual(code, 1)
        first, second = said.split("error: ")[1:]
        self.assertIn("module `demo`: parse_config: `nobody` is not a user ID", first)
        self.assertIn("\n  at modules.<item 0>.config.denied_user, line 1, column", first)
        self.assertIn("module `list_spam_checker`: parse_config: unknown field `evil`", second)
        self.assertEqual(said[:6], "error:")

    def test_modules_that_cannot_be_made(self) -> None:
        config = self.modules(
            {"module": "scripted", "config": {"outcomes": {"no_such": {"return": None}}}},
            {"module": "bad_panics", "config": {"where": "new"}},
        )
        code, said = self.refused("-c", config)
        self.assertEqual(code, 1)
        self.assertEqual(said[:45], "error: module `scripted`: new: there is no ca")
        self.assertIn("error: module `bad_panics`: new: panicked: bad_panics: New", said)
        self.assertNotIn("Traceback", said)

    def test_synapse_dies(self) -> None:
        config = self.modules({"module": "bad_aborts", "config": {"where": "new", "how": "abort"}})
        code, said = self.refused("-c", config)
        self.assertEqual(code, 2)
        beginning = "Synapse ended unexpectedly, by signal SIGABRT. The end of its log:\n\n"
        self.assertEqual(said[: len(beginning)], beginning)
        self.assertIn(" INFO synapse", said)

    def test_a_taken_port(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            code, said = self.refused("-c", self.modules(), "--port", str(port))
        self.assertEqual(code, 2)
        self.assertEqual(
            said,
            f"port {port} of 127.0.0.1 cannot be used: Address already in use; "
            "choose another with --port, or leave it out\n",
        )

    def test_no_synapse(self) -> None:
        code, said = self.refused("-c", self.modules(), command=WITHOUT_SYNAPSE)
        self.assertEqual(code, 2)
        self.assertIn("has no Synapse: install matrix-synapse beside hsmod", said)

    def test_files(self) -> None:
        bad = self.folder / "bad.yaml"
        bad.write_text("- a list\n")
        broken = self.folder / "broken.yaml"
        broken.write_text("{")
        (self.folder / "full").mkdir()
        (self.folder / "full" / "file").touch()
        missing = str(self.folder / "missing.yaml")
        here = self.modules()
        for arguments, complaint in [
            (["-c", missing], "missing.yaml cannot be read: No such file or directory"),
            (["-c", str(self.folder)], "cannot be read: Is a directory"),
            (["-c", here, "--homeserver-config", missing], "missing.yaml cannot be read: No such"),
            (
                ["-c", here, "--homeserver-config", str(bad)],
                "bad.yaml is not like a homeserver.yaml",
            ),
            (["-c", here, "--homeserver-config", str(broken)], "broken.yaml is not YAML: "),
            (
                ["-c", here, "--dir", str(self.folder / "full")],
                "full is not empty: name a new one",
            ),
            (["-c", here, "--dir", here], "modules.yaml cannot be used: Not a directory"),
            (["-c", here, "--dir", "/proc/none"], "folder /proc/none cannot be made: "),
            (["-c", here, "--port", "70000"], "port 70000 of 127.0.0.1 cannot be used: bind(): "),
            ([], "the following arguments are required: -c/--config"),
        ]:
            code, said = self.refused(*arguments)
            self.assertEqual(code, 2, said)
            self.assertIn(complaint, said)
