"""Shows the life of native modules from Synapse's config to the first call."""

from __future__ import annotations

import copy
import logging
import os
from typing import Any

from hsmod import Modules, _native
from hsmod import modules as native_modules
from hsmod.calls import called_by

from synapse.module_api import ModuleApi
from synapse.module_api.errors import Codes, ConfigError

from tests import unittest

from support import NativeTestCase, native, plugins, scripted

FORBIDDEN = {"return": {"$": "Codes", "v": "FORBIDDEN"}}
KEEPER = {"module": "good_keeper"}


class Configs(unittest.TestCase):
    """`parse_config`, which Synapse calls while it still has a terminal."""

    def test_problems_of_all_modules_at_once(self) -> None:
        modules = [
            {"module": "list_spam_checker", "config": {"evil_user": []}},
            {"module": "nowhere"},
            {"module": "demo", "tiemout": "1s"},
        ]
        with self.assertRaises(ConfigError) as raised:
            Modules.parse_config({"plugins_dir": str(plugins()), "modules": modules})
        for told in ("evil_user", "nowhere", "tiemout", "did you mean `timeout`"):
            self.assertIn(told, raised.exception.msg)

    def test_a_file_stands_alone(self) -> None:
        with self.assertRaises(ConfigError) as raised:
            Modules.parse_config({"config_file": "modules.yaml", "modules": [], "verify": {}})
        self.assertIn("move `modules`, `verify` into that file", raised.exception.msg)
        with self.assertRaises(ConfigError) as raised:
            Modules.parse_config({"config_file": ["modules.yaml"]})
        self.assertEqual(raised.exception.path, ("config_file",))

    def test_a_copy_is_the_same(self) -> None:
        parsed = Modules.parse_config(native(KEEPER)["config"])
        self.assertIs(copy.deepcopy({"config": parsed})["config"], parsed)


class Loaded(NativeTestCase):
    def loaded(self) -> list[Any]:
        """The `hsmod.Modules` of this homeserver that registered `check_event_for_spam`."""
        checks = self.hs.get_module_api_callbacks().spam_checker
        return [check.modules for check in checks._check_event_for_spam_callbacks]


class Twice(Loaded):
    """Two homeservers are created from one config, as in Synapse's own tests."""

    modules = [KEEPER]

    def test_the_configs_are_read_again(self) -> None:
        [first] = self.loaded()
        [(_, parsed)] = self.hs.config.modules.loaded_modules
        second = Modules(parsed, self.hs.get_module_api())
        self.assertEqual(str(first), str(second))
        self.assertEqual(len(self.loaded()), 2)


class Described(Loaded):
    modules = [KEEPER, {**scripted({"user_may_invite": FORBIDDEN}), "name": "strict"}]

    def test_the_log_says_what_there_is(self) -> None:
        [modules] = self.loaded()
        told = str(modules)
        keeper = "hsmod.Modules: good_keeper 0.9.0 for ABI 2.0 (spam_checker.check_event_for_spam"
        self.assertIn(keeper, told)
        self.assertIn("strict 0.9.0 for ABI 2.0 (spam_checker.user_may_invite", told)


class Waits(NativeTestCase):
    """A module that starts slowly."""

    def test_questions_wait_for_the_start(self) -> None:
        slow = {"module": "good_keeper", "config": {"at_start": [{"sleep": 100}]}}
        config = native(slow, scripted({"user_may_invite": FORBIDDEN}))["config"]
        api = self.hs.get_module_api()
        modules = Modules(Modules.parse_config(config), api)
        user_may_invite = modules._native.callback("spam_checker", "user_may_invite")
        answer = user_may_invite("@alice:test", "@bob:test", "!room:test")
        # The start makes no progress before the reactor runs.
        self.assertFalse(answer.called)
        self.until(lambda: answer.called)
        self.assertIs(self.successResultOf(answer), Codes.FORBIDDEN)


class Older(NativeTestCase):
    """A Synapse that lacks a callback."""

    def test_the_version_that_has_it_is_named(self) -> None:
        calls = [name for name in called_by(ModuleApi) if "federated_user_may_invite" not in name]
        self.patch(native_modules, "called_by", lambda _: calls)
        self.patch(native_modules, "VERSION", "1.132.0")
        config = native(scripted({"federated_user_may_invite": FORBIDDEN}))["config"]
        parsed = Modules.parse_config(config)
        with self.assertRaises(_native.Refused) as raised:
            Modules(parsed, self.hs.get_module_api())
        self.assertIn(
            "which Synapse calls only from 1.133 on; this is Synapse 1.132.0",
            str(raised.exception),
        )


class Refuses(NativeTestCase):
    """A module whose `start` fails: calls before the end of the process fail, too."""

    modules = [{"module": "good_worker", "config": {"fail_start": True}}]

    def make_homeserver(self, reactor: Any, clock: Any) -> Any:
        self.stopped = 0

        def stop() -> None:
            self.stopped += 1

        self.patch(reactor, "stop", stop)
        with self.assertLogs("hsmod.modules", "CRITICAL") as log:
            homeserver = super().make_homeserver(reactor, clock)
        self.log = log.output
        return homeserver

    def test_the_process_ends_with_a_failure(self) -> None:
        [line] = self.log
        self.assertIn("good_worker", line)
        self.assertEqual(self.stopped, 1)
        ended: list[int] = []
        self.patch(os, "_exit", ended.append)
        # The rest of the log is written at the end of this process.
        self.patch(logging, "shutdown", lambda: None)
        [(function, arguments, _)] = self.reactor.triggers["after"]["shutdown"][-1:]
        function(*arguments)
        self.assertEqual(ended, [1])


class Ends(NativeTestCase):
    """Synapse waits for its modules before it stops."""

    modules = [{"module": "good_keeper", "config": {"at_shutdown": [{"sleep": 200}]}}]

    def test_the_shutdown_is_awaited(self) -> None:
        own = [
            function
            for function, _, _ in self.reactor.triggers["before"]["shutdown"]
            if getattr(function, "__module__", None) == "hsmod.modules"
        ]
        [shut_down] = own
        ended = shut_down()
        self.assertFalse(ended.called)
        self.until(lambda: ended.called)
        self.assertFalse(self.reactor.getReaders(), "nothing of it is watched any more")
