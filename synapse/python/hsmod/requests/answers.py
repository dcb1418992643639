"""Answers requests: finds the method by name, runs it, and passes the outcome on."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, Awaitable, Callable, Protocol

from twisted.internet.defer import CancelledError

from synapse.module_api import ModuleApi, SynapseRequest, run_in_background
from synapse.module_api.errors import (
    InvalidRuleException,
    RuleNotFoundException,
    SynapseError,
)

from hsmod.reactor import in_background
from hsmod.requests.account_data import AccountData
from hsmod.requests.caches import Caches
from hsmod.requests.events import Events
from hsmod.requests.group import Group, Unsupported
from hsmod.requests.logins import Logins
from hsmod.requests.mail import UNCONFIGURED, Mail, is_configured
from hsmod.requests.membership import Membership
from hsmod.requests.presence import Presence
from hsmod.requests.public_rooms import PublicRooms
from hsmod.requests.push import Push
from hsmod.requests.rooms import Rooms
from hsmod.requests.threepids import Threepids
from hsmod.requests.users import Users
from hsmod.requests.way import WAYS

logger = logging.getLogger(__name__)

GROUPS: tuple[type[Group], ...] = (
    Users,
    Logins,
    Rooms,
    Events,
    Membership,
    AccountData,
    Threepids,
    Presence,
    Push,
    PublicRooms,
    Caches,
    Mail,
)


class Reply(Protocol):
    """The native part's receiver of an outcome. Exactly one method is called, once."""

    def answer(self, json: str) -> None: ...

    def refuse(self, status: int, errcode: str, message: str, fields: str) -> None: ...

    def fail(self, message: str) -> None: ...

    def cancelled(self) -> None: ...

    def unsupported(self, message: str) -> None: ...


class Answers:
    """The answers of one homeserver."""

    def __init__(self, api: ModuleApi, own_requests: Mapping[int, SynapseRequest]) -> None:
        self._api = api
        self._methods: dict[str, Callable[..., Awaitable[Any]]] = {}
        for make in GROUPS:
            group = make(api, own_requests)
            for name in WAYS[make.__name__]:
                self._methods[name] = getattr(group, name)

    def unanswered(self) -> dict[str, str]:
        """The requests that this Synapse cannot answer, each with the reason."""
        lacking: dict[str, str] = {}
        for ways in WAYS.values():
            for name, way in ways.items():
                why = way.lacks(self._api)
                if why is not None:
                    lacking[name] = why
        if "send_mail" not in lacking and not is_configured(self._api):
            lacking["send_mail"] = UNCONFIGURED
        return lacking

    def begin(self, name: str, arguments: str, reply: Reply) -> None:
        """Begins to answer a request, in the logging context of the caller.

        If Synapse can answer without waiting, the outcome is passed on before this returns.
        """
        run_in_background(self._run, name, arguments, reply)

    def begin_elsewhere(self, name: str, arguments: str, reply: Reply) -> None:
        """Begins to answer a request that does not belong to a current operation of Synapse."""
        in_background(self._api, f"hsmod_{name}", self._run, name, arguments, reply)

    async def _run(self, name: str, arguments: str, reply: Reply) -> None:
        """Answers, and never raises: a background process would only log the error."""
        try:
            answer = await self._methods[name](**json.loads(arguments))
            reply.answer(to_json(answer))
        except Exception as error:
            tell(error, name, reply)


def tell(error: Exception, name: str, reply: Reply) -> None:
    """Passes the failure of a request to the native part."""
    if isinstance(error, CancelledError):
        reply.cancelled()
    elif isinstance(error, Unsupported):
        reply.unsupported(str(error))
    elif isinstance(error, SynapseError):
        # The fields that a client would see.
        fields = dict(error.error_dict(None))
        errcode = fields.pop("errcode", error.errcode)
        message = str(fields.pop("error", error.msg))
        # Synapse's own codes are members of an enum.
        reply.refuse(int(error.code), getattr(errcode, "value", errcode), message, to_json(fields))
    elif isinstance(error, RuleNotFoundException):
        reply.refuse(404, "M_NOT_FOUND", str(error) or "There is no such rule", "{}")
    elif isinstance(error, InvalidRuleException):
        reply.refuse(400, "M_INVALID_PARAM", str(error), "{}")
    else:
        logger.debug("The request %s of a native module failed", name, exc_info=error)
        reply.fail(f"{name}: {type(error).__name__}: {error}")


def to_json(value: Any) -> str:
    """JSON text; also accepts Synapse's frozen mappings."""
    return json.dumps(value, default=_plain, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
