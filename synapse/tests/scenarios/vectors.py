"""The value vectors as scenarios: the effect of one returned value or raised exception in a
callback, followed by a second module that changes nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from synapse.api.errors import Codes

import recorded
from scenarios import same
from visible.outcomes import behaviour, code, neutral, pair, returned, upload_limit

Outcome = dict[str, Any]

# The callbacks of the vectors' prefixes.
CATEGORIES = {
    "third_party": "third_party_rules",
    "password": "password_auth_provider",
    "presence": "presence_router",
    "media": "media_repository",
}


@dataclass
class Vector:
    """A row: its scenario, and the outcome in the notation of the vectors."""

    of: str
    scenario: dict[str, Any]
    result: Any
    second_called: bool


def states(*users: str) -> Any:
    """A set of presence states, for which the vectors write numbers: the names of the users."""
    return {"$": "set", "v": [{"$": "presence", "v": user} for user in users]}


def limit(time_period_ms: int) -> Any:
    return upload_limit(time_period_ms=time_period_ms)


EVENT = {"type": "m.room.member", "state_key": "@bob:example.com"}
ALICE, BOB = "@alice:example.com", "@bob:example.com"
ROOM = "!r:example.com"

# Any arguments will do; these are the arguments of all callbacks.
ARGS: dict[str, Any] = {
    **{name: ALICE for name in ("user", "user_id", "inviter", "requester_id", "username")},
    **{name: BOB for name in ("invitee",)},
    **{name: ROOM for name in ("room", "room_id")},
    **{name: {} for name in ("config", "content", "login_dict", "params", "uia_results")},
    "user_profile": {"user_id": BOB, "display_name": None, "avatar_url": None},
    "room_config": {},
    "room_alias": "#a:example.com",
    "event_type": "m.room.name",
    "state_key": "",
    "event": EVENT,
    "events": [EVENT],
    "users": [],
    "request_info": [],
    "medium": "email",
    "address": "a@example.com",
    "password": "password",
    "login_type": "m.login.password",
    "access_token": "token",
    "account_data_type": "m.direct",
    "new_visibility": "public",
    "limiter_name": "rc_message",
    "update_name": "update",
    "size": 1,
    "sent_bytes": 1,
    "attempted_bytes": 1,
    "limit": limit(1),
    "is_invited": False,
    "is_requester_admin": False,
    "registration": False,
    "by_admin": False,
    "deactivated": False,
    "deactivation": False,
    "legacy_enabled": False,
}

# The values of labels; other labels are strings in quotes.
VALUES: dict[str, Any] = {
    "NOT_SPAM": {"$": "NOT_SPAM"},
    "NOT_SPAM(other str object)": "NOT_SPAM",
    "True": True,
    "False": False,
    "None": None,
    "0": 0,
    "1": 1,
    "5": 5,
    "{}": {},
    "[]": [],
    "{..}2keys": {"a": 1, "b": 2},
    "{..}": {"m.upload.size": 1},
    "Codes.LIMIT": code("LIMIT_EXCEEDED"),
    "(Codes,dict)": pair(code("LIMIT_EXCEEDED"), {"a": 1}),
    "(Codes,)": pair(code("FORBIDDEN")),
    "[Codes,dict]": [code("FORBIDDEN"), {}],
    "(Codes,None)": pair(code("FORBIDDEN"), None),
    "('M_X',dict)": pair("M_X", {}),
    "ALLOW": behaviour("ALLOW")["return"],
    "DENY": behaviour("DENY")["return"],
    "SHADOW_BAN": behaviour("SHADOW_BAN")["return"],
    "(True,None)": pair(True, None),
    "(False,None)": pair(False, None),
    "(False,{})": pair(False, {}),
    "(True,{..})": pair(True, {"a": 1}),
    "(None,None)": pair(None, None),
    "(0,{..})": pair(0, {"a": 1}),
    "(True,'s')": pair(True, "s"),
    "(str,None)": pair("@a:b", None),
    "(str,callable)": pair("@a:b", {"$": "callable"}),
    "(str,)": pair("@a:b"),
    "(str,'x')": pair("@a:b", "x"),
    "['@a:b',None]": ["@a:b", None],
    "{u:{1}}": {"u": states("1")},
    "{u:[1]}": {"u": states("1")["v"]},
    "{a:{1},b:[1],c:{2}}": {"a": states("1"), "b": states("1")["v"], "c": states("2")},
    "set()": {"$": "set", "v": []},
    "{'x'}": {"$": "set", "v": ["x"]},
    "['x']": ["x"],
    # A separate class.
    "frozenset": {"$": "object"},
    "[5ms,9ms]": [limit(5), limit(9)],
    "(tuple)": pair(limit(5), limit(9)),
    "Override(0,0)": {"$": "RatelimitOverride", "per_second": 0.0, "burst_count": 0},
}


def outcome(label: str) -> Outcome:
    """The outcome of a module that a label describes."""
    if label == "raise SynapseError(429,LIMIT)":
        refusal = {"raise": "SynapseError", "code": 429, "errcode": "LIMIT_EXCEEDED"}
        return refusal | {"msg": "m"}
    if label.startswith("raise "):
        return {"raise": label.removeprefix("raise "), "msg": "m"}
    return returned(VALUES[label] if label in VALUES else ast.literal_eval(label))


def second(callback: str) -> Outcome:
    """The outcome of the second module, which lets further ones be asked."""
    own = {
        "get_users_for_states": {"u": states("9")},
        "get_interested_users": {"$": "set", "v": ["y"]},
    }
    return returned(own[callback]) if callback in own else neutral(callback)


def vector(category: str, callback: str, label: str, result: Any, called: bool) -> Vector:
    """A row of the files."""
    alone = label in ("no callbacks", "none registered")
    modules = [] if alone else [outcome(label), second(callback)]
    scenario = {"category": category, "callback": callback, "args": ARGS, "modules": modules}
    return Vector(f"{callback} {label}", scenario, result, called)


def vectors() -> Iterator[Vector]:
    """All rows."""
    spam = recorded.whole("conformance/value-vectors-spam.json")
    for callback, rows in spam.items():
        for label, row in rows.items():
            yield vector("spam_checker", callback, label, row["result"], row["second_called"])
    other = recorded.whole("conformance/value-vectors-other.json")
    for name, rows in other.items():
        prefix, callback = name.split(".", 1)
        for label, (result, called) in rows.items():
            yield vector(CATEGORIES.get(prefix, prefix), callback, label, result, called)


def recorded_result(callback: str, result: Any) -> Any:
    """The relevant part of a recorded result; exceptions begin with `EXC:`."""
    if not isinstance(result, str) or not result.startswith("EXC:"):
        # The vectors contain the Python representation of an override.
        shown = str(result).startswith(("None", "RatelimitOverride("))
        return same.counted(callback, result if shown else same.typed(callback, result))
    kind, *rest = result.removeprefix("EXC:").split(" ", 3)
    if kind != "SynapseError":
        return "failed"
    status, name, message = rest
    errcode = str.__str__(Codes[name.removeprefix("Codes.")])
    return {"refused": {"code": int(status), "errcode": errcode, "msg": message}}


def written_result(callback: str, result: Any) -> Any:
    """A result of the test, in the notation of the vectors."""
    kind = result.get("$") if isinstance(result, dict) else None
    if callback in ("check_auth", "check_3pid_auth") and kind == "tuple":
        return "(tuple ok)"
    if callback == "get_users_for_states" and isinstance(result, dict) and kind is None:
        users = (f"'{user}': {{{', '.join(told(states))}}}" for user, states in result.items())
        return f"{{{', '.join(users)}}}"
    if callback == "get_media_upload_limits_for_user" and isinstance(result, list):
        return [limit["time_period_ms"] for limit in result]
    if callback == "get_ratelimit_override_for_user" and result is None:
        return "None"
    return plain(result, kind)


def told(states: Any) -> list[str]:
    """The users of a set of states."""
    return [state["v"] for state in states["v"]]


def plain(result: Any, kind: str | None) -> Any:
    """A result, converted into plain JSON."""
    if kind in ("tuple", "set"):
        return [written_result("", item) for item in result["v"]]
    if kind == "Codes":
        return str.__str__(Codes[result["v"]])
    if kind == "RegistrationBehaviour":
        return result["v"].lower()
    if kind == "RatelimitOverride":
        per_second, burst_count = result["per_second"], result["burst_count"]
        return f"RatelimitOverride(per_second={per_second}, burst_count={burst_count})"
    return {"NOT_SPAM": "NOT_SPAM", "ALL_USERS": "ALL"}.get(kind or "", result)
