"""Shows that `domain_rules` decides in Synapse who may invite and join."""

from __future__ import annotations

from typing import Any

from synapse.api.room_versions import KNOWN_ROOM_VERSIONS
from synapse.rest import admin
from synapse.rest.client import login, room

from support import NativeTestCase, native

CONFIG = {
    "can_invite_if_not_in_domain_mapping": False,
    "domain_mapping": {"test": ["test", "friends.example"]},
    "can_only_join_rooms_with_invite": True,
    "can_only_invite_during_room_creation": True,
    "can_invite_by_third_party_id": False,
    "domains_prevented_from_being_invited_to_published_rooms": ["test"],
}


class DomainRules(NativeTestCase):
    servlets = [admin.register_servlets, login.register_servlets, room.register_servlets]

    def native_modules(self) -> list[dict[str, Any]]:
        return [native({"module": "domain_rules", "config": CONFIG})]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        names = ("alice", "bob", "carol", "dan")
        self.users = {name: self.register_user(name, "secret") for name in names}
        self.tokens = {name: self.login(name, "secret") for name in names}

    def create(self, version: str) -> str:
        room_id = self.helper.create_room_as(
            self.users["alice"],
            # With this config, rooms on the public list allow no invites.
            is_public=False,
            room_version=version,
            tok=self.tokens["alice"],
            extra_content={"preset": "public_chat"},
        )
        assert room_id is not None
        return room_id

    def invite(self, room_id: str, inviter: str, invitee: str, status: int) -> None:
        self.helper.invite(room_id, targ=invitee, tok=self.tokens[inviter], expect_code=status)

    def join(self, room_id: str, name: str, status: int) -> None:
        self.helper.join(room_id, self.users[name], tok=self.tokens[name], expect_code=status)

    def test_a_room_is_new_until_somebody_joins(self) -> None:
        for version in ("10", "11", "12"):
            if version not in KNOWN_ROOM_VERSIONS:
                continue
            room_id = self.create(version)
            self.join(room_id, "bob", 403)
            self.invite(room_id, "alice", self.users["bob"], 200)
            self.invite(room_id, "alice", self.users["carol"], 200)
            self.join(room_id, "bob", 200)
            self.invite(room_id, "alice", self.users["dan"], 403)
            self.invite(room_id, "bob", self.users["dan"], 403)
            # An invite does not change that.
            self.join(room_id, "carol", 200)
            self.join(room_id, "dan", 403)

    def may_invite(self, inviter: str, invitee: str, room_id: str) -> bool:
        """Asks about an invite without making one, since there is no server to send it to."""
        checker = self.hs.get_module_api_callbacks().spam_checker
        asked = checker.user_may_invite(inviter, invitee, room_id)
        return self.get_success(asked) == checker.NOT_SPAM

    def test_servers(self) -> None:
        room_id = self.create("12")
        alice = self.users["alice"]
        self.assertTrue(self.may_invite(alice, "@eve:friends.example", room_id))
        self.assertFalse(self.may_invite(alice, "@eve:evil.example", room_id))
        self.assertFalse(self.may_invite("@eve:evil.example", alice, "!r:evil.example"))

    def test_published_rooms(self) -> None:
        room_id = self.create("10")
        store = self.hs.get_datastores().main
        self.get_success(store.set_room_is_public(room_id, True))
        self.invite(room_id, "alice", self.users["bob"], 403)

    def test_addresses(self) -> None:
        room_id = self.create("10")
        checker = self.hs.get_module_api_callbacks().spam_checker
        asked = checker.user_may_send_3pid_invite(
            self.users["alice"], "email", "eve@example.org", room_id
        )
        self.assertNotEqual(self.get_success(asked), checker.NOT_SPAM)
