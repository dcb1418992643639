"""Passes the log of native modules and their loader to Python's logging.

The module `name` logs to `hsmod.modules.name`, the loader to `hsmod.loader`. The message is
followed by the fields that it does not contain; the attribute `hsmod` of the record has all
fields, which structured logs show.

The native part caches the levels of these loggers, so that disabled lines cost nothing. The cache
is refreshed when Synapse creates its modules; at SIGHUP, at which Synapse reloads its log config;
and every half a minute, for levels that are changed in a running process.
"""

from __future__ import annotations

import atexit
import inspect
import logging
from typing import Any

from synapse.app import _base
from synapse.logging.context import PreserveLoggingContext
from synapse.module_api import ModuleApi

from hsmod import _native

logger = logging.getLogger(__name__)

ROOT = "hsmod"

REFRESH_MS = 30_000

# Python has no name for this level, so a log config could not refer to it.
TRACE = 5
if logging.getLevelName(TRACE) == f"Level {TRACE}":
    logging.addLevelName(TRACE, "TRACE")

# Passes on the last lines of the modules' threads.
atexit.register(_native.end_log)


def refresh() -> None:
    """Passes the levels of Python's loggers to the native part."""
    _native.log_levels(levels())


def levels() -> dict[str, int]:
    """The level of `hsmod`, and of every logger below it that has a level."""
    root = logging.getLogger(ROOT)
    found = {ROOT: root.getEffectiveLevel()}
    for name, own in list(root.manager.loggerDict.items()):
        if isinstance(own, logging.Logger) and own.level and name.startswith(f"{ROOT}."):
            found[name] = own.level
    disabled = root.manager.disable
    return {name: max(level, disabled + 1) for name, level in found.items()}


def keep_fresh(api: ModuleApi) -> None:
    """Refreshes the levels now, and whenever they may have changed while this homeserver runs."""
    refresh()
    api.looping_background_call(
        refresh, REFRESH_MS, desc="hsmod_log_levels", run_on_all_instances=True
    )
    _on_sighup(api)


def emit(
    name: str,
    level: int,
    message: str,
    fields: dict[str, Any],
    file: str,
    line: int,
    when: float,
    thread: str,
) -> None:
    """Logs one line, in the current logging context."""
    own = logging.getLogger(name)
    if not own.isEnabledFor(level):
        return
    record = own.makeRecord(
        name, level, file or "(native)", line, message, (), None, extra={"hsmod": fields}
    )
    # The line may have waited for this thread.
    record.relativeCreated += (when - record.created) * 1000
    record.created, record.msecs = when, when % 1 * 1000
    record.threadName = thread or record.threadName
    own.handle(record)


def emit_outside(lines: list[tuple[Any, ...]]) -> None:
    """Logs lines of other threads, which belong to no request."""
    with PreserveLoggingContext():
        for line in lines:
            emit(*line)


def _hangup() -> None:
    refresh()
    logger.info(
        "SIGHUP: native modules are not reloaded: changes of their config take effect when Synapse"
        " is restarted"
    )


def _on_sighup(api: ModuleApi) -> None:
    # The parameters before the function differ between versions of Synapse.
    homeserver: dict[str, Any] = {
        "hs": api._hs,
        "homeserver_instance_id": getattr(api._hs, "get_instance_id", str)(),
    }
    first = next(iter(inspect.signature(_base.register_sighup).parameters))
    before = (homeserver[first],) if first in homeserver else ()
    _base.register_sighup(*before, _hangup)
