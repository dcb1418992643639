"""Compares answers with the recorded ones."""

from __future__ import annotations

from typing import Any

# Notifications, whose order between modules is not defined.
NOTIFICATIONS = {
    "on_new_event",
    "on_profile_update",
    "on_user_deactivation_status_changed",
    "on_threepid_bind",
    "on_add_user_third_party_identifier",
    "on_remove_user_third_party_identifier",
    "on_logged_out",
    "on_account_data_updated",
    "on_event_delivered_over_federation",
}

# Callbacks of which Synapse uses only the truth value of the answer.
TRUTH = {
    "should_drop_federated_event",
    "is_user_expired",
    "is_user_allowed_to_upload_media_of_size",
    "check_username_for_spam",
}

# The argument that modules can change, if the caller uses the result.
LENT = {
    "on_create_room": "config",
    "user_may_create_room": "room_config",
    "user_may_send_state_event": "content",
    "check_username_for_spam": "user_profile",
}

UNTYPED = {"untyped": True}


def answer(callback: str, result: Any, called: list[int], after: Any) -> dict[str, Any]:
    """The relevant part of an answer: answers are the same if these parts are equal."""
    called = sorted(called) if callback in NOTIFICATIONS else called
    if callback == "register_auth_checkers" and "raised" in result:
        # After a refused start nothing else matters, however far it went.
        called = []
    # Without an answer, the result is Synapse's own.
    result = typed(callback, result) if called else result
    result = client_sees(result) if callback == "check_event_for_spam" else result
    return {
        "result": counted(callback, result),
        "called": called,
        "after": after if callback in LENT else None,
    }


def client_sees(result: Any) -> Any:
    """A denial with a message, which has two forms in `check_event_for_spam`: the message alone,
    and `Codes.FORBIDDEN` with the message as the client's field `error`."""
    if not isinstance(result, dict) or result.get("$") != "tuple":
        return result
    code, fields = result["v"] if len(result["v"]) == 2 else (None, None)
    forbidden = {"$": "Codes", "v": "FORBIDDEN"}
    if code == forbidden and isinstance(fields, dict) and list(fields) == ["error"]:
        return fields["error"]
    return result


def typed(callback: str, result: Any) -> Any:
    """Replaces values that Synapse passes on, but no typed callback can return."""
    return result if result == UNTYPED or can_be_returned(callback, result) else UNTYPED


def can_be_returned(callback: str, result: Any) -> bool:
    """Whether the type of the callback's answer includes this value."""
    kind = result.get("$") if isinstance(result, dict) else None
    if isinstance(result, dict) and "raised" in result:
        return True
    if callback in (
        "on_update",
        "default_batch_size",
        "min_batch_size",
        "on_legacy_admin_request",
    ):
        return type(result) is int
    if callback == "get_ratelimit_override_for_user":
        return result is None or kind == "RatelimitOverride"
    if callback == "get_media_config_for_user":
        return result is None or isinstance(result, dict) and kind is None
    if callback == "get_media_upload_limits_for_user":
        return result is None or isinstance(result, list)
    if callback == "on_legacy_send_mail":
        return result is None
    if callback == "on_legacy_renew":
        return kind == "tuple" and [type(item) for item in result["v"]] == [bool, bool, int]
    return True


def counted(callback: str, result: Any) -> Any:
    """The relevant part of a result."""
    raised = result.get("raised") if isinstance(result, dict) else None
    if raised is None:
        return truth(result) if callback in TRUTH else result
    # A refusal that clients see, whatever its type; everything else is a failure.
    if "code" in raised:
        return {"refused": {key: item for key, item in raised.items() if key != "type"}}
    return "failed"


def truth(result: Any) -> bool:
    """Whether the value with this notation is true in Python."""
    if isinstance(result, dict) and "$" in result:
        return bool(result["v"]) if result["$"] in ("tuple", "set", "pairs", "bytes") else True
    return bool(result)
