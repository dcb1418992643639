"""The requests of the rows about creating, joining and publishing rooms."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.server import FakeChannel

from visible.registry import CLIENT, request, several
from visible.world import World

ADMIN = "/_synapse/admin"


def create(world: World, user: str, **config: Any) -> FakeChannel:
    world.play()
    return world.ask("POST", f"{CLIENT}/createRoom", config, user)


@request(
    "check_event_for_spam FORBIDDEN: POST createRoom",
    "user_may_create_room",
    "on_create_room: POST createRoom",
)
def create_room(world: World) -> FakeChannel:
    return create(world, "good")


@request("user_may_create_room by server admin")
def create_room_as_admin(world: World) -> FakeChannel:
    return create(world, "admin")


@request("user_may_invite denied inside createRoom(invite=[..])")
def create_room_with_invite(world: World) -> FakeChannel:
    return create(world, "good", invite=["@third:localhost"])


@request("user_may_create_room_alias denied inside createRoom(room_alias_name)")
def create_room_with_alias(world: World) -> FakeChannel:
    return create(world, "good", room_alias_name=f"alias{world.number()}")


@request("check_visibility_can_be_modified: POST createRoom(visibility=public)")
def create_public_room(world: World) -> FakeChannel:
    return create(world, "good", visibility="public")


@request(
    "on_create_room mutates config.name: GET state m.room.name",
    "user_may_create_room mutates config.name: GET state m.room.name",
)
def see_name(world: World) -> FakeChannel:
    room = create(world, "good", name="orig").json_body["room_id"]
    return world.ask("GET", f"{CLIENT}/rooms/{room}/state/m.room.name/", user="good")


@request("check_event_for_spam FORBIDDEN: POST join", "user_may_join_room")
def join(world: World) -> FakeChannel:
    room = world.create_room()
    world.play()
    return world.join("evil", room)


def invite(world: World, room: str, invited: dict[str, str]) -> FakeChannel:
    return world.ask("POST", f"{CLIENT}/rooms/{room}/invite", invited, "good")


@request("user_may_invite", "get_ratelimit_override_for_user: invite")
def invite_user(world: World) -> FakeChannel:
    room = world.create_room()
    world.play()
    return invite(world, room, {"user_id": "@third:localhost"})


@request("user_may_send_3pid_invite", "check_threepid_can_be_invited")
def invite_address(world: World) -> FakeChannel:
    """The identity server has an address to which Synapse makes no requests."""
    world.play()
    server = {"id_server": "127.0.0.1", "id_access_token": "token"}
    return invite(world, world.room, server | {"medium": "email", "address": "a@example.com"})


@request("user_may_create_room_alias")
def create_alias(world: World) -> FakeChannel:
    world.play()
    alias = quote(f"#alias{world.number()}:localhost")
    return world.ask("PUT", f"{CLIENT}/directory/room/{alias}", {"room_id": world.room}, "good")


@request(
    "user_may_publish_room",
    "check_visibility_can_be_modified: PUT directory/list/room",
)
def publish(world: World) -> FakeChannel:
    room = world.create_room()
    world.play()
    public = {"visibility": "public"}
    return world.ask("PUT", f"{CLIENT}/directory/list/room/{room}", public, "good")


@request("check_can_shutdown_room: DELETE admin/v1/rooms")
def shut_down(world: World) -> FakeChannel:
    room = world.create_room()
    world.play()
    return world.ask("DELETE", f"{ADMIN}/v1/rooms/{room}", {}, "admin")


@request("check_can_shutdown_room: DELETE admin/v2/rooms")
def shut_down_later(world: World) -> FakeChannel:
    room = world.create_room()
    world.play()
    return world.ask("DELETE", f"{ADMIN}/v2/rooms/{room}", {}, "admin")


@several("invites")
def invite_three(world: World) -> list[FakeChannel]:
    """Three invites to one room, more than the module lets its owner send at once."""
    room = world.create_room()
    world.calls()
    world.play()
    users = ("@admin:localhost", "@evil:localhost", "@third:localhost")
    return [invite(world, room, {"user_id": user}) for user in users]


@request("the refused invite")
def third_invite(world: World) -> FakeChannel:
    return invite_three(world)[-1]
