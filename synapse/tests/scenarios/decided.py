"""Where native modules differ from modules in Python on purpose: see `decided.json`."""

from __future__ import annotations

from typing import Any

import recorded

DECIDED = recorded.whole("conformance/decided.json")


def scenarios(way: str | None) -> dict[int, Any]:
    """What comes of scenarios that is not what was recorded, by their numbers: if the native
    modules stand in `each` an entry of Synapse's `modules`, or `together` in one."""
    return {row["id"]: row[way] for row in DECIDED["scenarios"] if way in row}


def vectors(way: str | None) -> dict[str, Any]:
    """The same of value vectors, by callback and label."""
    return {row["of"]: row[way] for row in DECIDED["vectors"] if way in row}
