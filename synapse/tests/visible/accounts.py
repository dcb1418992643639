"""The requests of the rows about accounts: registration, login, expiry."""

from __future__ import annotations

from typing import Any

from tests.server import FakeChannel

from visible.registry import CLIENT, request
from visible.world import PASSWORD, World

DUMMY = {"type": "m.login.dummy"}


def register_as(world: World, name: str) -> FakeChannel:
    account = {"username": name, "password": PASSWORD, "auth": DUMMY}
    return world.ask("POST", f"{CLIENT}/register", account)


@request(
    "check_registration_for_spam: POST register",
    "on_user_registration: POST register",
    "get_username_for_registration",
    "get_displayname_for_registration",
)
def register(world: World) -> FakeChannel:
    world.play()
    return register_as(world, f"new{world.number()}")


def shadow_banned(world: World) -> str:
    """A user who is registered as the row says, and has joined the room."""
    world.play()
    name = f"shadow{world.number()}"
    world.tokens[name] = register_as(world, name).json_body["access_token"]
    world.join(name, world.room)
    return name


def send_slowly(world: World, name: str) -> FakeChannel:
    """Synapse delays the response for some seconds."""
    token = world.token(name)
    path = f"{CLIENT}/rooms/{world.room}/send/m.room.message/t{world.number()}"
    message = {"msgtype": "m.text", "body": "hello"}
    sent = world.make_request("PUT", path, message, access_token=token, await_result=False)
    sent.await_result(timeout_ms=20_000)
    return sent


@request("shadow-banned user: PUT send (took 10.0 s)")
def send_when_shadow_banned(world: World) -> FakeChannel:
    return send_slowly(world, shadow_banned(world))


@request("shadow-banned user: the event as seen by another user")
def see_what_a_shadow_banned_user_sends(world: World) -> FakeChannel:
    sent = send_slowly(world, shadow_banned(world))
    return world.event(sent.json_body["event_id"])


@request("check_login_for_spam: POST login", "on_user_login: POST login")
def login(world: World) -> FakeChannel:
    world.play()
    return world.login("good")


@request("is_user_expired: POST login")
def login_when_expired(world: World) -> FakeChannel:
    world.play()
    return world.login("evil")


@request("is_user_expired: GET account/whoami")
def who_am_i(world: World) -> FakeChannel:
    world.play()
    return world.ask("GET", f"{CLIENT}/account/whoami", user="evil")


@request("is_user_expired: GET sync")
def sync(world: World) -> FakeChannel:
    world.play()
    return world.ask("GET", f"{CLIENT}/sync", user="evil")


@request("is_user_expired: POST logout (allowed)", "on_logged_out: POST logout")
def logout(world: World) -> FakeChannel:
    token = world.login("evil").json_body["access_token"]
    world.play()
    return world.make_request("POST", f"{CLIENT}/logout", {}, access_token=token)


@request(
    "check_can_deactivate_user: POST account/deactivate",
    "on_user_deactivation_status_changed",
)
def deactivate(world: World) -> FakeChannel:
    name = f"leaving{world.number()}"
    world.register(name)
    token = world.token(name)
    identifier = {"type": "m.id.user", "user": name}
    auth = {"type": "m.login.password", "identifier": identifier, "password": PASSWORD}
    world.play()
    path = f"{CLIENT}/account/deactivate"
    return world.make_request("POST", path, {"auth": auth}, access_token=token)


@request("GET /login flows (auth_checkers registers org.x.custom)")
def login_flows(world: World) -> FakeChannel:
    return world.ask("GET", f"{CLIENT}/login")


def login_with(world: World, **fields: Any) -> FakeChannel:
    identifier = {"type": "m.id.user", "user": "third"}
    login = {"type": "org.x.custom", "identifier": identifier, **fields}
    return world.ask("POST", f"{CLIENT}/login", login)


@request("check_auth: POST login org.x.custom")
def login_by_secret(world: World) -> FakeChannel:
    world.play()
    return login_with(world, secret="s")


@request("check_auth: missing field 'secret'")
def login_without_secret(world: World) -> FakeChannel:
    return login_with(world)


@request("check_3pid_auth: POST login")
def login_by_address(world: World) -> FakeChannel:
    world.play()
    identifier = {"type": "m.id.thirdparty", "medium": "email", "address": "a@example.com"}
    login = {"type": "m.login.password", "identifier": identifier, "password": "any"}
    return world.ask("POST", f"{CLIENT}/login", login)


@request("is_3pid_allowed: POST account/3pid/email/requestToken")
def request_token(world: World) -> FakeChannel:
    """There is no mail server, so no mail can be sent."""

    async def refused(*_args: Any, **_fields: Any) -> None:
        raise ConnectionRefusedError("there is no mail server")

    world.hs.get_send_email_handler()._sendmail = refused
    world.play()
    token = {"client_secret": "secret", "email": f"a{world.number()}@example.com"}
    path = f"{CLIENT}/account/3pid/email/requestToken"
    return world.ask("POST", path, token | {"send_attempt": 1}, "good")
