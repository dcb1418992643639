"""Group `caches`: caches of modules in several processes."""

from __future__ import annotations

import json
from typing import Any

from hsmod.caches import ModuleCaches
from hsmod.requests.group import Group
from hsmod.requests.way import public


class Caches(Group):
    """Invalidates caches in all processes."""

    @public("invalidate_cache", since="1.69")
    async def invalidate_cache(self, cache: str, key: Any) -> None:
        caches: Any = ModuleCaches(_has_forgotten)
        await self.api.invalidate_cache(caches, (cache, json.dumps(key)))


def _has_forgotten(name: str, key: str) -> None:
    """The loader has invalidated the caches of this process before it makes this request."""
