"""Shows that `user_restrictions` decides in Synapse what users may do."""

from __future__ import annotations

from typing import Any

from synapse.rest import admin
from synapse.rest.client import directory, login, media, room

from support import NativeTestCase, native

ROOMS = ["invite", "create_room"]
OTHERS = ["join_room", "create_alias", "publish_room", "upload_media"]
CONFIG = {
    "rules": [
        {"match": "@staff-(?!old).*:test", "allow": [*ROOMS, "receive_invites"]},
        {"match": "@guest-.*:test", "deny": OTHERS},
    ],
    "default_deny": [*ROOMS, "receive_invites"],
}


class UserRestrictions(NativeTestCase):
    servlets = [
        admin.register_servlets,
        directory.register_servlets,
        login.register_servlets,
        media.register_servlets,
        room.register_servlets,
    ]

    def native_modules(self) -> list[dict[str, Any]]:
        return [native({"module": "user_restrictions", "config": CONFIG})]

    def default_config(self) -> dict[str, Any]:
        return {**super().default_config(), "room_list_publication_rules": [{"action": "allow"}]}

    def create_resource_dict(self) -> dict[str, Any]:
        repository = self.hs.get_media_repository_resource()
        return {**super().create_resource_dict(), "/_matrix/media": repository}

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.tokens = {}
        for name in ("staff-a", "staff-b", "staff-old", "guest-a", "bob"):
            self.register_user(name, "secret")
            self.tokens[name] = self.login(name, "secret")
        self.register_user("admin", "secret", admin=True)
        self.tokens["admin"] = self.login("admin", "secret")
        self.room_id = self.create("staff-a", 200)

    def create(self, name: str, status: int) -> str:
        token = self.tokens[name]
        room_id = self.helper.create_room_as(
            f"@{name}:test", is_public=True, tok=token, expect_code=status
        )
        return room_id or ""

    def ask(self, name: str, method: str, path: str, body: Any, status: int) -> None:
        path = f"/_matrix/client/v3/{path}"
        channel = self.make_request(method, path, body, access_token=self.tokens[name])
        self.assertEqual(channel.code, status, channel.result)
        if status == 403:
            self.assertEqual(channel.json_body["errcode"], "M_FORBIDDEN")

    def invite(self, name: str, invitee: str, status: int) -> None:
        body = {"user_id": f"@{invitee}:test"}
        self.ask(name, "POST", f"rooms/{self.room_id}/invite", body, status)

    def test_rooms(self) -> None:
        for name, status in [("staff-b", 200), ("staff-old", 403), ("bob", 403), ("admin", 200)]:
            self.create(name, status)

    def test_invites(self) -> None:
        self.invite("staff-a", "staff-b", 200)
        # Users who match no rule may not be invited.
        self.invite("staff-a", "guest-a", 403)
        self.ask("bob", "POST", f"join/{self.room_id}", {}, 200)
        self.invite("bob", "staff-old", 403)

    def test_guests(self) -> None:
        self.ask("guest-a", "POST", f"join/{self.room_id}", {}, 403)
        for name, status in [("guest-a", 403), ("staff-a", 200)]:
            alias = {"room_id": self.room_id}
            self.ask(name, "PUT", f"directory/room/%23{name}:test", alias, status)
            listed = {"visibility": "public"}
            self.ask(name, "PUT", f"directory/list/room/{self.room_id}", listed, status)
        self.helper.upload_media(b"a file", tok=self.tokens["staff-a"])
        self.helper.upload_media(b"a file", tok=self.tokens["guest-a"], expect_code=413)
