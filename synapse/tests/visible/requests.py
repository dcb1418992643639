"""The requests that the rows name: what each of them is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from synapse.storage.roommember import ProfileInfo
from tests.server import FakeChannel
from visible.world import World

CLIENT = "/_matrix/client/v3"
ADMIN = "/_synapse/admin"

# Brings about what a row needs, lets the module play its part, and makes the row's request.
Request = Callable[[World], FakeChannel]

REQUESTS: dict[str, Request] = {}


def request(*checks: str) -> Callable[[Request], Request]:
    """Notes which rows a request is of."""

    def note(asked: Request) -> Request:
        REQUESTS.update({check: asked for check in checks})
        return asked

    return note


@request(
    "send message",
    "check_event_for_spam: PUT send",
    "check_event_allowed: PUT send",
    "on_new_event",
    "is_user_expired: PUT send",
)
def send(world: World) -> FakeChannel:
    world.play()
    return world.send("good")


@request("check_event_for_spam FORBIDDEN: admin user sends")
def send_as_admin(world: World) -> FakeChannel:
    world.play()
    return world.send("admin")


@request("check_event_allowed replaced: GET event")
def see_replaced_event(world: World) -> FakeChannel:
    world.play()
    sent = world.send("good")
    return world.event(sent.json_body["event_id"])


@request(
    "check_event_for_spam FORBIDDEN: PUT state m.room.topic",
    "user_may_send_state_event",
)
def set_topic(world: World) -> FakeChannel:
    world.play()
    topic = {"topic": f"Number {world.number()}"}
    return world.ask("PUT", f"{CLIENT}/rooms/{world.room}/state/m.room.topic/", topic, "good")


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
    """The identity server has an address that Synapse asks nobody at."""
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


@request("check_username_for_spam: user_directory/search 'evil'")
def search(world: World) -> FakeChannel:
    """The directory hears of the user as of one whose profile has changed."""
    profile = ProfileInfo(display_name="evil", avatar_url=None)
    directory = world.hs.get_user_directory_handler()
    world.get_success(directory.handle_local_profile_change("@evil:localhost", profile))
    world.play()
    return world.ask("POST", f"{CLIENT}/user_directory/search", {"search_term": "evil"}, "good")


def upload_of(world: World, content: bytes) -> FakeChannel:
    world.play()
    path = "/_matrix/media/v3/upload?filename=a.txt"
    return world.ask("POST", path, content, "good", content_type=b"text/plain", shorthand=False)


@request(
    "check_media_file_for_spam: POST upload",
    "is_user_allowed_to_upload_media_of_size",
    "get_media_upload_limits_for_user",
)
def upload(world: World) -> FakeChannel:
    return upload_of(world, b"some text")


@request("get_media_config_for_user: GET v1/media/config")
def media_config(world: World) -> FakeChannel:
    world.play()
    return world.ask("GET", "/_matrix/client/v1/media/config", user="good")


@request("on_profile_update: PUT profile/displayname")
def rename(world: World) -> FakeChannel:
    world.play()
    name = {"displayname": f"Name {world.number()}"}
    return world.ask("PUT", f"{CLIENT}/profile/@good:localhost/displayname", name, "good")


@request("on_account_data_updated: PUT account_data")
def set_account_data(world: World) -> FakeChannel:
    world.play()
    path = f"{CLIENT}/user/@good:localhost/account_data/org.example.data"
    return world.ask("PUT", path, {"number": world.number()}, "good")


@request("add_field_to_unsigned_callback: GET event")
def see_event(world: World) -> FakeChannel:
    sent = world.send("good")
    world.play()
    return world.event(sent.json_body["event_id"])


@request("add_field_to_unsigned_callback: GET sync")
def sync_with_events(world: World) -> FakeChannel:
    world.send("good")
    world.play()
    return world.ask("GET", f"{CLIENT}/sync", user="good")


def invite_three(world: World) -> list[FakeChannel]:
    """Three people into one room, more than the module lets its owner invite at a time."""
    room = world.create_room()
    world.calls()
    world.play()
    users = ("@admin:localhost", "@evil:localhost", "@third:localhost")
    return [invite(world, room, {"user_id": user}) for user in users]


@request("the refused invite")
def third_invite(world: World) -> FakeChannel:
    return invite_three(world)[-1]


def send_three(world: World) -> list[FakeChannel]:
    world.calls()
    world.play()
    return [world.send("good") for _ in range(3)]


LIMITED = "get_ratelimit_override_for_user 0.001/s burst 1, 3"
SEVERAL: dict[str, Callable[[World], list[FakeChannel]]] = {
    f"{LIMITED} message sends: limiters asked for": send_three,
    f"{LIMITED} invites: limiters asked for": invite_three,
}
