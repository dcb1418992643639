"""The outcomes that the rows name, in the notation of scripts."""

from __future__ import annotations

from typing import Any

Outcome = dict[str, Any]


def returned(value: Any) -> Outcome:
    return {"return": value}


def code(name: str) -> Any:
    return {"$": "Codes", "v": name}


def pair(*items: Any) -> Any:
    return {"$": "tuple", "v": list(items)}


def behaviour(name: str) -> Outcome:
    return returned({"$": "RegistrationBehaviour", "v": name})


def upload_limit(**fields: Any) -> Any:
    limit = {"max_bytes": 1, "time_period_ms": 3_600_000, "info_uri": None, "can_upgrade": False}
    return {"$": "MediaUploadLimit", **limit, **fields}


NOT_SPAM = {"$": "NOT_SPAM"}
THIRD = "@third:localhost"
TEAPOT = {
    "raise": "SynapseError",
    "code": 418,
    "msg": "teapot",
    "errcode": "BAD_JSON",
    "additional": {"k": 1},
}
SUSPENDED = pair(
    code("USER_ACCOUNT_SUSPENDED"),
    {"org.x.why": "because", "error": "OVERRIDE", "errcode": "X"},
)

# The outcomes by their name in the rows.
OUTCOMES: dict[str, Outcome] = {
    "all NOT_SPAM": returned(NOT_SPAM),
    "Codes.LIMIT_EXCEEDED": returned(code("LIMIT_EXCEEDED")),
    "Codes.FORBIDDEN": returned(code("FORBIDDEN")),
    "(Codes.USER_ACCOUNT_SUSPENDED, {org.x.why, error, errcode})": returned(SUSPENDED),
    "False": returned(False),
    "True": returned(True),
    "1 (truthy)": returned(1),
    "None": returned(None),
    "None (invalid)": returned(None),
    "str 'buy less'": returned("buy less"),
    "raise RuntimeError": {"raise": "RuntimeError", "msg": "boom"},
    "raise SynapseError(418, 'teapot', BAD_JSON, {k})": TEAPOT,
    "raise SynapseError 418": TEAPOT,
    "ALLOW": behaviour("ALLOW"),
    "DENY": behaviour("DENY"),
    "SHADOW_BAN": behaviour("SHADOW_BAN"),
    "(True, None)": returned(pair(True, None)),
    "(False, None)": returned(pair(False, None)),
    "(None, None)": returned(pair(None, None)),
    "True (not a tuple)": returned(True),
    "(True, {}) empty replacement": returned(pair(True, {})),
    "mutated": {"mutate": {"arg": 1, "set": {"name": "RENAMED"}}, "return": NOT_SPAM},
    "(user, None)": returned(pair(THIRD, None)),
    "(user, callback)": returned(pair(THIRD, {"$": "callable"})),
    "(nonexistent user, None)": returned(pair("@nobody:localhost", None)),
    "str (wrong type)": returned(THIRD),
    "'chosen1'": returned("chosen1"),
    "'Disp'": returned("Disp"),
    "3 (ignored)": returned(3),
    "{'m.upload.size': 5}": returned({"m.upload.size": 5}),
    "[]": returned([]),
    "[limit 1 byte]": returned([upload_limit(info_uri="https://x/")]),
    "[limit 1 byte, no uri, can_upgrade]": returned([upload_limit(can_upgrade=True)]),
    "{'org.x': 1, 'age': 5}": returned({"org.x": 1, "age": 5}),
}

# The outcomes of `get_ratelimit_override_for_user` are named after their effect.
SLOWLY = returned({"$": "RatelimitOverride", "per_second": 0.001, "burst_count": 1})

# The differences of a replacement from the original event.
REPLACEMENTS: dict[str, dict[str, Any]] = {
    "(True, dict) content edited": {},
    "content edited": {},
    "(True, dict) type changed": {"type": "org.example.other"},
    "(True, dict) sender changed to remote": {"sender": "@somebody:remote.org"},
    "(True, dict) sender changed to another local user": {"sender": THIRD},
    "(True, dict) content contains a float": {
        "content": {"msgtype": "m.text", "body": "REPLACED2", "float": 1.5}
    },
}


def outcome(label: str, room_id: str) -> Outcome:
    """The scripted outcome for the name in a row."""
    if label in REPLACEMENTS:
        event = {
            "type": "m.room.message",
            "room_id": room_id,
            "sender": "@good:localhost",
            "origin_server_ts": 1,
            "content": {"msgtype": "m.text", "body": "REPLACED2"},
        }
        return returned(pair(True, event | REPLACEMENTS[label]))
    return OUTCOMES[label]


def neutral(callback: str) -> Outcome:
    """The answer with which a callback changes nothing."""
    if callback == "check_registration_for_spam":
        return behaviour("ALLOW")
    if callback == "check_event_allowed":
        return returned(pair(True, None))
    if callback == "is_user_allowed_to_upload_media_of_size":
        return returned(True)
    if callback in ("check_username_for_spam", "should_drop_federated_event"):
        return returned(False)
    if "_may_" in callback or callback.endswith("_for_spam"):
        return returned(NOT_SPAM)
    if callback == "add_field_to_unsigned_callback":
        return returned({})
    return returned(None)
