"""Measures the cost of calling native modules in Synapse, and of the same checks in Python.

    python synapse/benchmarks/cost.py [--json] [--check]

Modules of both kinds are loaded into homeservers in memory, and Synapse's own classes ask them,
with a recorded event. What is measured is the processor's time of the whole process; of several
rounds, in which all take turns, the fastest counts. ``--check`` ends with 1 where native modules
cost more than they may.

Wants in its path the package ``hsmod``, built for release, and Synapse's own ``tests``; and in
``HSMOD_TEST_PLUGINS`` the folder of the plugin ``bench_checker``, built for release.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import homes

from synapse.logging.context import LoggingContext

MODULES = (1, 3, 10)
STATES = (10, 1_000, 100_000)

#: The word that no body may contain.
WORD = "casino"

#: The maximal cost of native modules as a fraction of that of Python modules, where Synapse
#: measures every callback. `check_event_allowed` and its state have no limit: Synapse does not
#: measure it, so a Python module costs next to nothing there.
AT_MOST = {1: 1.0, 3: 0.4, 10: 0.12}

ROUNDS = 15
#: How long each of the two kinds is called in a round, in seconds.
SPELL = 0.03

#: Asks all modules once.
Question = Callable[[], Coroutine[Any, Any, Any]]


@dataclass(frozen=True)
class Times:
    """How long one question took, round by round."""

    rounds_ns: list[float]

    @property
    def fastest_us(self) -> float:
        return min(self.rounds_ns) / 1e3

    def as_dict(self) -> dict[str, Any]:
        """The median, and the range of the middle four fifths of the rounds."""
        tenths = statistics.quantiles(self.rounds_ns, n=10, method="inclusive")
        return {"median": statistics.median(self.rounds_ns), "spread": [tenths[0], tenths[-1]]}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    modules: int
    python: Times
    native: Times
    at_most: float | None

    @property
    def python_us(self) -> float:
        return self.python.fastest_us

    @property
    def native_us(self) -> float:
        return self.native.fastest_us

    @property
    def ratio(self) -> float:
        return self.native_us / self.python_us

    @property
    def missed(self) -> bool:
        return self.at_most is not None and self.ratio > self.at_most

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "modules": self.modules,
            "python_us": self.python_us,
            "native_us": self.native_us,
            "python_ns": self.python.as_dict(),
            "native_ns": self.native.as_dict(),
            "at_most": self.at_most,
            "ratio": self.ratio,
            "missed": self.missed,
        }


def rows() -> list[Row]:
    """Measures all of it."""
    event = homes.message()
    evil_user = homes.EVIL_USERS[500]
    everything = []
    for modules in MODULES:
        for name, allowed, denied in [
            ("check_event_for_spam", (event,), (homes.message(evil_user),)),
            (
                "user_may_invite",
                (event.sender, "@bob:localhost", event.room_id),
                (evil_user, "@bob:localhost", event.room_id),
            ),
        ]:
            questions = [
                spam_checker(kind, modules, name, allowed, denied) for kind in homes.KINDS
            ]
            everything.append(row(name, modules, questions, AT_MOST[modules]))
        name = "check_event_for_spam"
        allowed, denied = (homes.long_message(1_024),), (homes.long_message(1_024, WORD),)
        questions = [
            spam_checker(kind, modules, name, allowed, denied, word=WORD) for kind in homes.KINDS
        ]
        everything.append(row(f"{name}, a word in 1 KiB", modules, questions, None))
    for entries in STATES:
        state = homes.state(entries)
        for what, looks_at in [("", None), (", looks at one", "m.room.power_levels")]:
            questions = [check_event_allowed(kind, looks_at, event, state) for kind in homes.KINDS]
            name = f"check_event_allowed, {entries} entries{what}"
            everything.append(row(name, 1, questions, None))
    return everything


def spam_checker(
    kind: str,
    modules: int,
    name: str,
    allowed: tuple[Any, ...],
    denied: tuple[Any, ...],
    **looks_for: str,
) -> Question:
    """A call through Synapse that the modules allow; checks that they deny another one."""
    home = homes.home(kind, modules, name, **looks_for)
    ask = getattr(home.get_module_api_callbacks().spam_checker, name)
    answer, denial = once(ask(*allowed)), once(ask(*denied))
    if answer != "NOT_SPAM" or denial == "NOT_SPAM":
        raise RuntimeError(f"{kind} modules answer {name} with {answer}, and with {denial}")
    return lambda: ask(*allowed)


def check_event_allowed(kind: str, looks_at: str | None, event: Any, state: Any) -> Question:
    """Calls the callback directly: Synapse's own work grows with the state, and would hide it."""
    home = homes.home(kind, 1, "check_event_allowed", looks_at=looks_at)
    rules = home.get_module_api_callbacks().third_party_event_rules
    (ask,) = rules._check_event_allowed_callbacks

    async def question() -> Any:
        return await ask(event, state)

    allowed, replacement = once(question())
    if not allowed or replacement is not None:
        raise RuntimeError(f"{kind} modules do not allow the event")
    return question


def once(question: Coroutine[Any, Any, Any]) -> Any:
    """The answer of a call that is ready at once."""
    try:
        question.send(None)
    except StopIteration as answer:
        return answer.value
    question.close()
    raise RuntimeError("a module does not answer at once")


def row(name: str, modules: int, questions: list[Question], at_most: float | None) -> Row:
    """Measures the question to Python modules and the one to native ones."""
    times = [calls_of_a_spell(question) for question in questions]
    rounds: list[list[float]] = [[] for _ in questions]
    gc.collect()
    gc.disable()
    for _ in range(ROUNDS):
        for at, question in enumerate(questions):
            rounds[at].append(1e9 * seconds(question, times[at]) / times[at])
            gc.collect()
    gc.enable()
    python, native = (Times(taken) for taken in rounds)
    return Row(name, modules, python, native, at_most)


def calls_of_a_spell(question: Question) -> int:
    calls = 1
    while (took := seconds(question, calls)) < SPELL / 4:
        calls *= 2
    return max(1, round(calls * SPELL / took))


def seconds(question: Question, calls: int) -> float:
    began = time.process_time()
    for _ in range(calls):
        once(question())
    return time.process_time() - began


def as_text(measured: list[Row]) -> str:
    """The table."""
    lines = [f"{'':48}{'modules':>8}{'Python':>11}{'native':>11}{'ratio':>8}{'at most':>9}"]
    for row in measured:
        at_most = "" if row.at_most is None else f"{row.at_most:.2f}"
        lines.append(
            f"{row.name:48}{row.modules:>8}{row.python_us:>8.1f} us{row.native_us:>8.1f} us"
            f"{row.ratio:>8.2f}{at_most:>9}{'   MISSED' if row.missed else ''}"
        )
    return "\n".join(lines)


def as_json(measured: list[Row]) -> str:
    """One JSON value."""
    return json.dumps([row.as_dict() for row in measured], indent=1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    parser.add_argument("--check", action="store_true", help="end with 1 where too much is paid")
    options = parser.parse_args()
    # Without a logging context to account to, Synapse logs a warning with every call.
    with LoggingContext(name="cost", server_name=homes.SERVER_NAME):
        measured = rows()
    print(as_json(measured) if options.json else as_text(measured))
    return 1 if options.check and any(row.missed for row in measured) else 0


if __name__ == "__main__":
    sys.exit(main())
