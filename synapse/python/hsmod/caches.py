"""Caches of native modules, in several processes of one Synapse."""

from __future__ import annotations

from typing import Any, Callable


class ModuleCaches:
    """All caches of native modules, as one cached function of Synapse's.

    What Synapse sends to its other processes are the function's name and texts. The texts are the
    name of a module's cache and the key, as JSON, so that keys of any kind arrive. There is one
    function and not one a cache, because modules may make caches at any time, also in one process
    alone, and Synapse passes over what a process has not registered.
    """

    # Synapse calls it `hsmod.caches.of_modules`, in every process.
    __name__ = "of_modules"

    def __init__(self, forget: Callable[[str, str], Any]) -> None:
        self._forget = forget

    def invalidate(self, keys: tuple[str, str]) -> None:
        """Lets the caches of a name in this process forget a key."""
        name, key = keys
        self._forget(name, key)
