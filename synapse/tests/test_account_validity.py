"""Shows that the callbacks of `account_validity` are called as in Synapse."""

from __future__ import annotations

from typing import Any

from synapse.rest import admin
from synapse.rest.client import account, login

from scripts import NOTHING, ScriptedTestCase, broken, returns, teapot

RENEWED = returns({"$": "tuple", "v": [True, False, 1_900_000_000_000]})


class AccountValidity(ScriptedTestCase):
    servlets = [account.register_servlets, admin.register_servlets, login.register_servlets]
    outcomes = {
        "is_user_expired": NOTHING,
        "on_user_registration": NOTHING,
        "on_user_login": NOTHING,
        "on_legacy_send_mail": NOTHING,
        "on_legacy_renew": RENEWED,
        "on_legacy_admin_request": returns(1_900_000_000_000),
    }

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.alice = self.register_user("alice", "secret")
        self.token = self.login("alice", "secret")
        self.calls()

    def test_is_user_expired(self) -> None:
        path = "/_matrix/client/v3/account/whoami"
        self.assertEqual(self.make_request("GET", path, access_token=self.token).code, 200)
        self.assertIn([self.alice], self.calls("is_user_expired"))
        self.script(is_user_expired=returns(True))
        channel = self.make_request("GET", path, access_token=self.token)
        self.assertEqual(channel.code, 403, channel.result)
        self.assertEqual(channel.json_body["errcode"], "ORG_MATRIX_EXPIRED_ACCOUNT")
        self.script(is_user_expired=broken())
        channel = self.make_request("GET", path, access_token=self.token)
        self.assertEqual(channel.code, 500, channel.result)

    def test_on_user_registration(self) -> None:
        bob = self.register_user("bob", "secret")
        self.assertEqual(self.only_call("on_user_registration"), [bob])
        self.script(on_user_registration=broken())
        register = self.hs.get_registration_handler().register_user
        self.get_failure(register("carol"), Exception)

    def test_on_user_login(self) -> None:
        self.login("alice", "secret")
        self.assertEqual(self.only_call("on_user_login"), [self.alice, "m.login.password", None])

    def test_on_legacy_send_mail(self) -> None:
        handler = self.hs.get_account_validity_handler()
        self.get_success(handler.send_renewal_email_to_user(self.alice))
        self.assertEqual(self.only_call("on_legacy_send_mail"), [self.alice])

    def test_on_legacy_renew(self) -> None:
        handler = self.hs.get_account_validity_handler()
        renewed = self.get_success(handler.renew_account("from-a-mail"))
        self.assertEqual(renewed, (True, False, 1_900_000_000_000))
        self.assertEqual(self.only_call("on_legacy_renew"), ["from-a-mail"])

    def test_on_legacy_admin_request(self) -> None:
        self.register_user("admin", "secret", admin=True)
        token = self.login("admin", "secret")
        path = "/_synapse/admin/v1/account_validity/validity"
        wanted = {"user_id": self.alice}
        channel = self.make_request("POST", f"{path}?dry=1", wanted, access_token=token)
        self.assertEqual(channel.code, 200, channel.result)
        self.assertEqual(channel.json_body, {"expiration_ts": 1_900_000_000_000})
        [request] = self.only_call("on_legacy_admin_request")
        self.assertEqual((request["method"], request["path"]), ("POST", path))
        self.assertEqual((request["dry"], request["body"]), ("1", wanted))
        self.script(on_legacy_admin_request=teapot())
        channel = self.make_request("POST", path, wanted, access_token=token)
        self.assertEqual(channel.code, 418, channel.result)


class SlowAccountValidity(AccountValidity):
    """The same module, which waits once before each answer."""

    suspend = True
