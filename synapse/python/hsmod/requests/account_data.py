"""Group `account_data`: the account data that clients store."""

from __future__ import annotations

import json
from typing import Any, Mapping

from hsmod.requests.group import Group
from hsmod.requests.way import private, public

LOCK = "_hs.get_worker_locks_handler().acquire_lock"


class AccountData(Group):
    """Global account data."""

    @public("account_data_manager.get_global", since="1.57")
    async def get_global(self, user_id: str, data_type: str) -> Mapping[str, Any] | None:
        return await self.api.account_data_manager.get_global(user_id, data_type)

    @public("account_data_manager.put_global", since="1.57")
    async def put_global(self, user_id: str, data_type: str, new_data: dict[str, Any]) -> None:
        await self.api.account_data_manager.put_global(user_id, data_type, new_data)

    @private(
        LOCK,
        purpose="keeps other native modules out, in all worker processes, between reading and"
        " writing",
    )
    async def compare_and_set_global(
        self,
        user_id: str,
        data_type: str,
        expected: dict[str, Any] | None,
        new_data: dict[str, Any],
    ) -> bool:
        lock = self.private("compare_and_set_global", LOCK)
        async with lock("hsmod_account_data", f"{user_id} {data_type}"):
            found = await self.get_global(user_id, data_type)
            if _thawed(found) != expected:
                return False
            await self.put_global(user_id, data_type, new_data)
            return True


def _thawed(data: Mapping[str, Any] | None) -> Any:
    """Thaws frozen values of Synapse: lists become tuples there, which do not equal lists."""
    return json.loads(json.dumps(data, default=dict))
