"""Shows that the callbacks of `third_party_rules` are called and decide as in Synapse."""

from __future__ import annotations

from typing import Any

from synapse.rest import admin
from synapse.rest.client import directory, login, profile, room

from scripts import NO, NOTHING, YES, ScriptedTestCase, broken, returns, teapot

ALLOWED = returns({"$": "tuple", "v": [True, None]})
DENIED = returns({"$": "tuple", "v": [False, None]})

CHECKS = [
    "check_threepid_can_be_invited",
    "check_visibility_can_be_modified",
    "check_can_shutdown_room",
    "check_can_deactivate_user",
]
NOTIFICATIONS = [
    "on_new_event",
    "on_profile_update",
    "on_user_deactivation_status_changed",
    "on_threepid_bind",
    "on_add_user_third_party_identifier",
    "on_remove_user_third_party_identifier",
]


class ThirdPartyRules(ScriptedTestCase):
    servlets = [
        admin.register_servlets,
        directory.register_servlets,
        login.register_servlets,
        profile.register_servlets,
        room.register_servlets,
    ]
    outcomes = {
        "check_event_allowed": ALLOWED,
        "on_create_room": NOTHING,
        **{callback: YES for callback in CHECKS},
        **{callback: NOTHING for callback in NOTIFICATIONS},
    }

    def default_config(self) -> dict[str, Any]:
        # Synapse's own default keeps every room out of the list.
        return {**super().default_config(), "room_list_publication_rules": [{"action": "allow"}]}

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.alice = self.register_user("alice", "secret")
        self.token = self.login("alice", "secret")
        self.admin = self.register_user("admin", "secret", admin=True)
        self.admin_token = self.login("admin", "secret")
        self.room_id = self.helper.create_room_as(self.alice, tok=self.token, is_public=False)
        self.calls()

    def request(self, method: str, path: str, body: Any, token: str, status: int) -> Any:
        channel = self.make_request(method, path, body, access_token=token)
        self.assertEqual(channel.code, status, channel.result)
        return channel.json_body

    def test_check_event_allowed(self) -> None:
        sent = self.helper.send(self.room_id, "hello", tok=self.token)
        [event, create] = self.only_call("check_event_allowed")
        # The event is created before it is sent, and already has its ID.
        self.assertEqual(event["event_id"], sent["event_id"])
        self.assertEqual((create["type"], create["room_id"]), ("m.room.create", self.room_id))
        self.script(check_event_allowed=DENIED)
        body = self.helper.send(self.room_id, "hello", tok=self.token, expect_code=403)
        self.assertEqual(body["errcode"], "M_FORBIDDEN")
        self.script(check_event_allowed=teapot())
        self.helper.send(self.room_id, "hello", tok=self.token, expect_code=418)
        self.script(check_event_allowed=broken())
        self.helper.send(self.room_id, "hello", tok=self.token, expect_code=500)

    def test_an_event_takes_the_place_of_another(self) -> None:
        replacement = {
            "room_id": self.room_id,
            "sender": self.alice,
            "type": "m.room.message",
            "content": {"msgtype": "m.text", "body": "***"},
        }
        self.script(check_event_allowed=returns({"$": "tuple", "v": [True, replacement]}))
        sent = self.helper.send(self.room_id, "secret", tok=self.token)
        self.script(check_event_allowed=ALLOWED)
        event = self.helper.get_event(self.room_id, sent["event_id"], tok=self.token)
        self.assertEqual(event["content"], replacement["content"])

    def test_an_event_of_another_type_is_no_replacement(self) -> None:
        replacement = {
            "room_id": self.room_id,
            "sender": self.alice,
            "type": "org.example.other",
            "content": {},
        }
        self.script(check_event_allowed=returns({"$": "tuple", "v": [True, replacement]}))
        self.helper.send(self.room_id, "secret", tok=self.token, expect_code=500)

    def test_on_create_room(self) -> None:
        self.script(
            on_create_room={
                "mutate": {"arg": 1, "set": {"name": "renamed"}, "del": ["topic"]},
                "return": None,
            }
        )
        path = "/_matrix/client/v3/createRoom"
        wanted = {"name": "den", "topic": "none", "preset": "private_chat"}
        room_id = self.request("POST", path, wanted, self.token, 200)["room_id"]
        name = self.helper.get_state(room_id, "m.room.name", tok=self.token)
        self.assertEqual(name, {"name": "renamed"})
        self.helper.get_state(room_id, "m.room.topic", tok=self.token, expect_code=404)
        [requester, content, is_admin] = self.only_call("on_create_room")
        self.assertEqual((content, is_admin), (wanted, False))
        self.assertEqual((requester["user"], requester["is_guest"]), (self.alice, False))
        self.assertIsNone(requester["authenticated_entity"])
        self.assertIsInstance(requester["access_token_id"], int)
        self.script(on_create_room=broken())
        self.request("POST", path, wanted, self.token, 403)
        self.script(on_create_room=teapot())
        self.request("POST", path, wanted, self.token, 418)

    def test_check_threepid_can_be_invited(self) -> None:
        self.script(check_threepid_can_be_invited=NO)
        invite = {
            "id_server": "id.example.com",
            "id_access_token": "secret",
            "medium": "email",
            "address": "carol@example.com",
        }
        path = f"/_matrix/client/v3/rooms/{self.room_id}/invite"
        body = self.request("POST", path, invite, self.token, 403)
        self.assertEqual(body["errcode"], "M_FORBIDDEN")
        [medium, address, create] = self.only_call("check_threepid_can_be_invited")
        self.assertEqual((medium, address), ("email", "carol@example.com"))
        self.assertEqual(create["type"], "m.room.create")

    def test_check_visibility_can_be_modified(self) -> None:
        self.script(check_visibility_can_be_modified=NO)
        path = f"/_matrix/client/v3/directory/list/room/{self.room_id}"
        body = self.request("PUT", path, {"visibility": "public"}, self.token, 403)
        self.assertEqual(body["error"], "Not allowed to publish room")
        [room_id, create, visibility] = self.only_call("check_visibility_can_be_modified")
        self.assertEqual((room_id, visibility), (self.room_id, "public"))
        self.assertEqual(create["type"], "m.room.create")
        # The client does not see the failure.
        self.script(check_visibility_can_be_modified=broken())
        self.request("PUT", path, {"visibility": "public"}, self.token, 200)

    def test_on_new_event(self) -> None:
        sent = self.helper.send(self.room_id, "hello", tok=self.token)
        [[event, create]] = self.told_of(sent["event_id"])
        self.assertEqual(event["type"], "m.room.message")
        self.assertEqual((create["type"], create["room_id"]), ("m.room.create", self.room_id))
        self.script(on_new_event=broken())
        sent = self.helper.send(self.room_id, "hello", tok=self.token)
        self.assertEqual(len(self.told_of(sent["event_id"])), 1)

    def told_of(self, event_id: str) -> list[list[Any]]:
        """The arguments of each `on_new_event` about this event.

        Senders do not wait for notifications: those of the room's creation may come late.
        """

        def calls() -> list[list[Any]]:
            told = self.calls("on_new_event")
            return [arguments for arguments in told if arguments[0]["event_id"] == event_id]

        return self.until(calls)

    def test_check_can_shutdown_room(self) -> None:
        self.script(check_can_shutdown_room=NO)
        path = f"/_synapse/admin/v2/rooms/{self.room_id}"
        self.request("DELETE", path, {}, self.admin_token, 403)
        self.assertEqual(self.only_call("check_can_shutdown_room"), [self.admin, self.room_id])

    def test_check_can_deactivate_user(self) -> None:
        self.script(check_can_deactivate_user=NO)
        path = f"/_synapse/admin/v1/deactivate/{self.alice}"
        self.request("POST", path, {}, self.admin_token, 403)
        self.assertEqual(self.only_call("check_can_deactivate_user"), [self.alice, True])

    def test_on_profile_update(self) -> None:
        path = f"/_matrix/client/v3/profile/{self.alice}/displayname"
        self.request("PUT", path, {"displayname": "Alice"}, self.token, 200)
        profile_info = {"display_name": "Alice", "avatar_url": None}
        self.assertEqual(
            self.only_call("on_profile_update"), [self.alice, profile_info, False, False]
        )

    def test_on_user_deactivation_status_changed(self) -> None:
        path = f"/_synapse/admin/v1/deactivate/{self.alice}"
        self.request("POST", path, {}, self.admin_token, 200)
        self.assertEqual(
            self.only_call("on_user_deactivation_status_changed"), [self.alice, True, True]
        )

    def test_on_threepid_bind(self) -> None:
        self.add_address()
        self.assertEqual(
            self.only_call("on_threepid_bind"), [self.alice, "email", "alice@example.com"]
        )

    def test_on_add_user_third_party_identifier(self) -> None:
        self.add_address()
        self.assertEqual(
            self.only_call("on_add_user_third_party_identifier"),
            [self.alice, "email", "alice@example.com"],
        )

    def test_on_remove_user_third_party_identifier(self) -> None:
        self.add_address()
        removal = self.hs.get_auth_handler().delete_local_threepid(
            self.alice, "email", "alice@example.com"
        )
        self.get_success(removal)
        self.assertEqual(
            self.only_call("on_remove_user_third_party_identifier"),
            [self.alice, "email", "alice@example.com"],
        )

    def add_address(self) -> None:
        addition = self.hs.get_auth_handler().add_threepid(
            self.alice, "email", "alice@example.com", validated_at=0
        )
        self.get_success(addition)


class SlowThirdPartyRules(ThirdPartyRules):
    """The same module, which waits once before each answer."""

    suspend = True
