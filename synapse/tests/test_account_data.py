"""Shows that native modules are notified of changes of account data."""

from __future__ import annotations

from typing import Any

from synapse.rest import admin
from synapse.rest.client import account_data, login, room

from scripts import NOTHING, ScriptedTestCase, broken


class AccountData(ScriptedTestCase):
    servlets = [
        account_data.register_servlets,
        admin.register_servlets,
        login.register_servlets,
        room.register_servlets,
    ]
    outcomes = {"on_account_data_updated": NOTHING}

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.alice = self.register_user("alice", "secret")
        self.token = self.login("alice", "secret")
        self.room_id = self.helper.create_room_as(self.alice, tok=self.token)
        self.calls()

    def put(self, path: str) -> None:
        path = f"/_matrix/client/v3/user/{self.alice}{path}/account_data/org.example.font"
        channel = self.make_request("PUT", path, {"size": 12}, access_token=self.token)
        self.assertEqual(channel.code, 200, channel.result)

    def test_on_account_data_updated(self) -> None:
        self.put("")
        self.put(f"/rooms/{self.room_id}")
        self.assertEqual(
            self.calls("on_account_data_updated"),
            [
                [self.alice, None, "org.example.font", {"size": 12}],
                [self.alice, self.room_id, "org.example.font", {"size": 12}],
            ],
        )
        self.script(on_account_data_updated=broken())
        self.put("")


class SlowAccountData(AccountData):
    """The same module, which waits once before each answer."""

    suspend = True
