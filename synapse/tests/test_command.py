"""Shows the commands of `python -m hsmod`, and how the executable replaces it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from support import plugins
from twisted.trial.unittest import TestCase

from synapse.module_api import ModuleApi

from hsmod import _native, carried, cli
from hsmod.calls import called_by, called_by_synapse

PLUGINS = [
    "auto_accept_invites",
    "demo",
    "domain_rules",
    "event_censor",
    "http_antispam",
    "last_admin",
    "list_spam_checker",
    "policy_list_antispam",
    "registration_guard",
    "room_access_rules",
    "shared_secret_auth",
    "simple_antispam",
    "user_restrictions",
]


def hsmod(*arguments: str, stdin: object = None) -> subprocess.CompletedProcess[str]:
    """Runs the command, with `stdin` as JSON on its standard input."""
    return python("-m", "hsmod", *arguments, stdin=stdin)


def python(*arguments: str, stdin: object = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        input=json.dumps(stdin),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def module(name: str, **config: Any) -> dict[str, Any]:
    return {"module": name, "config": config}


EVIL = module("list_spam_checker", evil_users=["@evil:example.com"])


class Help(TestCase):
    def test_help_is_printed(self) -> None:
        for arguments, code in [(["--help"], 0), (["-h"], 0), (["help"], 0), ([], 2)]:
            run = hsmod(*arguments)
            self.assertEqual((run.returncode, run.stderr), (code, ""))
            self.assertIn("python -m hsmod check -c FILE", run.stdout)

    def test_help_names_every_command_of_the_executable(self) -> None:
        help = subprocess.run([carried.executable(), "--help"], capture_output=True, text=True)
        commands = re.findall(r"^  (\w+)  ", help.stdout.partition("Options:")[0], re.MULTILINE)
        self.assertIn("check", commands)
        for command in set(commands) - {"help"}:
            self.assertIn(
                f"\n  {command}", cli.HELP.replace("completions, man", "completions\n  man")
            )

    def test_each_command_has_its_own(self) -> None:
        for command in ["plugins", "try", "check", "call", "inspect"]:
            run = hsmod(command, "--help")
            self.assertEqual((run.returncode, run.stderr), (0, ""), command)
            self.assertIn("--json", run.stdout)

    def test_an_unknown_command_is_refused(self) -> None:
        run = hsmod("chekc")
        self.assertEqual(run.returncode, 2)
        self.assertIn("'check'", run.stderr)


class Plugins(TestCase):
    def test_they_are_listed(self) -> None:
        run = hsmod("plugins")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        for line in [
            "http_antispam 0.9.0",
            "  config     endpoint, on_error, timeout_ms",
            "  callbacks  spam_checker.check_event_for_spam",
            "  requires   spam_checker.check_event_for_spam",
            "  requires   http_request",
        ]:
            self.assertIn(line, run.stdout.splitlines())

    def test_they_are_listed_as_json(self) -> None:
        run = hsmod("plugins", "--json")
        listed = {plugin["name"]: plugin for plugin in map(json.loads, run.stdout.splitlines())}
        self.assertEqual(list(listed), PLUGINS)
        checker = listed["list_spam_checker"]
        self.assertEqual(checker["config_keys"], ["evil_users"])
        self.assertEqual(checker["callbacks"], {"spam_checker": ["check_event_for_spam"]})
        self.assertEqual(checker["requires"], ["spam_checker.check_event_for_spam"])
        self.assertEqual(checker["optional"], [])
        self.assertIn("spam_checker.accept_make_join", listed["http_antispam"]["optional"])
        self.assertEqual(list(checker["abi"]), ["major", "minor"])
        self.assertEqual(checker["version"], _native.__version__)
        self.assertTrue(Path(checker["file"]).is_relative_to(carried.PLUGINS))
        self.assertIn("authorization_path", listed["http_antispam"]["config_keys"])

    def test_a_closed_pipe_is_no_error(self) -> None:
        """The reader closes the pipe early, as `head` does."""
        reads, writes = os.pipe()
        os.close(reads)
        with os.fdopen(writes, "wb") as nobody:
            run = subprocess.run(
                [sys.executable, "-m", "hsmod", "plugins"], stdout=nobody, stderr=subprocess.PIPE
            )
        self.assertEqual((run.returncode, run.stderr), (0, b""))

    def test_without_any_the_remedy_is_named(self) -> None:
        self.patch(carried, "PLUGINS", Path(self.mktemp()))
        self.assertRaisesRegex(carried.NotCarried, "fix: install the wheel", carried.plugins)


class Check(TestCase):
    def check(self, *modules: object, **others: object) -> subprocess.CompletedProcess[str]:
        """Passes `--calls`, so that Synapse need not be imported each time."""
        config = {"modules": list(modules), **others}
        return hsmod("check", "-c", "-", "--calls", "spam_checker", stdin=config)

    def test_plugins_of_the_package_are_found_by_their_names(self) -> None:
        run = self.check(EVIL)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("ok  list_spam_checker", run.stdout)

    def test_the_folder_that_the_config_names_goes_first(self) -> None:
        run = self.check(EVIL, plugins_dir="/nowhere")
        self.assertEqual(run.returncode, 1)
        self.assertIn("/nowhere", run.stdout)

    def test_a_module_for_another_process_is_no_mistake(self) -> None:
        run = self.check(module("auto_accept_invites", worker_to_run_on="worker1"))
        self.assertIn("1 module: 0 errors, 0 warnings", run.stdout)

    def test_the_exit_code_is_that_of_the_executable(self) -> None:
        self.assertEqual(self.check(module("list_spam_checker")).returncode, 1)
        self.assertEqual(hsmod("check", "-c", "/no/file", "--calls=federation").returncode, 2)

    def test_callbacks_that_this_synapse_lacks_are_named(self) -> None:
        search = module("scripted", outcomes={"on_user_search": {"return": None}})
        config = {"plugins_dir": str(plugins()), "modules": [search]}
        run = hsmod("check", "-c", "-", stdin=config)
        self.assertEqual(run.returncode, 1, run.stdout)
        self.assertIn("third_party_rules.on_user_search", run.stdout)
        own = hsmod("check", "-c", "-", "--calls=third_party_rules", stdin=config)
        self.assertEqual(own.returncode, 0, own.stdout)

    def test_without_synapse_it_says_what_it_does_not_check(self) -> None:
        script = (
            "import sys; sys.modules['synapse'] = None; from hsmod.cli import main; "
            "sys.exit(main(['check', '-c', '-']))"
        )
        run = python("-c", script, stdin={"modules": [EVIL]})
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("note: there is no Synapse in this environment", run.stderr)


class Executable(TestCase):
    def test_the_executable_replaces_the_process(self) -> None:
        became = []
        self.patch(cli.os, "execv", lambda *arguments: became.append(arguments))
        cli.main(["inspect", "a.so"])
        self.assertEqual(became, [(carried.executable(), ["hsmod", "inspect", "a.so"])])

    def test_options_of_the_operator_go_first(self) -> None:
        for arguments in [
            ["check", "--calls", "federation", "--plugins-dir", "x", "-c", "m.yaml"],
            ["check", "--calls=federation", "--plugins-dir=x", "-c", "m.yaml"],
            ["call", "--help"],
            ["inspect", "x.so"],
        ]:
            self.assertEqual(cli.completed(arguments, arguments[0]), arguments)

    def test_options_stand_behind_the_command(self) -> None:
        completed = cli.completed(["-v", "call", "-c", "m.yaml"], "call")
        more = ["--plugins-dir", str(carried.PLUGINS)]
        self.assertEqual(completed, ["-v", "call", *more, "-c", "m.yaml"])

    def test_a_missing_executable_is_named_with_the_remedy(self) -> None:
        self.patch(carried, "_candidates", lambda: [Path("/nowhere/hsmod")])
        with self.assertRaisesRegex(carried.NotCarried, "`/nowhere/hsmod`\n  fix: install"):
            carried.executable()
        self.assertEqual(cli.main(["inspect", "a.so"]), 2)

    def test_an_executable_for_another_machine_is_named_with_the_remedy(self) -> None:
        program = Path(self.mktemp())
        program.write_bytes(b"\x7fELF no program")
        program.chmod(0o755)
        self.patch(carried, "_candidates", lambda: [program])
        with self.assertRaisesRegex(carried.NotCarried, "cannot be run: Exec format error"):
            cli.become_executable(["--version"])

    def test_its_version_is_that_of_the_package(self) -> None:
        self.assertEqual(hsmod("--version").stdout, f"hsmod {_native.__version__}\n")


class Calls(TestCase):
    def test_they_are_read_from_signatures(self) -> None:
        class Api:
            def register_federation_callbacks(self, *, on_event: Any = None) -> None: ...

            def register_password_auth_provider_callbacks(self, *, auth_checkers: Any) -> None: ...

            def register_web_resource(self, path: str) -> None: ...

        names = ["federation.on_event", "password_auth_provider.check_auth"]
        self.assertEqual(called_by(Api), names)

    def test_synapse_calls_all_that_modules_can_register_but_two(self) -> None:
        never = {"spam_checker.accept_make_join", "third_party_rules.on_user_search"}
        self.assertEqual(set(_native.loader_callbacks()) - set(called_by_synapse()), never)
        self.assertEqual(len(called_by(ModuleApi)), 51)
        self.assertLess(set(called_by_synapse()), set(_native.loader_callbacks()))
