"""The modules that play the parts in a scenario."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from scenarios.script import Part

# The registrations of one entry of Synapse's `modules`: methods and callbacks, in order.
Registered = list[tuple[str, dict[str, Any]]]


class RecordingApi:
    """A `ModuleApi` that only records registrations, which a scenario then makes."""

    def __init__(self, api: Any) -> None:
        self._module_api = api
        self.registered: Registered = []
        self.resources: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._module_api, name)
        if not (name.startswith("register_") and name.endswith("_callbacks")):
            return member

        # Modules read the signature.
        @functools.wraps(member)
        def register(**callbacks: Any) -> None:
            self.registered.append((name, callbacks))

        return register

    def register_web_resource(self, path: str, resource: Any) -> None:
        """Records the path of a module's oracle."""
        self.resources[path] = resource


class Entry:
    """One entry of Synapse's `modules`: a module, or several native ones behind one."""

    def __init__(self, api: RecordingApi, module: Any) -> None:
        self.registered = api.registered
        self.resources = api.resources
        # Keeps the entry alive as long as it may be called.
        self.module = module


class Cast:
    """Creates entries and reuses them; each scenario sets their answers."""

    def __init__(self, api: Any, make: Callable[[list[Part], Any], Any], ask: Any) -> None:
        self.api = api
        self.make = make
        self.ask = ask
        self.entries: dict[str, Entry] = {}

    def entry(self, place: int, parts: list[Part]) -> Entry:
        """One of the entries that register these callbacks, by its position."""
        shape = json.dumps([place, [part.config() for part in parts]])
        if shape not in self.entries:
            api = RecordingApi(self.api)
            self.entries[shape] = Entry(api, self.make(parts, api))
        entry = self.entries[shape]
        for number, part in enumerate(parts):
            if part.outcomes:
                self.ask(entry.resources[oracle(number)], "POST", part.outcomes)
        return entry

    def calls(self, entry: Entry, number: int) -> list[int]:
        """The numbers of the calls of one module of an entry since the last time."""
        return [call[0] for call in self.ask(entry.resources[oracle(number)], "GET", b"")]


def oracle(number: int) -> str:
    """The path of the oracle of one of several modules."""
    return f"/_synapse/client/oracle/{number}"
