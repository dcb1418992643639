"""Shows that Synapse's own classes combine the answers of native modules like those of Python
modules: runs the recorded scenarios with native modules in all positions."""

from __future__ import annotations

import json
import os
import unittest
from collections import Counter
from typing import Any, ClassVar

from hsmod import Modules
from hsmod.calls import called_by_synapse

import recorded
import scripted
import support
from scenarios import decided, same, script
from scenarios.callbacks import ROWS
from scenarios.cast import oracle
from scenarios.player import Placed, Player, Scenario
from scenarios.script import Part
from scenarios.vectors import recorded_result, vectors, written_result

# The number of scenarios, chosen evenly, that are run without HSMOD_TEST_FULL=1.
SOME = 300

# How many value vectors there are.
VECTORS = 540


def recordings() -> list[tuple[Scenario, Scenario]]:
    """Scenarios and Synapse's answers."""
    lines = recorded.lines("conformance/aggregation.jsonl")
    step = 1 if os.environ.get("HSMOD_TEST_FULL") else len(lines) // SOME
    return [(line["scenario"], line["answer"]) for line in lines[::step]]


class Scenarios(Player):
    """Compares the outcomes of scenarios with the recorded ones."""

    # The name of the arrangement in the table of differences.
    way: ClassVar[str | None] = None

    def compare(self) -> Counter[str]:
        """Plays the scenarios; returns how many agreed, and how many could not be played."""
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
                # A scenario that agrees must not be listed as a difference.
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
        """Plays the value vectors; returns how many agreed."""
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
        """The relevant part of the recorded answer."""
        called, after = answer["called"], answer.get("after")
        return same.answer(scenario["callback"], answer["result"], called, after)


class PythonScenariosTestCase(Scenarios):
    """Python modules give the recorded answers: shows that the scenarios are played correctly."""

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
    """Native modules, in any arrangement in Synapse's `modules`."""

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

    def test_scenarios(self) -> None:
        counts = self.compare()
        numbers = [scenario["id"] for scenario, _answer in recordings()]
        self.assertEqual(counts.total(), len(numbers))
        decisions = decided.scenarios(self.way)
        self.assertEqual(counts["decided"], len(decisions.keys() & set(numbers)))

    def test_vectors(self) -> None:
        counts = self.compare_vectors()
        self.assertEqual(counts.total(), VECTORS)
        self.assertEqual(counts["decided"], len(decided.vectors(self.way)))


class EachScenariosTestCase(NativeScenarios):
    """Each native module in an entry of its own: Synapse combines the answers."""

    way = "each"


class TogetherScenariosTestCase(NativeScenarios):
    """All native modules in one entry: the loader combines the answers."""

    way = "together"

    def divide(self, there: list[Placed]) -> list[list[Placed]]:
        return [there] if there else []


class CallbacksTestCase(unittest.TestCase):
    """Shows that scenarios can call every callback of Synapse."""

    def test_every_callback_has_a_row(self) -> None:
        names = {name.split(".")[1] for name in called_by_synapse()}
        known = ROWS.keys() - {"register_auth_checkers"}
        self.assertEqual(names, known, "forgotten in `scenarios/callbacks.py`?")


# The base class has no arrangement of modules.
del NativeScenarios
