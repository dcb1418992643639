"""Shows that the answers of native modules to the callbacks of `spam_checker` decide."""

from __future__ import annotations

from typing import Any
from unittest.mock import AsyncMock

from synapse.api.errors import SynapseError
from synapse.module_api import NOT_SPAM as ALLOWED
from synapse.module_api.errors import Codes
from synapse.rest import admin
from synapse.rest.client import directory, login, room
from twisted.web.resource import Resource

from scripts import NO, NOT_SPAM, ScriptedTestCase, broken, code, returns, teapot
from support import NativeTestCase

REGISTRATION = {
    name: returns({"$": "RegistrationBehaviour", "v": name})
    for name in ("ALLOW", "DENY", "SHADOW_BAN")
}

VERDICTS = [
    "check_event_for_spam",
    "user_may_join_room",
    "user_may_invite",
    "federated_user_may_invite",
    "user_may_send_3pid_invite",
    "user_may_create_room",
    "user_may_create_room_alias",
    "user_may_publish_room",
    "user_may_send_state_event",
    "check_media_file_for_spam",
    "check_login_for_spam",
]


class SpamChecker(ScriptedTestCase):
    servlets = [
        admin.register_servlets,
        directory.register_servlets,
        login.register_servlets,
        room.register_servlets,
    ]
    outcomes = {
        **{callback: NOT_SPAM for callback in VERDICTS},
        "should_drop_federated_event": NO,
        "check_username_for_spam": NO,
        "check_registration_for_spam": REGISTRATION["ALLOW"],
    }

    def create_resource_dict(self) -> dict[str, Resource]:
        media = self.hs.get_media_repository_resource()
        return {**super().create_resource_dict(), "/_matrix/media": media}

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.checks = hs.get_module_api_callbacks().spam_checker
        self.alice = self.register_user("alice", "secret")
        self.bob = self.register_user("bob", "secret")
        self.token = self.login("alice", "secret")
        self.bob_token = self.login("bob", "secret")
        self.room_id = self.helper.create_room_as(self.alice, tok=self.token)
        self.calls()

    def event(self, event_id: str) -> Any:
        return self.get_success(self.hs.get_datastores().main.get_event(event_id))

    def test_check_event_for_spam(self) -> None:
        sent = self.helper.send(self.room_id, "hello", tok=self.token)
        [event] = self.only_call("check_event_for_spam")
        self.assertEqual(event["event_id"], sent["event_id"])
        self.assertEqual(event["room_id"], self.room_id)
        self.assertEqual(event["content"]["body"], "hello")
        self.script(check_event_for_spam=code("LIMIT_EXCEEDED"))
        body = self.helper.send(self.room_id, "buy", tok=self.token, expect_code=403)
        self.assertEqual(body["errcode"], "M_LIMIT_EXCEEDED")

    def test_fields_and_texts_for_the_client(self) -> None:
        self.script(
            check_event_for_spam=code("FORBIDDEN", {"org.example.why": 1, "msg": "left out"})
        )
        body = self.helper.send(self.room_id, "buy", tok=self.token, expect_code=403)
        self.assertEqual((body["errcode"], body["org.example.why"]), ("M_FORBIDDEN", 1))
        self.assertNotIn("msg", body)
        self.script(check_event_for_spam=returns("buy less"))
        body = self.helper.send(self.room_id, "buy", tok=self.token, expect_code=403)
        self.assertEqual(body, {"errcode": "M_FORBIDDEN", "error": "buy less"})

    def test_errors(self) -> None:
        self.script(check_event_for_spam=teapot())
        body = self.helper.send(self.room_id, "buy", tok=self.token, expect_code=418)
        self.assertEqual(body, {"errcode": "M_BAD_JSON", "error": "teapot", "org.example.lid": 1})
        self.script(check_event_for_spam=broken())
        body = self.helper.send(self.room_id, "buy", tok=self.token, expect_code=500)
        self.assertEqual(body["errcode"], "M_UNKNOWN")
        self.script(check_event_for_spam={"raise": "CancelledError"})
        self.helper.send(self.room_id, "buy", tok=self.token, expect_code=499)

    def test_should_drop_federated_event(self) -> None:
        event = self.event(self.helper.send(self.room_id, "hello", tok=self.token)["event_id"])
        self.assertIs(self.get_success(self.checks.should_drop_federated_event(event)), False)
        self.script(should_drop_federated_event=returns(True))
        self.assertIs(self.get_success(self.checks.should_drop_federated_event(event)), True)
        [told] = self.only_call("should_drop_federated_event")
        self.assertEqual(told["event_id"], event.event_id)

    def test_user_may_join_room(self) -> None:
        self.script(user_may_join_room=code("USER_LOCKED"))
        body = self.helper.join(self.room_id, self.bob, tok=self.bob_token, expect_code=403)
        self.assertEqual(body["errcode"], "M_USER_LOCKED")
        self.assertEqual(self.only_call("user_may_join_room"), [self.bob, self.room_id, False])

    def test_user_may_invite(self) -> None:
        self.script(user_may_invite=code("FORBIDDEN"))
        self.helper.invite(self.room_id, self.alice, self.bob, tok=self.token, expect_code=403)
        self.assertEqual(self.only_call("user_may_invite"), [self.alice, self.bob, self.room_id])

    def test_federated_user_may_invite(self) -> None:
        self.helper.invite(self.room_id, self.alice, self.bob, tok=self.token)
        state = self.get_success(
            self.hs.get_storage_controllers().state.get_current_state(self.room_id)
        )
        invite = state[("m.room.member", self.bob)]
        self.calls()
        self.assertIs(self.get_success(self.checks.federated_user_may_invite(invite)), ALLOWED)
        calls = self.calls("federated_user_may_invite", "user_may_invite")
        # Synapse goes on to `user_may_invite`, and nobody else does.
        self.assertEqual(calls[0][0]["state_key"], self.bob)
        self.assertEqual(calls[1:], [[self.alice, self.bob, self.room_id]])
        self.script(federated_user_may_invite=code("FORBIDDEN"))
        denied = self.get_success(self.checks.federated_user_may_invite(invite))
        self.assertEqual(denied, (Codes.FORBIDDEN, {}))

    def test_user_may_send_3pid_invite(self) -> None:
        identity = self.hs.get_room_member_handler().identity_handler
        self.patch(identity, "lookup_3pid", AsyncMock(return_value=None))
        self.script(user_may_send_3pid_invite=code("FORBIDDEN"))
        invite = {
            "id_server": "id.example.com",
            "id_access_token": "secret",
            "medium": "email",
            "address": "carol@example.com",
        }
        path = f"/_matrix/client/v3/rooms/{self.room_id}/invite"
        channel = self.make_request("POST", path, invite, access_token=self.token)
        self.assertEqual(channel.code, 403, channel.result)
        self.assertEqual(
            self.only_call("user_may_send_3pid_invite"),
            [self.alice, "email", "carol@example.com", self.room_id],
        )

    def test_user_may_create_room(self) -> None:
        self.script(user_may_create_room=code("LIMIT_EXCEEDED"))
        path = "/_matrix/client/v3/createRoom"
        channel = self.make_request("POST", path, {"name": "den"}, access_token=self.token)
        self.assertEqual(channel.code, 403, channel.result)
        self.assertEqual(channel.json_body["errcode"], "M_LIMIT_EXCEEDED")
        self.assertEqual(self.only_call("user_may_create_room"), [self.alice, {"name": "den"}])

    def test_user_may_create_room_alias(self) -> None:
        self.script(user_may_create_room_alias=code("FORBIDDEN"))
        path = "/_matrix/client/v3/directory/room/%23den:test"
        alias = {"room_id": self.room_id}
        channel = self.make_request("PUT", path, alias, access_token=self.token)
        self.assertEqual(channel.code, 403, channel.result)
        self.assertEqual(self.only_call("user_may_create_room_alias"), [self.alice, "#den:test"])

    def test_user_may_publish_room(self) -> None:
        self.script(user_may_publish_room=code("FORBIDDEN"))
        path = f"/_matrix/client/v3/directory/list/room/{self.room_id}"
        channel = self.make_request("PUT", path, {}, access_token=self.token)
        self.assertEqual(channel.code, 403, channel.result)
        self.assertEqual(self.only_call("user_may_publish_room"), [self.alice, self.room_id])

    def test_user_may_send_state_event(self) -> None:
        topic = {"topic": "spam"}
        # Synapse supports no fields here, and would treat these as a plain denial.
        self.script(user_may_send_state_event=code("LIMIT_EXCEEDED", {"org.example.why": 1}))
        body = self.helper.send_state(
            self.room_id, "m.room.topic", topic, tok=self.token, expect_code=403
        )
        self.assertEqual(body["errcode"], "M_LIMIT_EXCEEDED")
        self.assertEqual(
            self.only_call("user_may_send_state_event"),
            [self.alice, self.room_id, "m.room.topic", "", topic],
        )

    def test_check_username_for_spam(self) -> None:
        profile = {"user_id": self.bob, "display_name": "Bob", "avatar_url": None}
        hidden = self.checks.check_username_for_spam(profile, self.alice)
        self.assertIs(self.get_success(hidden), False)
        self.script(check_username_for_spam=returns(True))
        hidden = self.checks.check_username_for_spam(profile, self.alice)
        self.assertIs(self.get_success(hidden), True)
        self.assertEqual(self.only_call("check_username_for_spam"), [profile, self.alice])

    def test_check_registration_for_spam(self) -> None:
        register = self.hs.get_registration_handler().register_user
        self.script(check_registration_for_spam=REGISTRATION["DENY"])
        denied = self.get_failure(
            register("carol", user_agent_ips=[("agent", "192.0.2.1")]), SynapseError
        )
        self.assertEqual(denied.value.code, 429)
        self.assertEqual(
            self.only_call("check_registration_for_spam"),
            [None, "carol", [{"user_agent": "agent", "ip": "192.0.2.1"}], None],
        )
        self.script(check_registration_for_spam=REGISTRATION["SHADOW_BAN"])
        threepid = {"medium": "email", "address": "d@example.com", "validated_at": 1}
        dora = self.get_success(
            register("dora", threepid=threepid, auth_provider_id="oidc", user_agent_ips=[])
        )
        told = {"medium": "email", "address": "d@example.com"}
        self.assertEqual(self.only_call("check_registration_for_spam"), [told, "dora", [], "oidc"])
        user = self.get_success(self.hs.get_datastores().main.get_user_by_id(dora))
        self.assertTrue(user.is_shadow_banned)

    def test_check_media_file_for_spam(self) -> None:
        self.helper.upload_media(b"a file", tok=self.token)
        [content, info] = self.only_call("check_media_file_for_spam")
        self.assertEqual(content, {"length": 6, "content": "a file"})
        self.assertEqual(
            (info["server_name"], info["url_cache"], info["thumbnail"]), (None, False, None)
        )
        self.script(check_media_file_for_spam=code("FORBIDDEN"))
        body = self.helper.upload_media(b"a worse file", tok=self.token, expect_code=400)
        self.assertEqual(body["error"], "Bad content")

    def test_check_login_for_spam(self) -> None:
        self.script(check_login_for_spam=code("USER_ACCOUNT_SUSPENDED"))
        credentials = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": "bob"},
            "password": "secret",
            "device_id": "PHONE",
            "initial_device_display_name": "phone",
        }
        channel = self.make_request("POST", "/_matrix/client/v3/login", credentials)
        self.assertEqual(channel.code, 403, channel.result)
        self.assertEqual(channel.json_body["errcode"], "M_USER_SUSPENDED")
        [user_id, device_id, name, [client], provider] = self.only_call("check_login_for_spam")
        self.assertEqual((user_id, device_id, name, provider), (self.bob, "PHONE", "phone", None))
        self.assertEqual(client["ip"], "127.0.0.1")


class SlowSpamChecker(SpamChecker):
    """The same module, which waits once before each answer."""

    suspend = True


class Failures(NativeTestCase):
    """Outcomes that scripts do not support: codes that Synapse does not know, and panics."""

    servlets = [admin.register_servlets, login.register_servlets, room.register_servlets]
    modules = [
        {
            "module": "good_recorder",
            "config": {
                "callbacks": ["check_event_for_spam", "user_may_send_state_event"],
                "about": {
                    "check_event_for_spam": {
                        "unknown": {
                            "deny_with": {
                                "errcode": "ORG.EXAMPLE.TIRED",
                                "message": "tired",
                                "fields": {"until": 8},
                            }
                        },
                        "panic": {"panic": "out of order"},
                    },
                    "user_may_send_state_event": {
                        "m.room.topic": {
                            "deny_with": {"errcode": "ORG.EXAMPLE.TIRED", "message": "tired"}
                        }
                    },
                },
            },
        }
    ]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        alice = self.register_user("alice", "secret")
        self.token = self.login("alice", "secret")
        self.room_id = self.helper.create_room_as(alice, tok=self.token)

    def test_a_code_that_synapse_does_not_know(self) -> None:
        body = self.helper.send(self.room_id, "unknown", tok=self.token, expect_code=403)
        self.assertEqual(body, {"errcode": "ORG.EXAMPLE.TIRED", "error": "tired", "until": 8})

    def test_a_code_that_synapse_does_not_know_where_it_takes_no_fields(self) -> None:
        body = self.helper.send_state(
            self.room_id, "m.room.topic", {"topic": ""}, tok=self.token, expect_code=403
        )
        self.assertEqual(body["errcode"], "M_FORBIDDEN")

    def test_a_panic_fails_the_request_and_nothing_else(self) -> None:
        body = self.helper.send(self.room_id, "panic", tok=self.token, expect_code=500)
        self.assertEqual(body["errcode"], "M_UNKNOWN")
        self.helper.send(self.room_id, "hello", tok=self.token)
