"""Shows that native modules decide who receives whose presence."""

from __future__ import annotations

from typing import Any

from synapse.module_api import PRESENCE_ALL_USERS, UserPresenceState

from scripts import ScriptedTestCase, broken, returns


class PresenceRouter(ScriptedTestCase):
    outcomes = {
        "get_users_for_states": returns(
            {
                "@boss:test": {"$": "set", "v": [{"$": "presence", "v": "@alice:test"}]},
                "@nobody:test": {"$": "set", "v": []},
            }
        ),
        "get_interested_users": returns({"$": "set", "v": ["@alice:test", "@bob:test"]}),
    }

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.router = hs.get_presence_router()

    def test_get_users_for_states(self) -> None:
        alice = UserPresenceState.default("@alice:test")
        bob = UserPresenceState(
            user_id="@bob:test",
            state="online",
            last_active_ts=1,
            last_federation_update_ts=2,
            last_user_sync_ts=3,
            status_msg="here",
            currently_active=True,
        )
        users = self.get_success(self.router.get_users_for_states([alice, bob]))
        # It is of Synapse's class, and equal to Synapse's own state.
        self.assertEqual(users, {"@boss:test": {alice}, "@nobody:test": set()})
        self.assertEqual(
            self.only_call("get_users_for_states"), [[alice.as_dict(), bob.as_dict()]]
        )
        self.script(get_users_for_states=broken())
        self.assertEqual(self.get_success(self.router.get_users_for_states([alice])), {})

    def test_get_interested_users(self) -> None:
        users = self.get_success(self.router.get_interested_users("@boss:test"))
        self.assertEqual(users, {"@alice:test", "@bob:test"})
        self.assertEqual(self.only_call("get_interested_users"), ["@boss:test"])
        self.script(get_interested_users=returns({"$": "ALL_USERS"}))
        users = self.get_success(self.router.get_interested_users("@boss:test"))
        self.assertEqual(users, PRESENCE_ALL_USERS)


class SlowPresenceRouter(PresenceRouter):
    """The same module, which waits once before each answer."""

    suspend = True
