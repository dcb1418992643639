"""Group `rooms`: rooms as a whole."""

from __future__ import annotations

from typing import Any

from synapse.module_api import RoomID
from synapse.module_api.errors import Codes, SynapseError

from hsmod.requests.group import Group
from hsmod.requests.way import private, public

CHECK = "_callbacks.third_party_event_rules.check_can_shutdown_room"
SHUT_DOWN = "_hs.get_pagination_handler().start_shutdown_and_purge_room"

# The defaults of Synapse's admin API.
OPTIONS: dict[str, Any] = {
    "new_room_user_id": None,
    "new_room_name": None,
    "message": None,
    "requester_user_id": None,
    "block": False,
    "purge": True,
    "force_purge": False,
}


class Rooms(Group):
    """Rooms."""

    @public("create_room", since="1.65")
    async def create_room(
        self,
        user_id: str,
        config: dict[str, Any],
        ratelimit: bool,
        creator_join_profile: dict[str, Any] | None,
    ) -> dict[str, Any]:
        room_id, room_alias = await self.api.create_room(
            user_id, config, ratelimit, creator_join_profile
        )
        return {"room_id": room_id, "room_alias": room_alias}

    @private(
        CHECK,
        purpose="asks `check_can_shutdown_room` at once, so that the refusal reaches the module;"
        " `ModuleApi.delete_room` does the rest",
    )
    async def delete_room(self, room_id: str) -> None:
        await self._check_can_shut_down("delete_room", room_id, None)
        await self.api.delete_room(room_id)

    @private(
        CHECK, SHUT_DOWN, purpose="as for `delete_room`; begins the shutdown with the options"
    )
    async def shutdown_room(self, room_id: str, options: dict[str, Any]) -> None:
        unknown = sorted(set(options) - set(OPTIONS))
        if unknown:
            raise SynapseError(
                400, f"There is no option {', '.join(unknown)}", Codes.INVALID_PARAM
            )
        shut_down = self.private("shutdown_room", SHUT_DOWN)
        whole = {**OPTIONS, **options}
        if whole["block"] and whole["requester_user_id"] is None:
            # Synapse records who blocks a room, and would fail later without a user.
            whole["requester_user_id"] = f"@hsmod:{self.api.server_name}"
        await self._check_can_shut_down("shutdown_room", room_id, whole["requester_user_id"])
        await shut_down(room_id, whole)

    async def _check_can_shut_down(self, request: str, room_id: str, user_id: str | None) -> None:
        check = self.private(request, CHECK)
        if not await check(user_id=user_id, room_id=room_id):
            raise SynapseError(403, "Shutdown of this room is forbidden", Codes.FORBIDDEN)

    @public("lookup_room_alias", since="1.65")
    async def lookup_room_alias(self, room_alias: str) -> dict[str, Any]:
        room_id, servers = await self.api.lookup_room_alias(room_alias)
        return {"room_id": room_id, "servers": list(servers)}

    @public("get_canonical_room_alias", since="1.86")
    async def get_canonical_room_alias(self, room_id: str) -> str | None:
        alias = await self.api.get_canonical_room_alias(RoomID.from_string(room_id))
        return None if alias is None else alias.to_string()
