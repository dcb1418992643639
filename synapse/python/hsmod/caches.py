"""Caches of native modules, in several processes of one Synapse."""

from __future__ import annotations

from typing import Any, Callable


class ModuleCaches:
    """All caches of native modules, as a single cached function of Synapse.

    Synapse sends the function's name and strings to its other processes. The strings are the name
    of a module's cache and the key as JSON, so keys of any type can be sent. There is a single
    function for all caches, because modules may create caches at any time, possibly in one process
    only, and Synapse ignores functions that a process has not registered.
    """

    # In every process, Synapse refers to it as `hsmod.caches.of_modules`.
    __name__ = "of_modules"

    def __init__(self, forget: Callable[[str, str], Any]) -> None:
        self._forget = forget

    def invalidate(self, keys: tuple[str, str]) -> None:
        """Removes a key from all caches with this name in this process."""
        name, key = keys
        self._forget(name, key)
