"""Compares bodies with those of rows. Values that differ between runs are compared by shape."""

from __future__ import annotations

import re
from typing import Any

import recorded

# The differences of native modules, and the outcomes that replace others.
DECIDED = recorded.whole("client-visible/decided.json")

# Placeholders in rows, and the patterns that they match.
SHAPES = [
    (r"\$\.\.\.|\$[\w-]{43}", r"\$[\w-]{43}"),
    (r"!\.\.\.|![\w-]{43}", r"![\w-]{43}"),
    (r"mxc://\.\.\.", r"mxc://localhost/\w+"),
    (r"\.\.\.", r".+"),
    (r"@newN:localhost", r"@new\d+:localhost"),
    (r"t\d+", r"t\d+"),
]


def same(expected: Any, seen: Any) -> bool:
    """Whether a body, or a part of it, matches a row."""
    if expected == {"...": "ok"}:
        return isinstance(seen, dict)
    if isinstance(expected, dict):
        if not isinstance(seen, dict) or expected.keys() != seen.keys():
            return False
        return all(same(item, seen[key]) for key, item in expected.items())
    if isinstance(expected, list):
        if not isinstance(seen, list) or len(expected) != len(seen):
            return False
        return all(same(*items) for items in zip(expected, seen, strict=True))
    if expected == "N":
        return isinstance(seen, int)
    if isinstance(expected, str) and isinstance(seen, str):
        return same_text(expected, seen)
    return type(expected) is type(seen) and expected == seen


def same_text(expected: str, seen: str) -> bool:
    """Whether a string matches a row."""
    for written, shape in SHAPES:
        if re.fullmatch(written, expected):
            return re.fullmatch(shape, seen) is not None
    if "//HOST/" in expected:
        pattern = re.escape(expected).replace("HOST", r"[\w.:]+")
        return re.fullmatch(pattern, seen) is not None
    return expected == seen


def decided(row: dict[str, Any]) -> dict[str, Any]:
    """A row for native modules: as recorded, except for deliberate differences."""
    for other in DECIDED["differs"]:
        if (other["check"], other["outcome"]) == (row["check"], row["outcome"]):
            return row | other
    return row
