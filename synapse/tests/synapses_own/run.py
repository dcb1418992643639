"""Runs some of Synapse's own tests with one kind of module loaded into every homeserver.

``python -m synapses_own.run KIND FILE NAME...`` runs the tests with these names with ``none``,
``python`` or ``native`` modules. For each test it writes a line of JSON to the file: the outcome
of the test, and the number of calls of each callback. With ``native:user_may_invite`` as KIND
that callback answers with a denial.
"""

from __future__ import annotations

import functools
import json
import resource
import sys
import tempfile
import time
from typing import Any, TextIO

from twisted.trial.reporter import Reporter
from twisted.trial.runner import ErrorHolder, TestLoader, TrialRunner

from . import neutral
from .prepared import asked, count_questions, load_everywhere, wait_for_native


class Outcomes(Reporter):
    """Writes the outcome of each test at its end, so that a crash does not lose it."""

    def __init__(self, into: TextIO, *rest: Any) -> None:
        super().__init__(*rest)
        self._into = into

    def startTest(self, test: Any) -> None:
        super().startTest(test)
        asked.clear()
        self._outcomes: list[str] = []
        self._why: list[str] = []
        self._began = time.process_time()

    def stopTest(self, test: Any) -> None:
        super().stopTest(test)
        row = {
            "test": test.id(),
            "outcomes": self._outcomes,
            "asked": dict(sorted(asked.items())),
            "why": self._why,
            "seconds": round(time.process_time() - self._began, 3),
        }
        print(json.dumps(row), file=self._into, flush=True)

    def addSuccess(self, test: Any) -> None:
        super().addSuccess(test)
        self._add("passed")

    def addFailure(self, test: Any, why: Any) -> None:
        super().addFailure(test, why)
        self._add("failed", why)

    def addError(self, test: Any, why: Any) -> None:
        super().addError(test, why)
        self._add("not imported" if isinstance(test, ErrorHolder) else "error", why)

    def addSkip(self, test: Any, why: Any) -> None:
        super().addSkip(test, why)
        self._add("skipped", why)

    def addExpectedFailure(self, test: Any, why: Any, todo: Any = None) -> None:
        super().addExpectedFailure(test, why, todo)
        self._add("failed as expected", why)

    def addUnexpectedSuccess(self, test: Any, todo: Any = None) -> None:
        super().addUnexpectedSuccess(test, todo)
        self._add("passed unexpectedly")

    def _add(self, outcome: str, why: Any = None) -> None:
        self._outcomes.append(outcome)
        if why is not None:
            # The error of a module that cannot be imported has the form of `sys.exc_info()`.
            error = why[1] if isinstance(why, tuple) else getattr(why, "value", why)
            self._why.append(f"{type(error).__name__}: {error}"[:1000])


def main(kind: str, into: str, names: list[str]) -> None:
    kind, _, denied = kind.partition(":")
    load_everywhere(neutral.entry(kind, denied or None))
    # Synapse's tests keep most homeservers alive, each with a pair of sockets.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if kind == "native":
        wait_for_native()
    count_questions()
    suite = TestLoader().loadByNames(names)
    with tempfile.TemporaryDirectory(prefix="synapses-own-") as folder, open(into, "w") as file:
        outcomes = functools.partial(Outcomes, file)
        TrialRunner(outcomes, workingDirectory=f"{folder}/trial", stream=sys.stderr).run(suite)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
