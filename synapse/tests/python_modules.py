"""Python modules that run together with native ones in the homeservers of tests."""

from __future__ import annotations

import json
from typing import Any

from synapse.api.room_versions import RoomVersions
from synapse.events import make_event_from_dict
from synapse.module_api import NOT_SPAM, DirectServeJsonResource, ModuleApi
from synapse.module_api.errors import Codes
from synapse.spam_checker_api import RegistrationBehaviour


class AgainstAlice:
    """Refuses registrations with the name alice."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register_spam_checker_callbacks(check_registration_for_spam=self.check)

    async def check(
        self, threepid: Any, username: str | None, info: Any, provider: str | None = None
    ) -> RegistrationBehaviour:
        """Asked before each registration."""
        alice = username == "alice"
        return RegistrationBehaviour.DENY if alice else RegistrationBehaviour.ALLOW


class Denies:
    """Refuses new rooms with `config["with"]`."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        self.fields = {"org.example.by": config["with"]}
        api.register_spam_checker_callbacks(user_may_create_room=self.deny)

    async def deny(self, user_id: str) -> tuple[Codes, dict[str, Any]]:
        """Asked before each new room."""
        return Codes.FORBIDDEN, self.fields


class Raises:
    """Fails in the callbacks of the native `bad_panics`, and in a web resource."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register_spam_checker_callbacks(check_event_for_spam=self.fail)
        api.register_third_party_rules_callbacks(
            check_event_allowed=self.fail,
            check_can_shutdown_room=self.fail,
            on_new_event=self.fail,
        )
        api.register_web_resource("/_synapse/client/bad_panics", FailingResource())

    async def fail(self, *arguments: Any) -> Any:
        """In the usual way."""
        raise RuntimeError("the list of users is empty")


class FailingResource(DirectServeJsonResource):
    """Fails on each request."""

    async def _async_render_GET(self, request: Any) -> tuple[int, Any]:
        raise RuntimeError("the list of users is empty")


class Answers:
    """Denies rooms and replaces messages as the native `bad_answers` does."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        self.config = config
        api.register_spam_checker_callbacks(user_may_create_room=self.deny)
        api.register_third_party_rules_callbacks(check_event_allowed=self.replace)

    async def deny(self, user_id: str) -> Any:
        """With fields, which may be many and in the way."""
        denial = self.config.get("denial")
        if denial is None:
            return NOT_SPAM
        fields = dict(denial.get("fields", {}))
        if "errcode" in denial:
            fields["errcode"] = denial["errcode"]
        if "bytes" in denial:
            fields["error"] = "x" * denial["bytes"]
        return Codes.FORBIDDEN, fields

    async def replace(self, event: Any, state: Any) -> tuple[bool, dict[str, Any] | None]:
        """A message by a longer one."""
        if "content_bytes" not in self.config or event.type != "m.room.message":
            return True, None
        content = {"msgtype": "m.text", "body": "x" * self.config["content_bytes"]}
        return True, {**event.get_dict(), "content": content}


class FederatedInvites(DirectServeJsonResource):
    """`GET /_synapse/client/federated_invite`: asks the modules about an invite by federation.

    No other homeserver is at hand to send it.
    """

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        super().__init__()
        self._checker = api._hs.get_module_api_callbacks().spam_checker
        api.register_web_resource("/_synapse/client/federated_invite", self)

    async def _async_render_GET(self, request: Any) -> tuple[int, Any]:
        invite = {
            "type": "m.room.member",
            "room_id": "!room:example.org",
            "sender": "@stranger:example.org",
            "state_key": "@alice:localhost",
            "content": {"membership": "invite", "displayname": "Alice"},
            "origin_server_ts": 1700000000000,
            "depth": 7,
            "auth_events": [],
            "prev_events": [],
            "hashes": {"sha256": "x"},
            "signatures": {"example.org": {"ed25519:1": "x"}},
            "unsigned": {"invite_room_state": [{"type": "m.room.name", "state_key": ""}]},
        }
        event = make_event_from_dict(invite, RoomVersions.V11)
        verdict = await self._checker.federated_user_may_invite(event)
        return 200, {"verdict": json.loads(json.dumps(verdict))}
