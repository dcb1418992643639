"""Group `push`: notifications on users' devices."""

from __future__ import annotations

from typing import Any

from hsmod.requests.group import Group
from hsmod.requests.way import public


class Push(Group):
    """Notifications."""

    @public("send_http_push_notification", since="1.82")
    async def send_http_push_notification(
        self,
        user_id: str,
        device_id: str | None,
        content: dict[str, Any],
        tweaks: dict[str, Any] | None,
        default_payload: dict[str, Any] | None,
    ) -> dict[str, bool]:
        return await self.api.send_http_push_notification(
            user_id, device_id, content, tweaks, default_payload
        )

    @public("check_push_rule_actions", since="1.58")
    async def check_push_rule_actions(self, actions: list[Any]) -> None:
        self.api.check_push_rule_actions(actions)

    @public("set_push_rule_action", since="1.58")
    async def set_push_rule_action(
        self, user_id: str, scope: str, kind: str, rule_id: str, actions: list[Any]
    ) -> None:
        await self.api.set_push_rule_action(user_id, scope, kind, rule_id, actions)
