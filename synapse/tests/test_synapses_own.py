"""Shows that Synapse's own tests end the same with a native module as with a Python one.

Both modules register every callback and give neutral answers. Differences are reported per test.
``HSMOD_TEST_FULL=1`` runs many more of Synapse's tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from twisted.trial import unittest

from synapses_own import chosen, neutral

HERE = Path(__file__).parent
SECONDS_AT_MOST = 3600

#: The outcome of each test, by its name.
Outcomes = dict[str, dict[str, Any]]

FAILED = ("failed", "error", "passed unexpectedly")
NOT_RUN: dict[str, Any] = {"outcomes": ["not run"], "asked": {}, "why": []}


class SynapsesOwnTests(unittest.TestCase):
    """Runs both modules at the same time, each in its own process."""

    def test_end_the_same(self) -> None:
        names = chosen.FULL if os.environ.get("HSMOD_TEST_FULL") else chosen.CHOSEN
        python, native = run(["python", "native"], names)
        wrong = [
            *(f"{name}: is not there" for name in names if not any_in(name, python)),
            *(f"{test}: not imported" for test in ended(python | native, "not imported")),
            *differences(python, native),
            *unexpected(python),
            *unasked(native),
        ]
        self.assertEqual([], wrong, "\n" + "\n".join(wrong))

    def test_a_denial_makes_tests_fail(self) -> None:
        kinds = ["native", f"native:{chosen.DENIED}"]
        neutral_ones, denying = run(kinds, [chosen.FAIL_WHEN_DENIED])
        failed = set(ended(denying, *FAILED)) - set(ended(neutral_ones, *FAILED))
        self.assertGreater(len(failed), len(denying) / 2, f"{chosen.DENIED} is denied")


def any_in(name: str, outcomes: Outcomes) -> bool:
    """Whether any test of this module or class was run."""
    return any(f"{test}.".startswith(f"{name}.") for test in outcomes)


def ended(outcomes: Outcomes, *how: str) -> list[str]:
    """The tests that ended in one of these ways."""
    return sorted(test for test, row in outcomes.items() if set(how) & set(row["outcomes"]))


def differences(python: Outcomes, native: Outcomes) -> list[str]:
    """The tests with different outcomes or calls of callbacks.

    The number of calls is ignored: Synapse repeats a call if something was too late, for instance
    if it has to create an event again, or a request is cancelled.
    """
    different = []
    for test in sorted(python.keys() | native.keys()):
        rows = [outcomes.get(test, NOT_RUN) for outcomes in (python, native)]
        for what in ("outcomes", "asked"):
            of_python, of_native = (sorted(row[what]) for row in rows)
            if of_python != of_native:
                why = "".join(f"\n    {line}" for line in rows[1]["why"])
                different.append(f"{test}: {of_python} with Python, {of_native} native{why}")
    return different


def unexpected(python: Outcomes) -> list[str]:
    """Tests that fail unexpectedly with the Python module, or pass unexpectedly."""
    known = {test for tests in chosen.FAIL_WITH_ANY_MODULE.values() for test in tests}
    failed = set(ended(python, *FAILED))
    return [
        *(
            f"{test}: fails with any module, which `chosen` does not know"
            for test in failed - known
        ),
        *(
            f"{test}: passes, which `chosen` does not know"
            for test in (known - failed) & {*python}
        ),
    ]


def unasked(native: Outcomes) -> list[str]:
    """Callbacks that no test has reached, or that were reached unexpectedly."""
    asked = {callback for row in native.values() for callback in row["asked"]}
    wrong = asked ^ (set(neutral.outcomes(None)) - chosen.ASKED_BY_NONE)
    return [f"{callback}: `chosen` is wrong on who is asked" for callback in sorted(wrong)]


def run(kinds: list[str], tests: list[str]) -> list[Outcomes]:
    """Runs the tests with each kind of module, all at the same time."""
    with tempfile.TemporaryDirectory(prefix="synapses-own-") as folder:
        files = [Path(folder) / f"{at}.jsonl" for at in range(len(kinds))]
        logs = [file.with_suffix(".log") for file in files]
        processes = [
            _started(kind, file, log, tests) for kind, file, log in zip(kinds, files, logs)
        ]
        try:
            for process in processes:
                process.wait(SECONDS_AT_MOST)
        finally:
            for process in processes:
                process.kill()
                process.wait()
        for kind, process, log in zip(kinds, processes, logs):
            if process.returncode != 0:
                end = log.read_text()[-4000:]
                raise RuntimeError(f"with `{kind}` it ended with {process.returncode}:\n{end}")
        return [_read(file) for file in files]


def _started(kind: str, into: Path, log: Path, tests: list[str]) -> subprocess.Popen[bytes]:
    path = os.pathsep.join(str(Path(entry).absolute()) for entry in [HERE, *sys.path])
    command = [sys.executable, "-m", "synapses_own.run", kind, str(into), *tests]
    with log.open("wb") as file:
        return subprocess.Popen(
            command,
            cwd=into.parent,
            env={**os.environ, "PYTHONPATH": path},
            stderr=file,
            stdout=file,
        )


def _read(file: Path) -> Outcomes:
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    return {row["test"]: row for row in rows}
