"""The base class of all groups of requests."""

from __future__ import annotations

from typing import Any, Mapping

from synapse.module_api import ModuleApi, SynapseRequest, UserID
from synapse.module_api.errors import Codes, SynapseError

from hsmod.requests.way import WAYS


class Unsupported(Exception):
    """This Synapse cannot answer a request; the message names it, and what is missing."""


class Group:
    """A group of requests, answered through `ModuleApi`."""

    def __init__(self, api: ModuleApi, own_requests: Mapping[int, SynapseRequest]) -> None:
        self.api = api
        # The requests that web resources are answering, by the numbers of the native part.
        self.own_requests = own_requests

    def private(self, request: str, path: str) -> Any:
        """The private attribute at `path`, which `request` must name in its decorator.

        Raises:
            Unsupported: this Synapse does not have the attribute.
        """
        way = WAYS[type(self).__name__][request]
        assert path in way.paths, f"{request} does not name {path}"
        found: Any = self.api
        for name in path.split("."):
            try:
                found = getattr(found, name.removesuffix("()"))
            except AttributeError:
                raise Unsupported(way.without(path)) from None
            if name.endswith("()"):
                found = found()
        return found

    async def require_account(self, user_id: str) -> None:
        """Refuses users of other homeservers, and those who have no account."""
        UserID.from_string(user_id)
        if not self.api.is_mine(user_id):
            raise SynapseError(
                400, f"{user_id} is a user of another homeserver", Codes.INVALID_PARAM
            )
        if await self.api.get_userinfo_by_id(user_id) is None:
            raise SynapseError(404, f"{user_id} has no account here", Codes.NOT_FOUND)
