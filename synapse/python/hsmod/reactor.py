"""Twisted's side of the native part: its wake-ups, and futures that wait."""

from __future__ import annotations

import logging
from contextvars import ContextVar, copy_context
from typing import Any, Awaitable, Callable

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReadDescriptor
from twisted.python.failure import Failure
from zope.interface import implementer

from synapse import module_api
from synapse.logging.context import (
    PreserveLoggingContext,
    current_context,
    make_deferred_yieldable,
)

logger = logging.getLogger(__name__)

# Whether the current code runs on behalf of native modules: their start, or their requests outside
# of a question. Coroutines inherit it.
FOR_MODULES: ContextVar[bool] = ContextVar("FOR_MODULES", default=False)


@implementer(IReadDescriptor)
class Wakeups:
    """Runs the jobs of other threads on the reactor's thread.

    The reactor watches its descriptor, which is readable while jobs wait.
    """

    def __init__(self, modules: Any) -> None:
        self._modules = modules

    def fileno(self) -> int:
        return self._modules.descriptor()

    def doRead(self) -> None:
        self._modules.run_waiting()

    def connectionLost(self, reason: Failure) -> None:
        self._modules.close()

    def logPrefix(self) -> str:
        return "hsmod"


class Suspended:
    """A native future that was not ready at once, as a Deferred."""

    def __init__(self, future: Any) -> None:
        self._future = future
        self._context = current_context()
        self._variables = copy_context()
        self._deferred: Deferred[Any] = Deferred(lambda _: future.abandon())

    def awaitable(self) -> Deferred[Any]:
        """The awaitable for the caller, which follows Synapse's rules for logging contexts."""
        return make_deferred_yieldable(self._deferred)

    def resume(self) -> None:
        """Polls again, in the logging context of the question; called by a job."""
        try:
            with PreserveLoggingContext(self._context):
                ready = self._variables.run(self._future.poll)
        except Exception:
            self._end(self._deferred.errback, Failure())
        else:
            if ready is not None:
                self._end(self._deferred.callback, ready[0])

    def _end(self, fire: Callable[[Any], None], outcome: Any) -> None:
        if not self._deferred.called:
            fire(outcome)


def in_background(
    api: module_api.ModuleApi,
    description: str,
    function: Callable[..., Awaitable[Any]],
    *args: Any,
) -> None:
    """Runs a function on behalf of native modules as a background process of Synapse, with its own
    logging context."""
    own = getattr(api, "run_as_background_process", None)
    if own is None:
        # In Synapse before 1.140 it is a function of the module.
        own = module_api.run_as_background_process

    async def for_modules() -> None:
        FOR_MODULES.set(True)
        await function(*args)

    own(description, for_modules)
