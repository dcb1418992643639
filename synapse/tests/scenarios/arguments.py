"""Converts the arguments of a scenario into Synapse's."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from synapse.api.room_versions import RoomVersions
from synapse.events import EventBase, make_event_from_dict
from synapse.http.site import SynapseRequest
from synapse.media._base import FileInfo
from synapse.media.media_storage import ReadableFileWrapper
from synapse.module_api.callbacks.federation import FederatedEventDeliveryMethod
from synapse.module_api.callbacks.media_repository_callbacks import MediaUploadLimit
from synapse.storage.roommember import ProfileInfo
from synapse.types import Requester, create_requester
from synapse.util.json import json_encoder
from tests.server import FakeChannel, FakeSite

import words


class Arguments:
    """Arguments by name; `None` if a scenario omits one."""

    def __init__(self, hs: Any, given: dict[str, Any]) -> None:
        self.hs = hs
        self.given = dict(given)
        events = [event(word, number) for number, word in enumerate(given.get("state", []))]
        self.state = {(one.type, one.get("state_key", "")): one for one in events}

    def __getitem__(self, name: str) -> Any:
        return words.value(self.given.get(name))

    def live(self, name: str) -> Any:
        """The object itself, which modules may change, and which is examined afterwards."""
        return self.given.setdefault(name, {})

    def event(self) -> EventBase:
        return event(self.given["event"], 0)

    def requester(self) -> Requester:
        return create_requester(self["requester"] or "@alice:example.com")

    def users(self) -> list[Any]:
        return [words.value({"$": "presence", "v": user}) for user in self.given["users"]]

    def profile(self) -> ProfileInfo:
        return ProfileInfo(**(self["new_profile"] or {"avatar_url": None, "display_name": None}))

    def clients(self) -> list[tuple[Any, Any]]:
        return [(user_agent, ip) for user_agent, ip in self["request_info"]]

    def limit(self) -> MediaUploadLimit:
        return self["limit"]

    def events(self) -> list[EventBase]:
        return [event(word, number) for number, word in enumerate(self.given["events"])]

    def method(self) -> FederatedEventDeliveryMethod:
        return FederatedEventDeliveryMethod[self["method"] or "SEND"]

    def file(self) -> ReadableFileWrapper:
        return ReadableFileWrapper(self.hs.get_clock(), __file__)

    def file_info(self) -> FileInfo:
        return FileInfo(server_name=None, file_id="file")

    def request(self) -> SynapseRequest:
        """The request of an administrator who renews an account."""
        reactor = self.hs.get_reactor()
        site: Any = FakeSite(None, reactor)  # type: ignore[arg-type]
        channel = FakeChannel(site, reactor)
        request = SynapseRequest(channel, site, our_server_name="example.com")  # type: ignore[arg-type]
        request.content = BytesIO(json_encoder.encode({"user_id": self["user_id"]}).encode())
        request.method, request.uri, request.path = b"POST", b"/validity", b"/validity"
        return request


def event(word: dict[str, Any], number: int) -> EventBase:
    """An event, completed with the fields that a scenario omits."""
    complete = {
        "event_id": f"$s{word.get('id', number)}",
        "type": "m.room.message",
        "origin_server_ts": 0,
        "room_id": "!r:example.com",
        "sender": "@alice:example.com",
        "content": {},
        "auth_events": [],
        "prev_events": [],
        "depth": 1,
        "hashes": {},
        "signatures": {},
    }
    return make_event_from_dict(complete | word, RoomVersions.V1)
