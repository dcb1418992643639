"""A homeserver with four users, a room, and one scripted module."""

from __future__ import annotations

import json
import tempfile
from typing import Any, ClassVar
from urllib.parse import quote

from synapse.app.homeserver import SynapseHomeServer
from tests.server import FakeChannel
from twisted.web.resource import Resource

from support import NativeTestCase
from visible.outcomes import Outcome, neutral

ORACLE = "/_synapse/client/oracle"
PASSWORD = "correct horse"

# Settings of the homeserver that some callbacks need.
NEEDS: dict[str, dict[str, Any]] = {
    "check_username_for_spam": {
        "update_user_directory_from_worker": None,
        "user_directory": {"search_all_users": True},
    },
    "is_3pid_allowed": {"email": {"notif_from": "homeserver@localhost"}},
    "check_threepid_can_be_invited": {"ip_range_blocklist": ["127.0.0.0/8"]},
    "user_may_send_3pid_invite": {"ip_range_blocklist": ["127.0.0.0/8"]},
}


class Homeserver(NativeTestCase):
    """A homeserver that serves everything that a real one serves for clients."""

    hijack_auth: ClassVar[bool] = False

    def default_config(self) -> dict[str, Any]:
        media = tempfile.TemporaryDirectory()
        self.addCleanup(media.cleanup)
        config = super().default_config()
        config |= {
            "server_name": "localhost",
            "public_baseurl": "http://localhost:8008/",
            "media_store_path": media.name,
            "room_list_publication_rules": [{"action": "allow"}],
            "rc_third_party_invite": {"per_second": 10_000, "burst_count": 10_000},
        }
        return config

    def create_resource_dict(self) -> dict[str, Resource]:
        """Everything that the listener of a real Synapse serves for clients."""
        resources = SynapseHomeServer._configure_named_resource(self.hs, "client")
        return {**resources, **self.hs._module_web_resources}

    def ask(
        self, method: str, path: str, content: Any = b"", user: str | None = None, **more: Any
    ) -> FakeChannel:
        """Makes a client's request, as one of the users."""
        token = None if user is None else self.token(user)
        return self.make_request(method, path, content, access_token=token, **more)

    def token(self, user: str) -> str:
        """The token of a user who is logged in."""
        if user not in self.tokens:
            self.tokens[user] = self.login(user).json_body["access_token"]
        return self.tokens[user]

    def login(self, user: str) -> FakeChannel:
        """Logs in with the password."""
        identifier = {"type": "m.id.user", "user": user}
        login = {"type": "m.login.password", "identifier": identifier, "password": PASSWORD}
        return self.ask("POST", "/_matrix/client/v3/login", login)

    def prepare(self, reactor: Any, clock: Any, homeserver: Any) -> None:
        self.tokens: dict[str, str] = {}
        self.numbers = iter(range(1, 1_000_000))


class World(Homeserver):
    """A homeserver whose module registers one callback; a test checks a row of it."""

    def prepare(self, reactor: Any, clock: Any, homeserver: Any) -> None:
        super().prepare(reactor, clock, homeserver)
        self.outcome: Outcome = {}
        for user in ("admin", "good", "evil", "third"):
            self.register(user, admin=user == "admin")
            self.token(user)
        self.room = self.create_room()
        for user in ("admin", "evil", "third"):
            self.join(user, self.room)

    def register(self, user: str, admin: bool = False) -> str:
        """Creates a user without calling modules."""
        password_hash = self.get_success(self.hs.get_auth_handler().hash(PASSWORD))
        user_id = f"@{user}:localhost"
        store = self.hs.get_datastores().main
        self.get_success(
            store.register_user(
                user_id, password_hash, admin=admin, create_profile_with_displayname=user
            )
        )
        return user_id

    def number(self) -> int:
        """A unique number."""
        return next(self.numbers)

    def play(self) -> None:
        """Gives the module the outcome of the row."""
        self.script({self.callback: self.outcome})

    def rest(self) -> None:
        """Makes the module neutral."""
        self.script({self.callback: neutral(self.callback)})

    def script(self, outcomes: dict[str, Outcome]) -> None:
        """Changes the outcomes of the module."""
        changed = self.ask("POST", ORACLE, outcomes)
        self.assertLess(changed.code, 300, changed.result)

    def calls(self) -> list[list[Any]]:
        """The calls of callbacks since the last time, each with its arguments."""
        calls = json.loads(self.ask("GET", ORACLE).text_body)
        return [call[1:] for call in calls]

    def create_room(self, user: str = "good", **config: Any) -> str:
        """Creates a room that everybody may join."""
        config = {"preset": "public_chat", "name": "A room", "topic": "Anything"} | config
        created = self.ask("POST", "/_matrix/client/v3/createRoom", config, user)
        self.assertEqual(created.code, 200, created.result)
        return created.json_body["room_id"]

    def join(self, user: str, room: str) -> FakeChannel:
        return self.ask("POST", f"/_matrix/client/v3/join/{room}", {}, user)

    def send(self, user: str = "good", room: str | None = None) -> FakeChannel:
        """Sends a message."""
        path = f"/_matrix/client/v3/rooms/{room or self.room}/send/m.room.message"
        message = {"msgtype": "m.text", "body": "hello"}
        return self.ask("PUT", f"{path}/t{self.number()}", message, user)

    def event(self, event_id: str, user: str = "good") -> FakeChannel:
        """Reads an event."""
        path = f"/_matrix/client/v3/rooms/{self.room}/event/{quote(event_id)}"
        return self.ask("GET", path, user=user)
