"""Shows that Synapse's own classes combine the answers of native modules as those of modules in
Python: the recorded scenarios, with native modules in each place."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Awaitable
from typing import Any, ClassVar

from hsmod import Modules

import recorded
import scripted
import support
import words
from scenarios import decided, same, script
from scenarios.arguments import Arguments
from scenarios.callbacks import ROWS
from scenarios.cast import Cast, Entry, oracle
from scenarios.script import Part
from scenarios.synapse_side import SynapseSide
from scenarios.vectors import recorded_result, vectors, written_result
from tests.server import FakeSite, make_request

Scenario = dict[str, Any]
# A module that registers something, with its place among the modules of its scenario.
Placed = tuple[int, Part]
# An entry of Synapse's `modules`, with the places of its modules.
Played = tuple[Entry, list[int]]

# Set to take every scenario, not only some of them.
ALL = "HSMOD_ALL_SCENARIOS"
# How many are taken else, evenly chosen.
SOME = 300

# How many value vectors there are.
VECTORS = 540


def recordings() -> list[tuple[Scenario, Scenario]]:
    """Scenarios and Synapse's answers."""
    lines = recorded.lines("conformance/aggregation.jsonl")
    step = 1 if os.environ.get(ALL) else len(lines) // SOME
    return [(line["scenario"], line["answer"]) for line in lines[::step]]


class Scenarios(support.NativeTestCase):
    """Plays scenarios, in one homeserver that asks no modules of its own."""

    # How the entries are called in the table of decisions.
    way: ClassVar[str | None] = None

    # How the plugin says that no typed callback can return the value of a script.
    untyped: ClassVar[str] = "no typed callback can return this value"

    def native_modules(self) -> list[Any]:
        return []

    def prepare(self, reactor: Any, clock: Any, homeserver: Any) -> None:
        self.cast = Cast(self.hs.get_module_api(), self.make, self.ask_oracle)

    def ask_oracle(self, resource: Any, method: str, content: Any) -> Any:
        """Asks a module's web resource."""
        site: Any = FakeSite(resource, self.reactor)
        channel = make_request(self.reactor, site, method, "/_synapse/client/oracle", content)
        self.assertLess(channel.code, 300, channel.result)
        return json.loads(channel.text_body) if method == "GET" else None

    def make(self, parts: list[Part], api: Any) -> Any:
        """Makes an entry of Synapse's `modules`."""
        raise NotImplementedError

    def divide(self, there: list[Placed]) -> list[list[Placed]]:
        """Which of the modules share an entry."""
        return [[placed] for placed in there]

    def compare(self) -> Counter[str]:
        """Plays the scenarios; how many were the same, and how many could not be played."""
        counts = Counter[str]()
        wrong = []
        decisions = decided.scenarios(self.way)
        for scenario, answer in recordings():
            skipped = self.skips(scenario)
            if skipped:
                counts[skipped] += 1
                continue
            ours, theirs = self.play(scenario), self.counted(scenario, answer)
            decision = decisions.get(scenario["id"])
            if decision is not None:
                # What agrees is not to stand among what differs.
                theirs, recorded_answer = self.counted(scenario, decision), theirs
                self.assertNotEqual(theirs, recorded_answer, scenario)
            if ours == theirs:
                counts["same" if decision is None else "decided"] += 1
            else:
                wrong.append(f"{ours}, not {theirs}, of this scenario:\n{json.dumps(scenario)}")
        if wrong:
            self.fail("\n".join([f"{len(wrong)} differ:", *wrong[:20]]))
        return counts

    def compare_vectors(self) -> Counter[str]:
        """Plays the value vectors; how many were the same."""
        counts, wrong = Counter[str](), []
        decisions = decided.vectors(self.way)
        for vector in vectors():
            callback = vector.scenario["callback"]
            answer = self.play(vector.scenario)
            ours = [written_result(callback, answer["result"]), 1 in answer["called"]]
            theirs = [recorded_result(callback, vector.result), vector.second_called]
            decision = decisions.get(vector.of)
            if decision is not None:
                self.assertNotEqual(decision, theirs, vector.of)
            if ours == (theirs if decision is None else decision):
                counts["same" if decision is None else "decided"] += 1
            else:
                wrong.append(f"{vector.of}: {ours}, not {decision or theirs}")
        if wrong:
            self.fail("\n".join([f"{len(wrong)} differ:", *wrong[:20]]))
        return counts

    def skips(self, scenario: Scenario) -> str | None:
        """Why a scenario cannot be played."""
        return script.only_in_python(scenario)

    def counted(self, scenario: Scenario, answer: Scenario) -> dict[str, Any]:
        """What counts of the recorded answer."""
        called, after = answer["called"], answer.get("after")
        return same.answer(scenario["callback"], answer["result"], called, after)

    def play(self, scenario: Scenario) -> dict[str, Any]:
        """What counts of what comes of a scenario here."""
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
            # Those that registered something, up to the first entry that was refused.
            groups = self.divide(there)[: len(entries) + 1]
            called = [place for group in groups for place, _part in group]
        mutates = any("mutate" in module for module in scenario["modules"])
        after = given.given.get(same.LENT.get(callback, "")) if mutates else None
        return same.answer(callback, result, called, after)

    def register(self, synapse: SynapseSide, there: list[Placed]) -> tuple[Any, list[Played]]:
        """Registers what the modules do: what Synapse raises if it refuses that, and who is
        there."""
        entries: list[Played] = []
        try:
            with synapse.registering() as api:
                for group in self.divide(there):
                    entry = self.cast.entry(group[0][0], [part for _place, part in group])
                    for method, callbacks in entry.registered:
                        getattr(api, method)(**callbacks)
                    entries.append((entry, [place for place, _part in group]))
        except self.failureException:
            # It is the test that fails.
            raise
        except Exception as error:
            return self.raised(error), entries
        return None, entries

    def written(self, asked: Awaitable[Any]) -> Any:
        """What Synapse makes of the modules' answers, in the words of the scenarios."""
        try:
            return words.written(self.get_success_or_raise(asked))
        except self.failureException:
            # Nobody has answered.
            raise
        except BaseException as error:
            return self.raised(error)

    def called(self, entries: list[Played]) -> list[int]:
        """The modules that were called, in order."""
        calls = [
            (number, place)
            for entry, places in entries
            for position, place in enumerate(places)
            for number in self.cast.calls(entry, position)
        ]
        return [place for _number, place in sorted(calls)]

    def raised(self, error: BaseException) -> Any:
        """What was raised, in the words of the answers."""
        return same.UNTYPED if self.untyped in str(error) else words.written_exception(error)


class PythonScenariosTestCase(Scenarios):
    """The recorded answers themselves, which shows that the scenarios are played right."""

    def make(self, parts: list[Part], api: Any) -> Any:
        (part,) = parts
        return scripted.Scripted({"oracle": oracle(0)} | part.config(), api)

    def skips(self, scenario: Scenario) -> str | None:
        return None

    def test_scenarios(self) -> None:
        self.assertEqual(self.compare(), {"same": len(recordings())})

    def test_vectors(self) -> None:
        self.assertEqual(self.compare_vectors(), {"same": VECTORS})


class NativeScenarios(Scenarios):
    """Native modules."""

    def make(self, parts: list[Part], api: Any) -> Any:
        modules = [
            {
                "module": "scripted",
                "name": f"scripted{number}",
                "config": {"oracle": oracle(number)} | part.config(),
            }
            for number, part in enumerate(parts)
        ]
        parsed = Modules.parse_config(support.native(*modules)["config"])
        return Modules(parsed, api)

    def assert_scenarios(self) -> None:
        counts = self.compare()
        numbers = [scenario["id"] for scenario, _answer in recordings()]
        self.assertEqual(counts.total(), len(numbers))
        decisions = decided.scenarios(self.way)
        self.assertEqual(counts["decided"], len(decisions.keys() & set(numbers)))

    def assert_vectors(self) -> None:
        counts = self.compare_vectors()
        self.assertEqual(counts.total(), VECTORS)
        self.assertEqual(counts["decided"], len(decided.vectors(self.way)))


class EachScenariosTestCase(NativeScenarios):
    """Each native module in an entry of its own: Synapse combines the answers."""

    way = "each"

    def test_scenarios(self) -> None:
        self.assert_scenarios()

    def test_vectors(self) -> None:
        self.assert_vectors()


class TogetherScenariosTestCase(NativeScenarios):
    """All native modules in one entry: the loader combines the answers."""

    way = "together"

    def divide(self, there: list[Placed]) -> list[list[Placed]]:
        return [there] if there else []

    def test_scenarios(self) -> None:
        self.assert_scenarios()

    def test_vectors(self) -> None:
        self.assert_vectors()


# They have no modules of their own.
del NativeScenarios, Scenarios
