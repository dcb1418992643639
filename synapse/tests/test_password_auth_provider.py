"""Shows that native modules check logins, and are notified of logouts."""

from __future__ import annotations

from typing import Any

from synapse.api.errors import SynapseError
from synapse.rest import admin
from synapse.rest.client import login, logout

from scripts import NOTHING, YES, ScriptedTestCase, broken, returns

ACCEPTED = returns({"$": "tuple", "v": ["@alice:test", {"$": "callable"}]})


class PasswordAuthProvider(ScriptedTestCase):
    servlets = [admin.register_servlets, login.register_servlets, logout.register_servlets]
    outcomes = {
        "check_auth": NOTHING,
        "check_3pid_auth": NOTHING,
        "on_logged_out": NOTHING,
        "get_username_for_registration": NOTHING,
        "get_displayname_for_registration": NOTHING,
        "is_3pid_allowed": YES,
    }
    script_config = {
        "auth_checkers": [["m.login.password", ["password"]], ["org.example.card", ["number"]]]
    }

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.provider = hs.get_password_auth_provider()
        self.alice = self.register_user("alice", "secret")
        self.calls()

    def log_in(self, credentials: dict[str, Any], status: int) -> Any:
        identifier = {"type": "m.id.user", "user": "alice"}
        credentials = {"identifier": identifier, **credentials}
        channel = self.make_request("POST", "/_matrix/client/v3/login", credentials)
        self.assertEqual(channel.code, status, channel.result)
        return channel.json_body

    def test_check_auth(self) -> None:
        wrong = {"type": "m.login.password", "password": "wrong"}
        self.log_in(wrong, 403)
        called = ["alice", "m.login.password", {"password": "wrong"}]
        self.assertEqual(self.only_call("check_auth"), called)
        self.script(check_auth=ACCEPTED)
        self.assertEqual(self.log_in(wrong, 200)["user_id"], self.alice)
        # A module that fails neither accepts nor refuses a login.
        self.script(check_auth=broken())
        self.log_in(wrong, 403)
        self.log_in({"type": "m.login.password", "password": "secret"}, 200)

    def test_a_type_of_login_of_its_own(self) -> None:
        channel = self.make_request("GET", "/_matrix/client/v3/login")
        self.assertIn({"type": "org.example.card"}, channel.json_body["flows"])
        self.script(check_auth=ACCEPTED)
        self.log_in({"type": "org.example.card", "number": "7"}, 200)
        self.assertEqual(
            self.only_call("check_auth"), ["alice", "org.example.card", {"number": "7"}]
        )
        self.log_in({"type": "org.example.card"}, 400)

    def test_check_3pid_auth(self) -> None:
        login = {"$": "tuple", "v": ["@alice:test", None]}
        self.script(check_3pid_auth=returns(login))
        accepted = self.provider.check_3pid_auth("email", "a@example.com", "secret")
        self.assertEqual(self.get_success(accepted), ("@alice:test", None))
        self.assertEqual(self.only_call("check_3pid_auth"), ["email", "a@example.com", "secret"])

    def test_on_logged_out(self) -> None:
        token = self.login("alice", "secret", device_id="PHONE")
        channel = self.make_request("POST", "/_matrix/client/v3/logout", {}, access_token=token)
        self.assertEqual(channel.code, 200, channel.result)
        self.assertEqual(self.only_call("on_logged_out"), [self.alice, "PHONE", token])

    def test_get_username_for_registration(self) -> None:
        ask = self.provider.get_username_for_registration
        self.names("get_username_for_registration", ask)

    def test_get_displayname_for_registration(self) -> None:
        ask = self.provider.get_displayname_for_registration
        self.names("get_displayname_for_registration", ask)

    def names(self, callback: str, ask: Any) -> None:
        self.assertIsNone(self.get_success(ask({"m.login.dummy": True}, {"device": 1})))
        self.assertEqual(self.only_call(callback), [{"m.login.dummy": True}, {"device": 1}])
        self.script(**{callback: returns("carol")})
        self.assertEqual(self.get_success(ask({}, {})), "carol")
        self.script(**{callback: broken()})
        self.assertEqual(self.get_failure(ask({}, {}), SynapseError).value.code, 500)

    def test_is_3pid_allowed(self) -> None:
        ask = self.provider.is_3pid_allowed
        self.assertIs(self.get_success(ask("email", "a@example.com", True)), True)
        self.script(is_3pid_allowed=returns(False))
        self.assertIs(self.get_success(ask("email", "a@example.com", True)), False)
        self.assertEqual(self.only_call("is_3pid_allowed"), ["email", "a@example.com", True])


class SlowPasswordAuthProvider(PasswordAuthProvider):
    """The same module, which waits once before each answer."""

    suspend = True
