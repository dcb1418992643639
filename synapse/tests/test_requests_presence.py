"""Shows that native modules set and send presence."""

from __future__ import annotations

from asking import AskingTestCase
from synapse.rest.client import presence, sync
from synapse.types import JsonDict


class Presence(AskingTestCase):
    """Requests of the group `presence`."""

    servlets = [*AskingTestCase.servlets, presence.register_servlets, sync.register_servlets]

    def default_config(self) -> JsonDict:
        return {**super().default_config(), "presence": {"enabled": True}}

    def status(self) -> JsonDict:
        path = f"/_matrix/client/v3/presence/{self.alice}/status"
        return self.make_request("GET", path, access_token=self.token).json_body

    def test_presence_is_set(self) -> None:
        users = {self.alice: ["busy", "at tea"], "@a:elsewhere": ["offline", None]}
        self.assertIsNone(self.ask("set_presence_for_users", users=users))
        told = self.status()
        self.assertEqual((told["presence"], told["status_msg"]), ("busy", "at tea"))

    def synced(self, since: str | None) -> JsonDict:
        query = "" if since is None else f"?since={since}"
        path = f"/_matrix/client/v3/sync{query}"
        return self.make_request("GET", path, access_token=self.bobs_token).json_body

    def test_presence_is_sent_once(self) -> None:
        self.helper.join(self.room_id, self.bob, tok=self.bobs_token)
        self.ask("set_presence_for_users", users={self.alice: ["online", "here"]})
        since = self.synced(self.synced(None)["next_batch"])["next_batch"]
        self.assertNotIn("presence", self.synced(since))
        self.assertIsNone(self.ask("send_local_online_presence_to", users=[self.bob]))
        events = self.synced(since)["presence"]["events"]
        self.assertIn(
            (self.alice, "here"),
            [(event["sender"], event["content"].get("status_msg")) for event in events],
        )
