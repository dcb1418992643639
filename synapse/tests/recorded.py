"""Data recorded with Synapse, which these tests share with those in Rust."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "tests/data"


def lines(file: str) -> list[Any]:
    """The lines of a file of `tests/data`, each JSON."""
    return [json.loads(line) for line in (DATA / file).read_text().splitlines()]


def whole(file: str) -> Any:
    """A file of `tests/data` that is one JSON value."""
    return json.loads((DATA / file).read_text())
