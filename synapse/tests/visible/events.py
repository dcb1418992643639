"""The requests of the rows about events, files, profiles and account data."""

from __future__ import annotations

from synapse.storage.roommember import ProfileInfo
from tests.server import FakeChannel

from visible.registry import CLIENT, request, several
from visible.world import World


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


@request("check_username_for_spam: user_directory/search 'evil'")
def search(world: World) -> FakeChannel:
    """Updates the user directory as after a change of the user's profile."""
    profile = ProfileInfo(display_name="evil", avatar_url=None)
    directory = world.hs.get_user_directory_handler()
    world.get_success(directory.handle_local_profile_change("@evil:localhost", profile))
    world.play()
    return world.ask("POST", f"{CLIENT}/user_directory/search", {"search_term": "evil"}, "good")


@request(
    "check_media_file_for_spam: POST upload",
    "is_user_allowed_to_upload_media_of_size",
    "get_media_upload_limits_for_user",
)
def upload(world: World) -> FakeChannel:
    world.play()
    path, text = "/_matrix/media/v3/upload?filename=a.txt", b"some text"
    return world.ask("POST", path, text, "good", content_type=b"text/plain")


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


@several("message sends")
def send_three(world: World) -> list[FakeChannel]:
    world.calls()
    world.play()
    return [world.send("good") for _ in range(3)]
