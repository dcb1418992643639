"""Shows that the answers of native and Python modules have the same effect for clients."""

from __future__ import annotations

import json
import unittest
from collections.abc import Callable
from typing import Any, ClassVar

import recorded
import scripted
import support
from visible import outcomes, shapes
from visible.registry import REQUESTS, SEVERAL
from visible.world import NEEDS, World

Row = dict[str, Any]

# The callback of rows that do not begin with its name.
CALLBACKS = {
    "send message": "check_event_for_spam",
    "GET /login flows (auth_checkers registers org.x.custom)": "check_auth",
    "shadow-banned user: PUT send (took 10.0 s)": "check_registration_for_spam",
    "shadow-banned user: the event as seen by another user": "check_registration_for_spam",
    "the refused invite": "get_ratelimit_override_for_user",
}

# Requests of which the rows contain only a few keys of the body.
EXCERPTS = ("GET event", "GET account/whoami")


def callback(row: Row) -> str:
    """The callback that a row is about."""
    check = row["check"]
    return CALLBACKS.get(check) or check.split(":")[0].split()[0]


ROWS = recorded.lines("client-visible/rows.jsonl")
GROUPS = {name: [row for row in ROWS if callback(row) == name] for name in map(callback, ROWS)}


class Rows(World):
    """Checks the rows of one callback: each test has its own homeserver."""

    native: ClassVar[bool]

    @property
    def callback(self) -> str:
        """The callback that the module registers."""
        return self._testMethodName.removeprefix("test_")

    def native_modules(self) -> list[Row]:
        script = {self.callback: outcomes.neutral(self.callback)}
        module = support.scripted(script, auth_checkers=[["org.x.custom", ["secret"]]])
        return [support.native(module) if self.native else scripted.in_python(module)]

    def default_config(self) -> dict[str, Any]:
        return super().default_config() | NEEDS.get(self.callback, {})

    def take_rows(self) -> list[str]:
        """Makes the request of every row of the callback; returns the differences."""
        wrong = []
        for row in GROUPS[self.callback]:
            problem = self.several(row) if row["check"] in SEVERAL else self.one(row)
            self.rest()
            if problem:
                wrong.append(f"{row['check']} | {row['outcome']}: {problem}")
        return wrong

    def one(self, row: Row) -> str | None:
        """The differences in the response to one request."""
        self.outcome = self.meant(row)
        row = shapes.decided(row) if self.native else row
        channel = REQUESTS[row["check"]](self)
        seen = json.loads(channel.text_body)
        if row["check"].endswith(EXCERPTS) and channel.code == 200:
            seen = {key: value for key, value in seen.items() if key in row["body"]}
        if channel.code == row["status"] and shapes.same(row["body"], seen):
            return None
        return f"{channel.code} {json.dumps(seen)}, not {row['status']} {json.dumps(row['body'])}"

    def several(self, row: Row) -> str | None:
        """The differences in three requests, and in the calls of the module."""
        self.outcome = outcomes.SLOWLY
        statuses = [channel.code for channel in SEVERAL[row["check"]](self)]
        limiters = sorted({limiter for _name, _user, limiter in self.calls()})
        if str(statuses) == row["outcome"] and limiters == row["body"]:
            return None
        return f"{statuses}, asked for {limiters}"

    def meant(self, row: Row) -> outcomes.Outcome:
        """The outcome that the row gives to the module."""
        if row["outcome"] != "-":
            return outcomes.outcome(row["outcome"], self.room)
        if self.callback == "get_ratelimit_override_for_user":
            return outcomes.SLOWLY
        return outcomes.neutral(self.callback)


def each(group: str) -> Callable[[Rows], None]:
    """Creates the test of a callback's rows."""

    def test(self: Rows) -> None:
        wrong = self.take_rows()
        self.assertEqual(wrong, [], "\n".join([f"{len(wrong)} rows differ:", *wrong]))

    test.__doc__ = f"The rows of `{group}`."
    return test


TESTS = {f"test_{group}": each(group) for group in GROUPS}

# With Python modules the rows themselves result, which shows that the requests are right.
PythonRowsTestCase = type("PythonRowsTestCase", (Rows,), {"native": False, **TESTS})

# The same with native modules.
NativeRowsTestCase = type("NativeRowsTestCase", (Rows,), {"native": True, **TESTS})


class OtherOutcomesTestCase(Rows):
    """Shows that a module with other outcomes than the rows is detected."""

    native = False

    def meant(self, row: Row) -> outcomes.Outcome:
        return outcomes.neutral(self.callback)

    def test_user_may_invite(self) -> None:
        differing = [wrong.split(" | ")[1].split(":")[0] for wrong in self.take_rows()]
        allowed = [row for row in GROUPS["user_may_invite"] if row["status"] == 200]
        self.assertEqual(len(differing), len(GROUPS["user_may_invite"]) - len(allowed))
        self.assertNotIn("True", differing)


class DecidedTestCase(unittest.TestCase):
    """Shows that the table of differences of native modules refers to existing rows."""

    def test_rows_that_differ(self) -> None:
        examples = recorded.lines("client-visible/examples.jsonl")
        known = {(row["check"], row["outcome"]): row for row in [*ROWS, *examples]}
        for other in shapes.DECIDED["differs"]:
            row = known[other["check"], other["outcome"]]
            self.assertEqual(shapes.decided(row), row | other)
            self.assertFalse(shapes.same(row["body"], other["body"]), other)

    def test_outcomes_that_only_python_has(self) -> None:
        for outcome in shapes.DECIDED["only_in_python"]:
            for name in outcome["callbacks"]:
                labels = {row["outcome"] for row in GROUPS[name]}
                self.assertIn(outcome["outcome"], labels, name)
