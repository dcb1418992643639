"""How Synapse calls each callback: one row each."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from synapse.events.utils import FilteredEvent

from scenarios.arguments import Arguments
from scenarios.synapse_side import SynapseSide

# The time at which events are sent to clients.
NOW = 1000


def named(part: str, callback: str, *names: str) -> Any:
    """Calls a callback with the scenario's arguments."""

    def ask(synapse: SynapseSide, given: Arguments) -> Any:
        asked = synapse
        for name in part.split("."):
            asked = getattr(asked, name)
        return getattr(asked, callback)(*[given[name] for name in names])

    return ask


def spam(callback: str, *names: str) -> Any:
    return named("callbacks.spam_checker", callback, *names)


def rules(callback: str, *names: str) -> Any:
    return named("third_party_rules", callback, *names)


def media(callback: str, *names: str) -> Any:
    return named("callbacks.media_repository", callback, *names)


def with_event(callback: str) -> Any:
    return lambda synapse, given: getattr(synapse.callbacks.spam_checker, callback)(given.event())


def legacy(callback: str, argument: Any) -> Any:
    """Synapse asks the only module that has registered the callback, or else acts itself."""

    async def ask(synapse: SynapseSide, given: Arguments) -> Any:
        asked = getattr(synapse.callbacks.account_validity, f"{callback}_callback")
        return None if asked is None else await asked(argument(given))

    return ask


async def check_event_allowed(synapse: SynapseSide, given: Arguments) -> Any:
    async def state_ids() -> dict[Any, str]:
        return {key: "" for key in given.state}

    context: Any = SimpleNamespace(get_prev_state_ids=state_ids)
    return await synapse.third_party_rules.check_event_allowed(given.event(), context)


async def on_new_event(synapse: SynapseSide, given: Arguments) -> Any:
    async def get_event(_event_id: str) -> Any:
        return given.event()

    synapse.third_party_rules.store.get_event = get_event
    return await synapse.third_party_rules.on_new_event("$event")


async def is_user_expired(synapse: SynapseSide, given: Arguments) -> Any:
    async def expired(_user_id: str, _now: int) -> bool:
        return given["legacy_expired"]

    handler = synapse.account_validity
    handler._account_validity_enabled = given["legacy_enabled"]
    handler.store = SimpleNamespace(is_account_expired=expired)
    return await handler.is_user_expired(given["user_id"])


async def register_auth_checkers(synapse: SynapseSide, _given: Arguments) -> Any:
    types = synapse.password_auth_provider.get_supported_login_types()
    return {login_type: list(fields) for login_type, fields in types.items()}


async def on_update(synapse: SynapseSide, given: Arguments) -> Any:
    updates = synapse.background_updates
    duration = updates._get_context_manager_for_update(
        False, given["update_name"], given["database_name"] or "main", given["oneshot"]
    )
    async with duration as milliseconds:
        return milliseconds


def batch_size(method: str) -> Any:
    async def ask(synapse: SynapseSide, given: Arguments) -> Any:
        asked = getattr(synapse.background_updates, method)
        return await asked(given["update_name"], given["database_name"] or "main")

    return ask


async def unsigned(synapse: SynapseSide, given: Arguments) -> Any:
    event = FilteredEvent(event=given.event(), membership=given["membership"])
    sent = await synapse.serializer.serialize_event(event, NOW)
    return {"unsigned": sent["unsigned"]}


ROWS: dict[str, Any] = {
    "check_event_for_spam": with_event("check_event_for_spam"),
    "should_drop_federated_event": with_event("should_drop_federated_event"),
    "user_may_join_room": spam("user_may_join_room", "user", "room", "is_invited"),
    "user_may_invite": spam("user_may_invite", "inviter", "invitee", "room_id"),
    "federated_user_may_invite": with_event("federated_user_may_invite"),
    "user_may_send_3pid_invite": spam(
        "user_may_send_3pid_invite", "inviter", "medium", "address", "room_id"
    ),
    "user_may_create_room": lambda synapse, given: (
        synapse.callbacks.spam_checker.user_may_create_room(
            given["user_id"], given.live("room_config")
        )
    ),
    "user_may_create_room_alias": spam("user_may_create_room_alias", "user_id", "room_alias"),
    "user_may_publish_room": spam("user_may_publish_room", "user_id", "room_id"),
    "user_may_send_state_event": lambda synapse, given: (
        synapse.callbacks.spam_checker.user_may_send_state_event(
            given["user_id"],
            given["room_id"],
            given["event_type"],
            given["state_key"],
            given.live("content"),
        )
    ),
    "check_username_for_spam": lambda synapse, given: (
        synapse.callbacks.spam_checker.check_username_for_spam(
            given.live("user_profile"), given["requester_id"]
        )
    ),
    "check_registration_for_spam": lambda synapse, given: (
        synapse.callbacks.spam_checker.check_registration_for_spam(
            given["email_threepid"],
            given["username"],
            given.clients(),
            given["auth_provider_id"],
        )
    ),
    "check_media_file_for_spam": lambda synapse, given: (
        synapse.callbacks.spam_checker.check_media_file_for_spam(given.file(), given.file_info())
    ),
    "check_login_for_spam": lambda synapse, given: (
        synapse.callbacks.spam_checker.check_login_for_spam(
            given["user_id"],
            given["device_id"],
            given["initial_display_name"],
            given.clients(),
            given["auth_provider_id"],
        )
    ),
    "check_event_allowed": check_event_allowed,
    "on_create_room": lambda synapse, given: synapse.third_party_rules.on_create_room(
        given.requester(), given.live("config"), given["is_requester_admin"]
    ),
    "check_threepid_can_be_invited": rules(
        "check_threepid_can_be_invited", "medium", "address", "room_id"
    ),
    "check_visibility_can_be_modified": rules(
        "check_visibility_can_be_modified", "room_id", "new_visibility"
    ),
    "on_new_event": on_new_event,
    "check_can_shutdown_room": rules("check_can_shutdown_room", "user_id", "room_id"),
    "check_can_deactivate_user": rules("check_can_deactivate_user", "user_id", "by_admin"),
    "on_profile_update": lambda synapse, given: synapse.third_party_rules.on_profile_update(
        given["user_id"], given.profile(), given["by_admin"], given["deactivation"]
    ),
    "on_user_deactivation_status_changed": rules(
        "on_user_deactivation_status_changed", "user_id", "deactivated", "by_admin"
    ),
    "on_threepid_bind": rules("on_threepid_bind", "user_id", "medium", "address"),
    "on_add_user_third_party_identifier": rules(
        "on_add_user_third_party_identifier", "user_id", "medium", "address"
    ),
    "on_remove_user_third_party_identifier": rules(
        "on_remove_user_third_party_identifier", "user_id", "medium", "address"
    ),
    "is_user_expired": is_user_expired,
    "on_user_registration": named("account_validity", "on_user_registration", "user_id"),
    "on_user_login": named(
        "account_validity", "on_user_login", "user_id", "auth_provider_type", "auth_provider_id"
    ),
    "on_legacy_send_mail": legacy("on_legacy_send_mail", lambda given: given["user_id"]),
    "on_legacy_renew": legacy("on_legacy_renew", lambda given: given["token"]),
    "on_legacy_admin_request": legacy("on_legacy_admin_request", Arguments.request),
    "get_users_for_states": lambda synapse, given: synapse.presence_router.get_users_for_states(
        given.users()
    ),
    "get_interested_users": named("presence_router", "get_interested_users", "user_id"),
    "check_auth": named(
        "password_auth_provider", "check_auth", "username", "login_type", "login_dict"
    ),
    "check_3pid_auth": named(
        "password_auth_provider", "check_3pid_auth", "medium", "address", "password"
    ),
    "register_auth_checkers": register_auth_checkers,
    "on_logged_out": named(
        "password_auth_provider", "on_logged_out", "user_id", "device_id", "access_token"
    ),
    "get_username_for_registration": named(
        "password_auth_provider", "get_username_for_registration", "uia_results", "params"
    ),
    "get_displayname_for_registration": named(
        "password_auth_provider", "get_displayname_for_registration", "uia_results", "params"
    ),
    "is_3pid_allowed": named(
        "password_auth_provider", "is_3pid_allowed", "medium", "address", "registration"
    ),
    "on_update": on_update,
    "default_batch_size": batch_size("_default_batch_size"),
    "min_batch_size": batch_size("_min_batch_size"),
    "on_account_data_updated": named(
        "account_data",
        "_notify_modules",
        "user_id",
        "room_id",
        "account_data_type",
        "content",
    ),
    "add_field_to_unsigned_callback": unsigned,
    "get_media_config_for_user": media("get_media_config_for_user", "user_id"),
    "is_user_allowed_to_upload_media_of_size": media(
        "is_user_allowed_to_upload_media_of_size", "user_id", "size"
    ),
    "get_media_upload_limits_for_user": media("get_media_upload_limits_for_user", "user_id"),
    "on_media_upload_limit_exceeded": lambda synapse, given: (
        synapse.callbacks.media_repository.on_media_upload_limit_exceeded(
            given["user_id"], given.limit(), given["sent_bytes"], given["attempted_bytes"]
        )
    ),
    "get_ratelimit_override_for_user": named(
        "callbacks.ratelimit", "get_ratelimit_override_for_user", "user", "limiter_name"
    ),
    "on_event_delivered_over_federation": lambda synapse, given: (
        synapse.callbacks.federation.notify_on_event_delivered_over_federation(
            given["server_name"] or "remote.org", given.events(), given.method()
        )
    ),
}
