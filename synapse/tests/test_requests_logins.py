"""Shows that native modules manage logins through Synapse's `ModuleApi`."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from asking import AskingTestCase
from synapse.types import JsonDict

CLIENT = "https://client.example/"


class Logins(AskingTestCase):
    """Requests of the group `logins`."""

    def default_config(self) -> JsonDict:
        return {**super().default_config(), "sso": {"client_whitelist": [CLIENT]}}

    def who_am_i(self, token: str) -> JsonDict:
        channel = self.make_request("GET", "/_matrix/client/v3/account/whoami", access_token=token)
        return channel.json_body

    def log_in(self, token: str) -> JsonDict:
        body = {"type": "m.login.token", "token": token}
        return self.make_request("POST", "/_matrix/client/v3/login", body).json_body

    def test_devices(self) -> None:
        made = self.ask(
            "register_device", user_id=self.bob, device_id=None, initial_display_name="TV"
        )
        self.assertEqual(
            set(made), {"device_id", "access_token", "valid_until_ms", "refresh_token"}
        )
        me = self.who_am_i(made["access_token"])
        self.assertEqual((me["user_id"], me["device_id"]), (self.bob, made["device_id"]))
        named = self.ask(
            "register_device", user_id=self.bob, device_id="SOFA", initial_display_name=None
        )
        self.assertEqual(named["device_id"], "SOFA")

    def test_login_tokens(self) -> None:
        token = self.ask(
            "create_login_token",
            user_id=self.bob,
            duration_in_ms=60_000,
            auth_provider_id=None,
            auth_provider_session_id=None,
        )
        self.assertEqual(self.log_in(token)["user_id"], self.bob)
        self.assertEqual(self.log_in(token)["errcode"], "M_FORBIDDEN", "it lets in once")

    def test_an_access_token_ends(self) -> None:
        self.assertIsNone(self.ask("invalidate_access_token", access_token=self.bobs_token))
        self.assertEqual(self.who_am_i(self.bobs_token)["errcode"], "M_UNKNOWN_TOKEN")
        error = self.error("invalidate_access_token", access_token=self.bobs_token)
        self.assert_refused(error, 401, "M_UNKNOWN_TOKEN")
        self.assertEqual(error["fields"], {"soft_logout": False})

    def test_an_access_token_without_a_device_ends(self) -> None:
        token = "of-no-device"
        store = self.hs.get_datastores().main
        add = store.add_access_token_to_user(self.bob, token, None, None)
        self.get_success(add)
        self.assertEqual(self.who_am_i(token)["user_id"], self.bob)
        self.ask("invalidate_access_token", access_token=token)
        self.assertEqual(self.who_am_i(token)["errcode"], "M_UNKNOWN_TOKEN")

    def complete(self, **arguments: object) -> JsonDict:
        usual = {
            "registered_user_id": self.bob,
            "client_redirect_url": f"{CLIENT}in?a=1",
            "new_user": False,
            "auth_provider_id": None,
        }
        return self.outcome("complete_sso_login_async", **{**usual, **arguments})

    def test_a_browser_is_led_to_the_client(self) -> None:
        for provider in [None, "oidc-x"]:
            address = urlsplit(self.complete(auth_provider_id=provider)["answer"])
            self.assertEqual(address.netloc, "client.example")
            query = parse_qs(address.query)
            self.assertEqual(query["a"], ["1"])
            self.assertEqual(self.log_in(query["loginToken"][0])["user_id"], self.bob)

    def test_redirects_that_need_confirmation_are_refused(self) -> None:
        error = self.complete(client_redirect_url="https://evil.example/x?y")["error"]
        self.assert_refused(error, 403, "M_FORBIDDEN")
        self.assertIn("`https://evil.example/` to `sso: client_whitelist`", error["message"])

    def test_a_deactivated_account_is_not_let_in(self) -> None:
        self.ask("deactivate_user", user_id=self.bob, erase=False)
        self.assert_refused(self.complete()["error"], 403, "M_USER_DEACTIVATED")

    def test_registration_tokens(self) -> None:
        made = self.ask(
            "create_registration_token", token="welcome", uses_allowed=3, expiry_time=None
        )
        known = {"token": "welcome", "uses_allowed": 3, "completed": 0, "expiry_time": None}
        self.assertEqual(made, known)
        chosen = self.ask(
            "create_registration_token", token=None, uses_allowed=None, expiry_time=10**12
        )
        self.assertRegex(chosen["token"], r"^[A-Za-z0-9._~-]{16}$")
        every = self.ask("get_registration_tokens")
        self.assertCountEqual(every, [known, chosen])
        self.assertIs(self.ask("delete_registration_token", token="welcome"), True)
        self.assertIs(self.ask("delete_registration_token", token="welcome"), False)
        self.assertEqual(self.ask("get_registration_tokens"), [chosen])

    def test_registration_tokens_that_cannot_be(self) -> None:
        usual = {"token": "welcome", "uses_allowed": None, "expiry_time": None}
        self.ask("create_registration_token", **usual)
        wrong = [{}, {"token": ""}, {"token": "a b"}, {"token": "a" * 65}, {"uses_allowed": -1}]
        for change in wrong:
            error = self.error("create_registration_token", **{**usual, **change})
            self.assert_refused(error, 400, "M_INVALID_PARAM")
