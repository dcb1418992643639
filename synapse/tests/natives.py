"""Entries of Synapse's `modules:`, for the same module in Python and as a native plugin."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

# The data that tests in Rust and these share.
DATA = Path(__file__).parents[2] / "tests/data"


def python(*configs: dict[str, Any]) -> list[dict[str, Any]]:
    """Modules in Python that answer as a script says."""
    return [{"module": "scripted.Scripted", "config": config} for config in configs]


def native(plugin: str, *configs: dict[str, Any]) -> dict[str, Any]:
    """One `hsmod.Modules` with native modules, each of the same plugin."""
    folder = os.environ.get("HSMOD_TEST_PLUGINS")
    if folder is None:
        raise RuntimeError("HSMOD_TEST_PLUGINS is not set: `cargo xtask synapse` sets it")
    path = str(Path(folder) / f"lib{plugin}.so")
    modules = [
        {"module": path, "name": f"{plugin}{number}", "config": config}
        for number, config in enumerate(configs)
    ]
    # Who may write to a target directory is not what is tested.
    config = {"modules": modules, "verify": {"permissions": "warn"}}
    return {"module": "hsmod.Modules", "config": config}
