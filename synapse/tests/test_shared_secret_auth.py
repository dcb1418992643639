"""Shows that the secret of `shared_secret_auth` allows logins to Synapse."""

from __future__ import annotations

import hmac
from hashlib import sha512
from typing import Any

from synapse.rest import admin
from synapse.rest.client import login

from support import NativeTestCase, native

SECRET = "a long one"
SHARED_SECRET = "com.devture.shared_secret_auth"


def token(user_id: str) -> str:
    return hmac.new(SECRET.encode(), user_id.encode(), sha512).hexdigest()


class SharedSecretAuth(NativeTestCase):
    servlets = [admin.register_servlets, login.register_servlets]

    def native_modules(self) -> list[dict[str, Any]]:
        config = {"shared_secret": SECRET, "m_login_password_support_enabled": True}
        return [native({"module": "shared_secret_auth", "config": config})]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.alice = self.register_user("alice", "her own")

    def log_in(self, user: str, status: int, **credentials: Any) -> None:
        body = {"identifier": {"type": "m.id.user", "user": user}, **credentials}
        channel = self.make_request("POST", "/_matrix/client/v3/login", body)
        self.assertEqual(channel.code, status, channel.result)
        self.assertNotIn(SECRET, str(channel.result))
        if status == 200:
            self.assertEqual(channel.json_body["user_id"], self.alice)

    def test_the_type_of_login(self) -> None:
        channel = self.make_request("GET", "/_matrix/client/v3/login")
        self.assertIn({"type": SHARED_SECRET}, channel.json_body["flows"])

    def test_tokens(self) -> None:
        right = token(self.alice)
        for user in ("alice", self.alice):
            self.log_in(user, 200, type=SHARED_SECRET, token=right)
        for wrong in ("", "her own", right.upper(), token("alice")):
            self.log_in("alice", 403, type=SHARED_SECRET, token=wrong)
        for nobody in ("bob", "@alice:elsewhere"):
            full = nobody if nobody.startswith("@") else f"@{nobody}:test"
            self.log_in(nobody, 403, type=SHARED_SECRET, token=token(full))
        self.log_in("alice", 400, type=SHARED_SECRET)
        self.log_in("alice", 403, type=SHARED_SECRET, token=5)

    def test_passwords(self) -> None:
        self.log_in("alice", 200, type="m.login.password", password=token(self.alice))
        self.log_in("alice", 200, type="m.login.password", password="her own")
        self.log_in("alice", 403, type="m.login.password", password="another")

    def test_deactivated_users_cannot_log_in(self) -> None:
        store = self.hs.get_datastores().main
        self.get_success(store.set_user_deactivated_status(self.alice, True))
        self.log_in("alice", 403, type=SHARED_SECRET, token=token(self.alice))
