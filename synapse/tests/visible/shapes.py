"""When a body is the one of a row. What differs from run to run is compared by its shape."""

from __future__ import annotations

import re
from typing import Any

import recorded

# Where native modules differ, and the outcomes for which something else stands.
DECIDED = recorded.whole("client-visible/decided.json")

# What stands in a row, and what may stand in its place.
SHAPES = [
    (r"\$\.\.\.|\$[\w-]{43}", r"\$[\w-]{43}"),
    (r"!\.\.\.|![\w-]{43}", r"![\w-]{43}"),
    (r"mxc://\.\.\.", r"mxc://localhost/\w+"),
    (r"\.\.\.", r".+"),
    (r"@newN:localhost", r"@new\d+:localhost"),
    (r"t\d+", r"t\d+"),
]


def same(expected: Any, seen: Any) -> bool:
    """Whether a body, or a part of it, is as a row says."""
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
    """Whether a text is as a row says."""
    for written, shape in SHAPES:
        if re.fullmatch(written, expected):
            return re.fullmatch(shape, seen) is not None
    if "//HOST/" in expected:
        pattern = re.escape(expected).replace("HOST", r"[\w.:]+")
        return re.fullmatch(pattern, seen) is not None
    return expected == seen


def decided(row: dict[str, Any]) -> dict[str, Any]:
    """A row as it is for native modules: as recorded, but where it was decided otherwise."""
    for other in DECIDED["differs"]:
        if (other["check"], other["outcome"]) == (row["check"], row["outcome"]):
            return row | other
    return row
