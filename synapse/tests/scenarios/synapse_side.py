"""Synapse's own classes that combine the modules' answers, created for each scenario."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from synapse.events.presence_router import PresenceRouter
from synapse.events.utils import EventClientSerializer
from synapse.handlers.auth import PasswordAuthProvider
from synapse.module_api.callbacks import ModuleApiCallbacks
from synapse.storage.background_updates import BackgroundUpdater


class SynapseSide:
    """The classes that hold the registered callbacks, and through which Synapse calls them."""

    def __init__(self, hs: Any, state: dict[tuple[str, str], Any]) -> None:
        self.hs = hs
        self.callbacks = ModuleApiCallbacks(hs)
        self.presence_router = PresenceRouter(hs)
        self.password_auth_provider = PasswordAuthProvider()
        self.serializer = EventClientSerializer(hs)
        (database,) = hs.get_datastores().databases
        self.background_updates = BackgroundUpdater(hs, database)
        self.account_data = hs.get_account_data_handler()
        self.account_data._on_account_data_updated_callbacks = []
        self.account_validity = hs.get_account_validity_handler()
        self.account_validity._module_api_callbacks = self.callbacks.account_validity
        self._give_state(state)

    def _give_state(self, state: dict[tuple[str, str], Any]) -> None:
        """Any room has the state of the scenario."""

        async def current_state(*_args: Any, **_options: Any) -> dict[tuple[str, str], Any]:
            return state

        async def events(*_args: Any) -> dict[str, Any]:
            return {str(number): event for number, event in enumerate(state.values())}

        rules = self.third_party_rules
        controller = SimpleNamespace(get_current_state=current_state)
        rules._storage_controllers = SimpleNamespace(state=controller)
        rules.store = SimpleNamespace(get_events=events)

    @property
    def third_party_rules(self) -> Any:
        return self.callbacks.third_party_event_rules

    @contextmanager
    def registering(self) -> Iterator[Any]:
        """The `ModuleApi` of the homeserver, which registers with these."""
        api = self.hs.get_module_api()
        (database,) = self.hs.get_datastores().databases
        own = {
            "_callbacks": self.callbacks,
            "_presence_router": self.presence_router,
            "_password_auth_provider": self.password_auth_provider,
            "_event_serializer": self.serializer,
        }
        with (
            patch.multiple(api, **own),
            patch.object(database, "updates", self.background_updates),
        ):
            yield api
