"""The callbacks about background updates of the database."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Callable

from synapse.config.background_updates import BackgroundUpdateConfig


def for_updates(
    name: str, ask: Callable[..., Any], config: BackgroundUpdateConfig
) -> Callable[..., Any]:
    """The callback `name` of a controller, implemented with the native function.

    A native controller may have no opinion; Synapse then expects the value of its own config.
    """

    @asynccontextmanager
    async def on_update(*arguments: Any) -> AsyncIterator[int]:
        update = await ask(*arguments)
        try:
            yield _or(update.desired_duration_ms, config.update_duration_ms)
        finally:
            await update.exit()

    async def batch_size(*arguments: Any) -> int:
        return _or(await ask(*arguments), getattr(config, name))

    return on_update if name == "on_update" else batch_size


def _or(given: int | None, default: int) -> int:
    return default if given is None else given
