"""A module that registers every callback of Synapse and gives neutral answers.

There is a Python version here and a native one (the test plugin ``scripted``). Both take their
answers from one table, so that they cannot diverge.
"""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Awaitable, Callable

from synapse.api.errors import Codes
from synapse.module_api import NOT_SPAM, ModuleApi
from synapse.spam_checker_api import RegistrationBehaviour

#: The neutral answer of each callback, by category; values that JSON lacks are objects with the key
#: ``$``. With these answers a homeserver behaves as without modules.
#:
#: The batch sizes are the defaults of the homeserver.
NEUTRAL: dict[str, dict[str, Any]] = {
    "spam_checker": {
        "check_event_for_spam": {"$": "NOT_SPAM"},
        "should_drop_federated_event": False,
        "user_may_join_room": {"$": "NOT_SPAM"},
        "user_may_invite": {"$": "NOT_SPAM"},
        "federated_user_may_invite": {"$": "NOT_SPAM"},
        "user_may_send_3pid_invite": {"$": "NOT_SPAM"},
        "user_may_create_room": {"$": "NOT_SPAM"},
        "user_may_create_room_alias": {"$": "NOT_SPAM"},
        "user_may_publish_room": {"$": "NOT_SPAM"},
        "user_may_send_state_event": {"$": "NOT_SPAM"},
        "check_username_for_spam": False,
        "check_registration_for_spam": {"$": "RegistrationBehaviour", "v": "ALLOW"},
        "check_media_file_for_spam": {"$": "NOT_SPAM"},
        "check_login_for_spam": {"$": "NOT_SPAM"},
    },
    "third_party_rules": {
        "check_event_allowed": {"$": "tuple", "v": [True, None]},
        "on_create_room": None,
        "check_threepid_can_be_invited": True,
        "check_visibility_can_be_modified": True,
        "on_new_event": None,
        "check_can_shutdown_room": True,
        "check_can_deactivate_user": True,
        "on_profile_update": None,
        "on_user_deactivation_status_changed": None,
        "on_threepid_bind": None,
        "on_add_user_third_party_identifier": None,
        "on_remove_user_third_party_identifier": None,
    },
    "account_validity": {
        "is_user_expired": None,
        "on_user_registration": None,
        "on_user_login": None,
        "on_legacy_send_mail": None,
        "on_legacy_renew": {"$": "tuple", "v": [False, False, 0]},
        "on_legacy_admin_request": 0,
    },
    "presence_router": {
        "get_users_for_states": {},
        "get_interested_users": {"$": "set", "v": []},
    },
    "password_auth_provider": {
        "check_auth": None,
        "check_3pid_auth": None,
        "on_logged_out": None,
        "get_username_for_registration": None,
        "get_displayname_for_registration": None,
        "is_3pid_allowed": True,
    },
    "background_update_controller": {
        "on_update": 100,
        "default_batch_size": 100,
        "min_batch_size": 1,
    },
    "account_data": {"on_account_data_updated": None},
    "add_extra_fields_to_unsigned_client_event": {"add_field_to_unsigned_callback": {}},
    "media_repository": {
        "get_media_config_for_user": None,
        "is_user_allowed_to_upload_media_of_size": True,
        "get_media_upload_limits_for_user": None,
        "on_media_upload_limit_exceeded": None,
    },
    "ratelimit": {"get_ratelimit_override_for_user": None},
    "federation": {"on_event_delivered_over_federation": None},
}

#: A denial, for the callback that is to make Synapse's tests fail.
DENIAL = {"$": "Codes", "v": "FORBIDDEN"}


def outcomes(denied: str | None) -> dict[str, Any]:
    """The answer of each callback; the callback ``denied`` gets a denial."""
    neutral = {name: value for category in NEUTRAL.values() for name, value in category.items()}
    if denied is not None and denied not in neutral:
        raise ValueError(f"there is no callback `{denied}`")
    return neutral | ({} if denied is None else {denied: DENIAL})


def entry(kind: str, denied: str | None) -> dict[str, Any] | None:
    """The entry of ``modules`` in a homeserver's config for the module of this kind."""
    if kind == "none":
        return None
    if kind == "python":
        return {"module": f"{__name__}.Neutral", "config": {"outcomes": outcomes(denied)}}
    script = {callback: {"return": value} for callback, value in outcomes(denied).items()}
    return {
        "module": "hsmod.Modules",
        "config": {
            "plugins_dir": os.environ["HSMOD_TEST_PLUGINS"],
            "verify": {"permissions": "warn"},
            "modules": [{"module": "scripted", "config": {"outcomes": script}}],
        },
    }


class Neutral:
    """The Python module."""

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        given = config["outcomes"]
        for category, names in NEUTRAL.items():
            callbacks = {name: _callback(name, _python(given[name])) for name in names}
            if "check_auth" in callbacks:
                check_auth = callbacks.pop("check_auth")
                callbacks["auth_checkers"] = {("m.login.password", ("password",)): check_auth}
            getattr(api, f"register_{category}_callbacks")(**callbacks)

    @staticmethod
    def parse_config(config: dict[str, Any]) -> dict[str, Any]:
        """Accepts any config, since it comes from this file."""
        return config


def _callback(name: str, value: Any) -> Callable[..., Any]:
    """A callback that returns this value."""
    if name == "on_update":
        return _update(value)
    # Synapse passes these two the arguments of native callbacks, which take all of them.
    if name == "user_may_create_room":

        async def user_may_create_room(user_id: str, room_config: dict[str, Any]) -> Any:
            return value

        return user_may_create_room
    if name == "check_username_for_spam":

        async def check_username_for_spam(user_profile: Any, requester_id: str) -> Any:
            return value

        return check_username_for_spam

    async def callback(*arguments: Any) -> Any:
        return value

    return callback


def _update(duration_ms: int) -> Callable[..., Any]:
    """The callback that returns a context manager around the batch of an update."""

    @asynccontextmanager
    async def on_update(update_name: str, database: str, oneshot: bool) -> AsyncIterator[int]:
        yield duration_ms

    return on_update


def _python(outcome: Any) -> Any:
    """The Python value of a row of the table."""
    match outcome:
        case {"$": "NOT_SPAM"}:
            return NOT_SPAM
        case {"$": "Codes", "v": name}:
            return Codes[name]
        case {"$": "RegistrationBehaviour", "v": name}:
            return RegistrationBehaviour[name]
        case {"$": "tuple", "v": items}:
            return tuple(items)
        case {"$": "set", "v": items}:
            return set(items)
        case _:
            return outcome
