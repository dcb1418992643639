"""Shows that native modules decide how often a user may do something."""

from __future__ import annotations

from typing import Any

from synapse.module_api import RatelimitOverride
from synapse.rest import admin
from synapse.rest.client import login, room

from scripts import NOTHING, ScriptedTestCase, broken, returns


def override(per_second: float, burst_count: int) -> Any:
    return returns(
        {"$": "RatelimitOverride", "per_second": per_second, "burst_count": burst_count}
    )


class Ratelimit(ScriptedTestCase):
    servlets = [admin.register_servlets, login.register_servlets, room.register_servlets]
    outcomes = {"get_ratelimit_override_for_user": NOTHING}

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.ask = hs.get_module_api_callbacks().ratelimit.get_ratelimit_override_for_user
        self.alice = self.register_user("alice", "secret")
        self.token = self.login("alice", "secret")
        self.room_id = self.helper.create_room_as(self.alice, tok=self.token)
        self.calls()

    def invite(self, name: str, status: int) -> Any:
        return self.helper.invite(
            self.room_id, self.alice, f"@{name}:test", tok=self.token, expect_code=status
        )

    def test_get_ratelimit_override_for_user(self) -> None:
        self.assertIsNone(self.get_success(self.ask(self.alice, "rc_invites.per_user")))
        self.assertEqual(
            self.only_call("get_ratelimit_override_for_user"), [self.alice, "rc_invites.per_user"]
        )
        self.script(get_ratelimit_override_for_user=override(0.5, 3))
        given = self.get_success(self.ask(self.alice, "rc_invites.per_user"))
        self.assertEqual(given, RatelimitOverride(per_second=0.5, burst_count=3))
        self.script(get_ratelimit_override_for_user=broken())
        self.get_failure(self.ask(self.alice, "rc_invites.per_user"), Exception)

    def test_a_limit_limits(self) -> None:
        self.script(get_ratelimit_override_for_user=override(0.001, 1))
        self.invite("bob", 200)
        body = self.invite("carol", 429)
        self.assertEqual(body["errcode"], "M_LIMIT_EXCEEDED")

    def test_no_limit_at_all(self) -> None:
        self.script(get_ratelimit_override_for_user=override(0.0, 0))
        for name in ("bob", "carol", "dora"):
            self.invite(name, 200)


class SlowRatelimit(Ratelimit):
    """The same module, which waits once before each answer."""

    suspend = True
