"""Deliberate differences between native and Python modules: see `decided.json`."""

from __future__ import annotations

from typing import Any

import recorded

DECIDED = recorded.whole("conformance/decided.json")


def scenarios(way: str | None) -> dict[int, Any]:
    """The outcomes of scenarios that differ from the recorded ones, by number: for native modules
    that have `each` an entry of Synapse's `modules`, or are `together` in one."""
    return {row["id"]: row[way] for row in DECIDED["scenarios"] if way in row}


def vectors(way: str | None) -> dict[str, Any]:
    """The same for value vectors, by callback and label."""
    return {row["of"]: row[way] for row in DECIDED["vectors"] if way in row}
