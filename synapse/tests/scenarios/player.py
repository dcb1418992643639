"""Plays a scenario: creates its modules, registers them with Synapse's classes, calls those."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from typing import Any, ClassVar

from tests.server import FakeSite, make_request

import support
import words
from scenarios import same, script
from scenarios.arguments import Arguments
from scenarios.callbacks import ROWS
from scenarios.cast import Cast, Entry
from scenarios.script import Part
from scenarios.synapse_side import SynapseSide

Scenario = dict[str, Any]
# A module that registers something, with its position in its scenario.
Placed = tuple[int, Part]
# An entry of Synapse's `modules`, with the positions of its modules.
Played = tuple[Entry, list[int]]


class Player(support.NativeTestCase):
    """Plays scenarios in one homeserver, whose own config has no modules."""

    # The plugin's message if no typed callback can return the value of a script.
    untyped: ClassVar[str] = "no typed callback can return this value"

    def native_modules(self) -> list[Any]:
        return []

    def prepare(self, reactor: Any, clock: Any, homeserver: Any) -> None:
        self.cast = Cast(self.hs.get_module_api(), self.make, self.ask_oracle)

    def play(self, scenario: Scenario) -> dict[str, Any]:
        """The relevant part of a scenario's outcome here."""
        callback = scenario["callback"]
        given = Arguments(self.hs, json.loads(json.dumps(scenario["args"])))
        synapse = SynapseSide(self.hs, given.state)
        there = [pair for pair in enumerate(script.parts(scenario)) if pair[1].callbacks]
        result, entries = self.register(synapse, there)
        called: list[int] = []
        if result is None:
            result = self.written(ROWS[callback](synapse, given))
            called = self.called(entries)
        if callback == "register_auth_checkers":
            # The modules that registered something, up to the first entry that was refused.
            groups = self.divide(there)[: len(entries) + 1]
            called = [place for group in groups for place, _part in group]
        mutates = any("mutate" in module for module in scenario["modules"])
        after = given.given.get(same.LENT.get(callback, "")) if mutates else None
        return same.answer(callback, result, called, after)

    def divide(self, there: list[Placed]) -> list[list[Placed]]:
        """Which of the modules share an entry."""
        return [[placed] for placed in there]

    def make(self, parts: list[Part], api: Any) -> Any:
        """Makes an entry of Synapse's `modules`."""
        raise NotImplementedError

    def register(self, synapse: SynapseSide, there: list[Placed]) -> tuple[Any, list[Played]]:
        """Registers the modules; returns Synapse's exception if it refuses one, and the registered
        modules."""
        entries: list[Played] = []
        try:
            with synapse.registering() as api:
                for group in self.divide(there):
                    entry = self.cast.entry(group[0][0], [part for _place, part in group])
                    for method, callbacks in entry.registered:
                        getattr(api, method)(**callbacks)
                    entries.append((entry, [place for place, _part in group]))
        except self.failureException:
            # This is a failure of the test itself.
            raise
        except Exception as error:
            return self.raised(error), entries
        return None, entries

    def written(self, asked: Awaitable[Any]) -> Any:
        """Synapse's combination of the modules' answers, in the notation of the scenarios."""
        try:
            return words.written(self.get_success_or_raise(asked))
        except self.failureException:
            # No module has answered.
            raise
        except BaseException as error:
            return self.raised(error)

    def raised(self, error: BaseException) -> Any:
        """The exception that was raised, in the notation of the answers."""
        return same.UNTYPED if self.untyped in str(error) else words.written_exception(error)

    def called(self, entries: list[Played]) -> list[int]:
        """The modules that were called, in order."""
        calls = [
            (number, place)
            for entry, places in entries
            for position, place in enumerate(places)
            for number in self.cast.calls(entry, position)
        ]
        return [place for _number, place in sorted(calls)]

    def ask_oracle(self, resource: Any, method: str, content: Any) -> Any:
        """Asks a module's web resource."""
        site: Any = FakeSite(resource, self.reactor)
        channel = make_request(self.reactor, site, method, "/_synapse/client/oracle", content)
        self.assertLess(channel.code, 300, channel.result)
        return json.loads(channel.text_body) if method == "GET" else None
