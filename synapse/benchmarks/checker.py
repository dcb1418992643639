"""Refuses actions of users on a list, as the plugin ``bench_checker`` does natively."""

from __future__ import annotations

from typing import Any

from synapse.events import EventBase
from synapse.module_api import NOT_SPAM, ModuleApi
from synapse.module_api.errors import Codes
from synapse.types import StateMap


class Checker:
    """The module; its config is that of the plugin."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        self._evil_users = frozenset(config["evil_users"])
        self._looks_at = config.get("looks_at")
        self._word = config.get("word")
        name = config["callback"]
        if name == "check_event_allowed":
            api.register_third_party_rules_callbacks(check_event_allowed=self.check_event_allowed)
        else:
            api.register_spam_checker_callbacks(**{name: getattr(self, name)})

    async def check_event_for_spam(self, event: EventBase) -> Any:
        """Checks the body instead of the sender if there is a word to search for."""
        if self._word is not None:
            return Codes.FORBIDDEN if self._word in event.content["body"] else NOT_SPAM
        return Codes.FORBIDDEN if event.sender in self._evil_users else NOT_SPAM

    async def user_may_invite(self, inviter: str, invitee: str, room_id: str) -> Any:
        return Codes.FORBIDDEN if inviter in self._evil_users else NOT_SPAM

    async def check_event_allowed(
        self, event: EventBase, state_events: StateMap[EventBase]
    ) -> tuple[bool, dict[str, Any] | None]:
        """Also denies if the entry that it checks is missing."""
        missing = self._looks_at is not None and (self._looks_at, "") not in state_events
        return not (missing or event.sender in self._evil_users), None
