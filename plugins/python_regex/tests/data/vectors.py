"""What Python's `re` says of patterns and texts: makes `vectors.json` and `unicode.json` beside it.

Run it with Python 3.11: later versions differ in a few places, such as `\\B` in an empty text.
"""

from __future__ import annotations

import json
import random
import re
import signal
import sys
import unicodedata
import warnings
from pathlib import Path

from tables import TABLES

warnings.simplefilter("ignore")
HERE = Path(__file__).parent
# What the random patterns are tried with.
TEXTS = ["", "a", "b", "\n", "ab", "ba", "a\n", "aab", "abab", "b-a", "aabb\n", "\nab", "aaaab-b"]


def answers(pattern: str, flags: int, texts: list[str]) -> str | None:
    """A digit for each text: 1 for a search, 2 for a match at its begin, 4 for all of it."""
    try:
        compiled = re.compile(pattern, flags)
    except (re.error, ValueError, OverflowError):
        return None
    ways = [compiled.search, compiled.match, compiled.fullmatch]
    return "".join(
        str(sum(bool(way(text)) << bit for bit, way in enumerate(ways))) for text in texts
    )


class Generator:
    """Makes up patterns."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.groups = 0

    def pattern(self) -> str:
        """A pattern, which Python may refuse."""
        self.groups = 0
        return self.either(3)

    def either(self, depth: int) -> str:
        return "|".join(self.sequence(depth) for _ in range(self.random.choice([1, 1, 1, 2, 3])))

    def sequence(self, depth: int) -> str:
        return "".join(self.repeated(depth) for _ in range(self.random.choice([0, 1, 1, 2, 2, 3])))

    def repeated(self, depth: int) -> str:
        repeats = [
            "",
            "",
            "",
            "*",
            "+",
            "?",
            "{2}",
            "{1,2}",
            "{,2}",
            "{2,}",
            "*?",
            "+?",
            "??",
            "*+",
        ]
        return self.atom(depth) + self.random.choice(repeats)

    def atom(self, depth: int) -> str:
        chance = self.random.random()
        if depth == 0 or chance < 0.5:
            return self.random.choice(["a", "a", "b", "b", "ab", ".", "[ab]", "[^a]", "-", r"\w"])
        if chance < 0.6:
            return self.random.choice(["^", "$", r"\b", r"\B", r"\A", r"\Z"])
        if chance < 0.7 and self.groups:
            group = self.random.randint(1, self.groups)
            return self.random.choice([rf"\{group}", f"(?({group})a|b)"])
        if chance < 0.85:
            body = self.either(depth - 1)
            self.groups += 1
            return f"({body})"
        opening = self.random.choice(
            ["(?:", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?m:", "(?s:", "(?i:"]
        )
        return f"{opening}{self.either(depth - 1)})"


def too_long(*_: object) -> None:
    raise TimeoutError


def made_up(count: int) -> list[tuple[str, str]]:
    """Patterns that Python takes, with its answers. Some explode there, or find a fault in it."""
    generator = Generator(3)
    found: dict[str, str] = {}
    signal.signal(signal.SIGALRM, too_long)
    while len(found) < count:
        pattern = generator.pattern()
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        try:
            answer = answers(pattern, 0, TEXTS)
        except (TimeoutError, SystemError):
            continue
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if answer is not None:
            found[pattern] = answer
    return list(found.items())


def ranges(members: list[int]) -> list[list[int]]:
    """First and last of each run."""
    found: list[list[int]] = []
    for member in members:
        if found and found[-1][1] == member - 1:
            found[-1][1] = member
        else:
            found.append([member, member])
    return found


def unicode_tables() -> dict[str, list[list[int]]]:
    """The categories, and the characters that are equal if case is ignored."""
    every = [code for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    found = {}
    for name, pattern in [("word", r"\w"), ("digit", r"\d"), ("space", r"\s")]:
        compiled = re.compile(pattern)
        found[name] = ranges([code for code in every if compiled.match(chr(code))])
    unassigned = [code for code in every if unicodedata.category(chr(code)) == "Cn"]
    found["unassigned"] = ranges(unassigned)
    # Whatever is equal to another character is equal to one that its upper or lower case begins with.
    cased = [code for code in every if len({*variants(chr(code))}) > 1]
    classes = set()
    text = "".join(map(chr, cased))
    for code in cased:
        equal = re.findall(f"(?i)\\U{code:08x}", text)
        classes.add(tuple(sorted(map(ord, equal))))
    found["equal"] = [list(equal) for equal in sorted(classes) if len(equal) > 1]
    return found


def variants(c: str) -> str:
    return c + c.lower() + c.upper() + c.title() + c.casefold()


def line(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def write() -> None:
    lines = []
    for table in TABLES:
        flags = re.IGNORECASE if table.get("ignoring_case") else 0
        rows = [
            [pattern, answers(pattern, flags, table["texts"])] for pattern in table["patterns"]
        ]
        lines.append({**table, "patterns": rows})
    made = made_up(2000)
    for begin in range(0, len(made), 50):
        rows = [list(row) for row in made[begin : begin + 50]]
        lines.append({"about": "made up", "texts": TEXTS, "patterns": rows})
    text = "[\n" + ",\n".join(map(line, lines)) + "\n]\n"
    (HERE / "vectors.json").write_text(text, encoding="ascii")
    tables = ",\n".join(f"{line(name)}:{line(rows)}" for name, rows in unicode_tables().items())
    (HERE / "unicode.json").write_text("{\n" + tables + "\n}\n", encoding="ascii")


if __name__ == "__main__":
    if sys.version_info[:2] != (3, 11):
        raise SystemExit("the vectors are those of Python 3.11")
    write()
