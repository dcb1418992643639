"""Group `users`: accounts."""

from __future__ import annotations

from typing import Any

from synapse.module_api import UserID
from synapse.types import create_requester

from hsmod.requests.group import Group
from hsmod.requests.way import private, public


class Users(Group):
    """Accounts."""

    @public("get_userinfo_by_id", since="1.41")
    async def get_userinfo_by_id(self, user_id: str) -> dict[str, Any] | None:
        info = await self.api.get_userinfo_by_id(user_id)
        if info is None:
            return None
        return {
            "user_id": info.user_id.to_string(),
            "is_admin": bool(info.is_admin),
            "is_guest": bool(info.is_guest),
            "is_deactivated": bool(info.is_deactivated),
            "is_shadow_banned": bool(info.is_shadow_banned),
            "is_locked": bool(info.locked),
            "is_suspended": bool(info.suspended),
            "approved": bool(info.approved),
            "appservice_id": info.appservice_id,
            "creation_ts": info.creation_ts,
            "consent_version": info.consent_version,
            "consent_ts": info.consent_ts,
            "consent_server_notice_sent": info.consent_server_notice_sent,
            "user_type": info.user_type,
        }

    @public("get_user_by_req", since="1.39")
    async def get_user_by_req(
        self, request: int, allow_guest: bool, allow_expired: bool
    ) -> dict[str, Any]:
        own = self.own_requests.get(request)
        if own is None:
            raise RuntimeError(
                "the module asks outside the calls of its web resources, where there is no client's"
                " request"
            )
        requester = await self.api.get_user_by_req(own, allow_guest, allow_expired)
        user_id = requester.user.to_string()
        authenticated = requester.authenticated_entity
        return {
            "user_id": user_id,
            "device_id": requester.device_id,
            "app_service_id": _app_service_id(requester),
            "authenticated_entity": None if authenticated == user_id else authenticated,
            "is_guest": bool(requester.is_guest),
            "is_shadow_banned": bool(requester.shadow_banned),
        }

    @public("is_user_admin", since="1.39")
    async def is_user_admin(self, user_id: str) -> bool:
        return bool(await self.api.is_user_admin(user_id))

    @public("set_user_admin", since="1.56")
    async def set_user_admin(self, user_id: str, admin: bool) -> None:
        await self.api.set_user_admin(user_id, admin)

    @public("get_profile_for_user", since="1.39")
    async def get_profile_for_user(self, localpart: str) -> dict[str, Any]:
        profile = await self.api.get_profile_for_user(localpart)
        return {"display_name": profile.display_name, "avatar_url": profile.avatar_url}

    @public("check_user_exists", since="0.25")
    async def check_user_exists(self, user_id: str) -> str | None:
        return await self.api.check_user_exists(user_id)

    @public("check_username", since="1.52")
    async def check_username(self, username: str) -> None:
        await self.api.check_username(username)

    @public("register_user", since="1.2")
    async def register_user(
        self, localpart: str, displayname: str | None, emails: list[str], admin: bool
    ) -> str:
        return await self.api.register_user(localpart, displayname, emails, admin)

    @public("set_displayname", since="1.76")
    async def set_displayname(self, user_id: str, new_displayname: str | None) -> None:
        # Synapse removes the name if the new one is empty.
        await self.api.set_displayname(UserID.from_string(user_id), new_displayname or "")

    @public("record_user_external_id", since="1.9")
    async def record_user_external_id(
        self, auth_provider_id: str, external_id: str, registered_user_id: str
    ) -> None:
        await self.api.record_user_external_id(auth_provider_id, external_id, registered_user_id)

    @public("get_user_ip_and_agents", since="1.44")
    async def get_user_ip_and_agents(self, user_id: str, since_ts: int) -> list[dict[str, Any]]:
        seen = await self.api.get_user_ip_and_agents(user_id, since_ts)
        return [
            {"ip": one.ip, "user_agent": one.user_agent, "last_seen": one.last_seen}
            for one in seen
        ]

    @public("get_monthly_active_users_by_service", since="1.61")
    async def get_monthly_active_users_by_service(
        self, start_timestamp: int | None, end_timestamp: int | None
    ) -> list[tuple[str, str]]:
        return await self.api.get_monthly_active_users_by_service(start_timestamp, end_timestamp)

    @private(
        "_hs.get_deactivate_account_handler().deactivate_account",
        purpose="deactivates the account, as the admin API does",
    )
    async def deactivate_user(self, user_id: str, erase: bool) -> None:
        await self.require_account(user_id)
        deactivate = self.private(
            "deactivate_user", "_hs.get_deactivate_account_handler().deactivate_account"
        )
        await deactivate(user_id, erase, create_requester(user_id), by_admin=True)

    @private("_store.set_user_locked_status", purpose="locks the account, as the admin API does")
    async def set_user_locked(self, user_id: str, locked: bool) -> None:
        await self.require_account(user_id)
        lock = self.private("set_user_locked", "_store.set_user_locked_status")
        await lock(user_id, locked)


def _app_service_id(requester: Any) -> str | None:
    """Older versions of Synapse store the application service itself."""
    if hasattr(requester, "app_service_id"):
        return requester.app_service_id
    service = requester.app_service
    return None if service is None else service.id
