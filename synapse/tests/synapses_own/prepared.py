"""The changes to Synapse and its tests before they are run with a module."""

from __future__ import annotations

import functools
import select
import time
from collections import Counter
from typing import Any, Callable

#: How long a step of the tests' reactor waits for native modules at most, and how long it sleeps at
#: once, in seconds.
PATIENCE, STEP = 2.0, 0.05

#: The number of calls of each callback since the test began.
asked: Counter[str] = Counter()


def load_everywhere(entry: dict[str, Any] | None) -> None:
    """Adds the module to the config of every homeserver that a test creates."""
    # Must come before the tests are imported, because some import the function by name.
    import tests.utils

    default_config = tests.utils.default_config

    @functools.wraps(default_config)
    def with_module(*, server_name: str, parse: bool = False) -> Any:
        config: Any = default_config(server_name=server_name)
        if entry is not None:
            config["modules"] = [entry]
        if not parse:
            return config
        from synapse.config.homeserver import HomeServerConfig

        parsed = HomeServerConfig()
        parsed.parse_config_dict(config, "", "")
        return parsed

    tests.utils.default_config = with_module


def wait_for_native() -> None:
    """Lets the reactor of the tests wait while native modules owe an answer.

    Its clock stands still between its steps, and the tests count the steps; but the work of a
    native module on another thread takes real time, possibly long on a busy machine.
    """
    from hsmod.reactor import Suspended
    from tests.server import ThreadedMemoryReactorClock

    begin, advance = Suspended.__init__, ThreadedMemoryReactorClock.advance
    waiting: list[Suspended] = []

    def begin_and_note(suspended: Suspended, *arguments: Any) -> None:
        begin(suspended, *arguments)
        waiting.append(suspended)

    def advance_and_wait(reactor: ThreadedMemoryReactorClock, amount: float) -> None:
        advance(reactor, amount)
        given_up = time.monotonic() + PATIENCE
        while waiting and time.monotonic() < given_up:
            waiting[:] = [suspended for suspended in waiting if not suspended._deferred.called]
            if waiting:
                # The tests keep many homeservers with sockets alive, too many for `select`.
                readable = select.poll()
                for reader in reactor.getReaders():
                    readable.register(reader, select.POLLIN)
                readable.poll(1000 * STEP)
                # This also reads from the readable descriptors.
                advance(reactor, 0)
        waiting.clear()

    setattr(Suspended, "__init__", begin_and_note)
    setattr(ThreadedMemoryReactorClock, "advance", advance_and_wait)


def count_questions() -> None:
    """Counts the calls of Synapse to the module, for every kind of module."""
    from synapse.module_api import ModuleApi

    for name in dir(ModuleApi):
        if name.startswith("register_") and name.endswith("_callbacks"):
            setattr(ModuleApi, name, _counting(getattr(ModuleApi, name)))


def _counting(register: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(register)
    def registering(api: Any, **callbacks: Any) -> None:
        for name, callback in callbacks.items():
            if name == "auth_checkers" and callback is not None:
                callback = {key: _counted("check_auth", one) for key, one in callback.items()}
                callbacks[name] = callback
            elif callback is not None:
                callbacks[name] = _counted(name, callback)
        register(api, **callbacks)

    return registering


def _counted(name: str, callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def asking(*arguments: Any, **named: Any) -> Any:
        asked[name] += 1
        return callback(*arguments, **named)

    return asking
