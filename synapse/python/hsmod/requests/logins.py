"""Group `logins`: devices, access tokens, login tokens, registration tokens."""

from __future__ import annotations

import secrets
import string
from typing import Any

from synapse.module_api.errors import Codes, SynapseError

from hsmod.requests.browser import Browser
from hsmod.requests.group import Group
from hsmod.requests.way import private, public

# The characters allowed in a registration token, as in Synapse's admin API.
LETTERS = string.ascii_letters + string.digits + "._~-"
LENGTH = 16
LENGTH_MAX = 64

TOKEN = "_auth.get_user_by_access_token"
DELETE_DEVICES = "_device_handler.delete_devices"
DELETE_TOKEN = "_auth_handler.delete_access_token"


class Logins(Group):
    """Logins."""

    @public("register_device", since="1.2")
    async def register_device(
        self, user_id: str, device_id: str | None, initial_display_name: str | None
    ) -> dict[str, Any]:
        device_id, access_token, valid_until_ms, refresh_token = await self.api.register_device(
            user_id, device_id, initial_display_name
        )
        return {
            "device_id": device_id,
            "access_token": access_token,
            "valid_until_ms": valid_until_ms,
            "refresh_token": refresh_token,
        }

    @public("create_login_token", since="1.69")
    async def create_login_token(
        self,
        user_id: str,
        duration_in_ms: int,
        auth_provider_id: str | None,
        auth_provider_session_id: str | None,
    ) -> str:
        return await self.api.create_login_token(
            user_id, duration_in_ms, auth_provider_id, auth_provider_session_id
        )

    @private(
        TOKEN,
        DELETE_DEVICES,
        DELETE_TOKEN,
        purpose="does what `ModuleApi.invalidate_access_token` should do; that fails for every"
        " token, because it expects a mapping that Synapse no longer has",
    )
    async def invalidate_access_token(self, access_token: str) -> None:
        name = "invalidate_access_token"
        requester = await self.private(name, TOKEN)(access_token)
        if requester.device_id is not None:
            await self.private(name, DELETE_DEVICES)(
                requester.user.to_string(), [requester.device_id]
            )
        else:
            await self.private(name, DELETE_TOKEN)(access_token)

    @public("complete_sso_login_async", since="1.13")
    async def complete_sso_login_async(
        self,
        registered_user_id: str,
        client_redirect_url: str,
        new_user: bool,
        auth_provider_id: str | None,
    ) -> str:
        browser = Browser()
        provider = {} if auth_provider_id is None else {"auth_provider_id": auth_provider_id}
        await self.api.complete_sso_login_async(
            registered_user_id,
            browser,  # type: ignore[arg-type]
            client_redirect_url,
            new_user=new_user,
            **provider,
        )
        return browser.led_to(client_redirect_url)

    @private("_store.create_registration_token", purpose="keeps the token, as the admin API does")
    async def create_registration_token(
        self, token: str | None, uses_allowed: int | None, expiry_time: int | None
    ) -> dict[str, Any]:
        create = self.private("create_registration_token", "_store.create_registration_token")
        if token is None:
            token = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        _check_registration_token(token)
        if uses_allowed is not None and uses_allowed < 0:
            raise SynapseError(400, "uses_allowed is negative", Codes.INVALID_PARAM)
        if not await create(token, uses_allowed, expiry_time):
            raise SynapseError(400, "There is such a token already", Codes.INVALID_PARAM)
        return _registration_token(token, uses_allowed, 0, expiry_time)

    @private("_store.get_registration_tokens", purpose="reads the tokens, as the admin API does")
    async def get_registration_tokens(self) -> list[dict[str, Any]]:
        every = self.private("get_registration_tokens", "_store.get_registration_tokens")
        return [
            _registration_token(token, uses_allowed, completed, expiry_time)
            for token, uses_allowed, _pending, completed, expiry_time in await every(None)
        ]

    @private(
        "_store.delete_registration_token", purpose="removes the token, as the admin API does"
    )
    async def delete_registration_token(self, token: str) -> bool:
        delete = self.private("delete_registration_token", "_store.delete_registration_token")
        return bool(await delete(token))


def _check_registration_token(token: str) -> None:
    if not 0 < len(token) <= LENGTH_MAX or not set(token) <= set(LETTERS):
        raise SynapseError(
            400,
            f"A token has 1 to {LENGTH_MAX} of the letters A-Z a-z 0-9 . _ ~ -",
            Codes.INVALID_PARAM,
        )


def _registration_token(
    token: str, uses_allowed: int | None, completed: int, expiry_time: int | None
) -> dict[str, Any]:
    return {
        "token": token,
        "uses_allowed": uses_allowed,
        "completed": completed,
        "expiry_time": expiry_time,
    }
