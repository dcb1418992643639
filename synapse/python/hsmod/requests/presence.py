"""Group `presence`: presence of users."""

from __future__ import annotations

from hsmod.requests.group import Group
from hsmod.requests.way import public


class Presence(Group):
    """Presence."""

    @public("send_local_online_presence_to", since="1.32")
    async def send_local_online_presence_to(self, users: list[str]) -> None:
        await self.api.send_local_online_presence_to(users)

    @public("set_presence_for_users", since="1.96")
    async def set_presence_for_users(self, users: dict[str, tuple[str, str | None]]) -> None:
        states = {user: (state, message) for user, (state, message) in users.items()}
        await self.api.set_presence_for_users(states)
