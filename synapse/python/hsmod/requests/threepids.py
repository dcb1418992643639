"""Group `threepids`: the e-mail addresses and telephone numbers of accounts."""

from __future__ import annotations

from typing import Any

from hsmod.requests.group import Group
from hsmod.requests.way import private, public


class Threepids(Group):
    """Addresses of accounts."""

    @public("get_threepids_for_user", since="1.39")
    async def get_threepids_for_user(self, user_id: str) -> list[dict[str, Any]]:
        keys = ("medium", "address", "validated_at", "added_at")
        found = await self.api.get_threepids_for_user(user_id)
        return [{key: threepid[key] for key in keys} for threepid in found]

    @public("store_remote_3pid_association", since="1.56")
    async def store_remote_3pid_association(
        self, user_id: str, medium: str, address: str, id_server: str
    ) -> None:
        await self.api.store_remote_3pid_association(user_id, medium, address, id_server)

    @private("_auth_handler.add_threepid", purpose="adds the address, and tells the modules")
    async def add_threepid(
        self, user_id: str, medium: str, address: str, validated_at: int
    ) -> None:
        await self.require_account(user_id)
        add = self.private("add_threepid", "_auth_handler.add_threepid")
        await add(user_id, medium, address, validated_at)

    @private(
        "_auth_handler.delete_local_threepid",
        purpose="removes the address and the notifications that go there, and tells the modules",
    )
    async def delete_threepid(self, user_id: str, medium: str, address: str) -> bool:
        delete = self.private("delete_threepid", "_auth_handler.delete_local_threepid")
        wanted = _comparable(medium, address)
        for threepid in await self.get_threepids_for_user(user_id):
            found = threepid["medium"], threepid["address"]
            if found[0] == medium and _comparable(*found) == wanted:
                await delete(user_id, *found)
                return True
        return False


def _comparable(medium: str, address: str) -> str:
    return address.strip().casefold() if medium == "email" else address
