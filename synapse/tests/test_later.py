"""Shows that modules' continuations run once: after a user has logged in, and after a batch of an
update has run."""

from __future__ import annotations

from typing import Any

from synapse.rest import admin
from synapse.rest.client import login
from synapse.types import JsonDict

from support import NativeTestCase


def recorder(**answers: Any) -> JsonDict:
    """A module that accepts all logins and allows batches, with continuations for both."""
    answers = {"check_auth": {"replace": "@alice:test"}, "on_update": {"replace": 7}, **answers}
    config = {
        "callbacks": ["check_auth", "on_update"],
        "later": ["on_login", "on_exit"],
        "answers": answers,
    }
    return {"module": "good_recorder", "config": config}


class Later(NativeTestCase):
    servlets = [admin.register_servlets, login.register_servlets]
    modules = [recorder()]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.updates = hs.get_datastores().main.db_pool.updates
        self.register_user("alice", "secret")

    def seen_from(self, callback: str, first: str) -> list[list[Any]]:
        """The module's records from the call of this callback with this argument on."""
        seen = self.make_request("GET", "/_synapse/client/recorder/seen").json_list
        begin = [call[:2] for call in seen].index([callback, first])
        return seen[begin:]

    def log_in(self) -> Any:
        credentials = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": "alice"},
            "password": "whatever",
        }
        return self.make_request("POST", "/_matrix/client/v3/login", credentials)

    async def batch(self, fails: bool = False) -> None:
        async with self.updates._get_context_manager_for_update(
            sleep=False, update_name="sort", database_name="main", oneshot=True
        ):
            if fails:
                raise ValueError("the batch failed")

    def test_when_the_user_is_in(self) -> None:
        channel = self.log_in()
        self.assertEqual(channel.code, 200, channel.result)
        _, [name, response] = self.seen_from("check_auth", "alice")[:2]
        self.assertEqual(name, "on_login")
        for key in ("user_id", "access_token", "device_id", "home_server"):
            self.assertEqual(response[key], channel.json_body[key])

    def test_when_the_batch_has_run(self) -> None:
        self.get_success(self.batch())
        self.assertEqual(self.seen_from("on_update", "sort")[1], ["on_exit"])

    def test_when_the_batch_has_failed(self) -> None:
        self.get_failure(self.batch(fails=True), ValueError)
        self.assertEqual(self.seen_from("on_update", "sort")[1], ["on_exit"])


class Fails(Later):
    """The continuation fails: Synapse fails the login, whose access token already exists."""

    modules = [recorder(on_login={"fail": "no seat left"})]

    def test_when_the_user_is_in(self) -> None:
        channel = self.log_in()
        self.assertEqual(channel.code, 500, channel.result)
