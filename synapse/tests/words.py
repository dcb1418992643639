"""Values and exceptions of Python in the words of the scripts: JSON, in which an object with the
key `$` stands for what JSON lacks. `tests/data/README.md` describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synapse.api.errors import (
    AuthError,
    Codes,
    InvalidClientCredentialsError,
    NotFoundError,
    SynapseError,
)
from synapse.api.presence import UserPresenceState
from synapse.events.presence_router import PresenceRouter
from synapse.module_api import NOT_SPAM
from synapse.module_api.callbacks.media_repository_callbacks import MediaUploadLimit
from synapse.module_api.callbacks.ratelimit_callbacks import RatelimitOverride
from synapse.spam_checker_api import RegistrationBehaviour
from twisted.internet.defer import CancelledError


class Opaque:
    """A value that no callback may return."""


async def on_login(_response: Mapping[str, Any]) -> None:
    """The value `callable` of scripts: does nothing after a login."""


def value(word: Any) -> Any:
    """Converts a script's value into a Python value."""
    if isinstance(word, list):
        return [value(item) for item in word]
    if not isinstance(word, dict):
        return word
    kind = word.get("$")
    if kind is None:
        return {key: value(item) for key, item in word.items()}
    inner = word.get("v")
    simple = {
        "NOT_SPAM": lambda: NOT_SPAM,
        "ALL_USERS": lambda: PresenceRouter.ALL_USERS,
        "Codes": lambda: Codes[inner],
        "RegistrationBehaviour": lambda: RegistrationBehaviour[inner],
        "tuple": lambda: tuple(value(inner)),
        "set": lambda: {value(item) for item in inner},
        "pairs": lambda: {value(key): value(item) for key, item in inner},
        "bytes": lambda: inner.encode("latin1"),
        "presence": lambda: UserPresenceState.default(inner),
        "callable": lambda: on_login,
        "object": Opaque,
        "RatelimitOverride": lambda: RatelimitOverride(word["per_second"], word["burst_count"]),
        "MediaUploadLimit": lambda: upload_limit(word),
    }
    return simple[kind]()


def upload_limit(word: Mapping[str, Any]) -> MediaUploadLimit:
    """A limit on uploads; omitted members have the defaults of Synapse's class."""
    return MediaUploadLimit(**{key: item for key, item in word.items() if key != "$"})


def written(answer: Any) -> Any:
    """Converts a Python value into a script's notation: the inverse of `value`."""
    if answer is NOT_SPAM:
        return {"$": "NOT_SPAM"}
    if isinstance(answer, Codes):
        return {"$": "Codes", "v": answer.name}
    if isinstance(answer, RegistrationBehaviour):
        return {"$": "RegistrationBehaviour", "v": answer.name}
    if answer == PresenceRouter.ALL_USERS:
        return {"$": "ALL_USERS"}
    if answer is None or isinstance(answer, (bool, int, float, str)):
        return answer
    if isinstance(answer, tuple):
        return {"$": "tuple", "v": [written(item) for item in answer]}
    if isinstance(answer, list):
        return [written(item) for item in answer]
    if isinstance(answer, (set, frozenset)):
        return {"$": "set", "v": sorted((written(item) for item in answer), key=str)}
    if isinstance(answer, Mapping):
        return written_mapping(answer)
    return written_object(answer)


def written_mapping(answer: Mapping[Any, Any]) -> Any:
    """A dict; a list of pairs if a key is not a string, which JSON does not allow."""
    if all(isinstance(key, str) for key in answer):
        return {str(key): written(item) for key, item in answer.items()}
    return {"$": "pairs", "v": [[written(key), written(item)] for key, item in answer.items()]}


def written_object(answer: Any) -> Any:
    """An object of a class that the scripts know, or of any other class."""
    if isinstance(answer, bytes):
        return {"$": "bytes", "v": answer.decode("latin1")}
    if isinstance(answer, UserPresenceState):
        return {"$": "presence", "v": answer.user_id}
    if isinstance(answer, RatelimitOverride):
        per_second, burst_count = answer.per_second, answer.burst_count
        return {"$": "RatelimitOverride", "per_second": per_second, "burst_count": burst_count}
    if isinstance(answer, MediaUploadLimit):
        names = ("max_bytes", "time_period_ms", "info_uri", "can_upgrade")
        return {"$": "MediaUploadLimit", **{name: getattr(answer, name) for name in names}}
    return {"$": "callable" if callable(answer) else "object"}


def exception(outcome: Mapping[str, Any]) -> BaseException:
    """The exception that an outcome raises. Those that scripts say no more of are plain failures,
    whatever their class."""
    name, message = outcome["raise"], outcome.get("msg", "")
    errcode = Codes[outcome.get("errcode", "UNKNOWN")]
    if name in ("SynapseError", "AuthError"):
        family = SynapseError if name == "SynapseError" else AuthError
        return family(outcome.get("code", 403), message, errcode, outcome.get("additional"))
    if name == "NotFoundError":
        return NotFoundError(message)
    if name == "InvalidClientCredentialsError":
        return InvalidClientCredentialsError(message, Codes.FORBIDDEN)
    if name == "CancelledError":
        return CancelledError(message)
    base = BaseException if name in ("BaseException", "AsyncioCancelledError") else Exception
    return type(name, (base,), {})(message)


def written_exception(error: BaseException) -> dict[str, Any]:
    """An exception, in the notation of the scenarios' answers."""
    raised: dict[str, Any] = {"type": type(error).__name__, "msg": str(error)}
    if isinstance(error, SynapseError):
        raised |= {"code": error.code, "msg": error.msg, "errcode": str.__str__(error.errcode)}
        if error._additional_fields:
            raised["additional"] = error._additional_fields
    return {"raised": raised}
