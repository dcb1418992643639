"""Shared by the tests: a homeserver in memory, with native modules.

The reactor of Synapse's own harness has no sockets, and its clock stands still between requests.
The background work of native modules takes real time, so this reactor waits for it in small steps
while a native module owes an answer.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from hsmod import reactor as native_reactor
from twisted.internet.testing import MemoryReactorClock
from twisted.web.resource import Resource

from synapse.types import JsonDict

from tests import unittest

# How long the reactor waits at each of its steps, in seconds.
STEP = 0.05

# How long a test waits for what has to happen, in seconds, however busy the machine is.
PATIENCE = 60.0

T = TypeVar("T")


def plugins() -> Path:
    """The folder of the example plugins and of those for tests."""
    folder = os.environ.get("HSMOD_TEST_PLUGINS")
    if folder is None:
        raise RuntimeError("run the tests by `cargo xtask synapse`, which builds their plugins")
    return Path(folder)


def native(*modules: JsonDict, **others: Any) -> JsonDict:
    """The entry of Synapse's `modules` for these native ones."""
    config = {"plugins_dir": str(plugins()), "modules": list(modules), **others}
    return {"module": "hsmod.Modules", "config": config}


def scripted(outcomes: JsonDict, **others: Any) -> JsonDict:
    """A module with scripted answers; see `tests/modules/scripted`."""
    return {"module": "scripted", "config": {"outcomes": outcomes, **others}}


class NativeTestCase(unittest.HomeserverTestCase):
    """A homeserver with native modules: set `modules`, or override `native_modules`."""

    modules: list[JsonDict] = []

    def native_modules(self) -> list[JsonDict]:
        """The entries of `modules` in `homeserver.yaml`."""
        return [native(*self.modules)]

    def default_config(self) -> JsonDict:
        config = super().default_config()
        config["modules"] = self.native_modules()
        return config

    def create_resource_dict(self) -> dict[str, Resource]:
        """The resources: as in a real Synapse, those of modules come last."""
        return {**super().create_resource_dict(), **self.hs._module_web_resources}

    def setUp(self) -> None:
        self._waiting: set[native_reactor.Suspended] = set()
        self._note_who_waits()
        super().setUp()

    def make_homeserver(self, reactor: MemoryReactorClock, clock: Any) -> Any:
        advance = reactor.advance

        def advance_and_wait(amount: float) -> None:
            advance(amount)
            self._run_native(reactor)
            advance(0)

        self.patch(reactor, "advance", advance_and_wait)
        return super().make_homeserver(reactor, clock)

    def until(self, done: Callable[[], T]) -> T:
        """Waits until `done` returns a true value, and returns that: background work takes time."""
        deadline = time.monotonic() + PATIENCE
        while not (value := done()):
            self.assertLess(time.monotonic(), deadline, "it never came to be so")
            select.select(self.reactor.getReaders(), [], [], STEP)
            self.reactor.advance(0.1)
        return value

    def _run_native(self, reactor: MemoryReactorClock) -> None:
        """Runs the jobs of native modules on the reactor's thread."""
        readers = reactor.getReaders()
        if self._waiting:
            select.select(readers, [], [], STEP)
        for reader in readers:
            reader.doRead()

    def _note_who_waits(self) -> None:
        waiting = self._waiting
        begin, end = native_reactor.Suspended.__init__, native_reactor.Suspended._end

        def noted_begin(suspended: native_reactor.Suspended, *arguments: Any) -> None:
            waiting.add(suspended)
            begin(suspended, *arguments)

        def noted_end(suspended: native_reactor.Suspended, *arguments: Any) -> None:
            waiting.discard(suspended)
            end(suspended, *arguments)

        self.patch(native_reactor.Suspended, "__init__", noted_begin)
        self.patch(native_reactor.Suspended, "_end", noted_end)
