"""Shows that native modules send push notifications, and change push rules."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from asking import AskingTestCase, Outcome
from synapse.logging.context import make_deferred_yieldable
from synapse.rest.client import push_rule
from synapse.types import JsonDict

GATEWAY = "http://push.example/_matrix/push/v1/notify"


class Push(AskingTestCase):
    """Requests of the group `push`."""

    servlets = [*AskingTestCase.servlets, push_rule.register_servlets]

    def prepare(self, reactor, clock, hs) -> None:  # type: ignore[no-untyped-def]
        super().prepare(reactor, clock, hs)
        self.sent: list[tuple[JsonDict, Deferred[JsonDict]]] = []
        client = hs.get_proxied_blocklisted_http_client()

        async def post(url: str, body: JsonDict, **_: object) -> JsonDict:
            self.assertEqual(url, GATEWAY)
            answer: Deferred[JsonDict] = Deferred()
            self.sent.append((body, answer))
            return await make_deferred_yieldable(answer)

        self.patch(client, "post_json_get_json", post)
        store = hs.get_datastores().main
        user = self.get_success(store.get_user_by_access_token(self.bobs_token))
        self.device_id = user.device_id
        self.get_success(
            hs.get_pusherpool().add_or_update_pusher(
                user_id=self.bob,
                device_id=self.device_id,
                kind="http",
                app_id="app",
                app_display_name="App",
                device_display_name="Phone",
                pushkey="key",
                lang=None,
                data={"url": GATEWAY},
            )
        )

    def test_devices_are_notified(self) -> None:
        begun = self.begin_notification(device_id=None)
        [(body, answer)] = self.sent
        notification = body["notification"]
        self.assertEqual(notification["wake"], True)
        [device] = notification["devices"]
        self.assertEqual((device["pushkey"], device["tweaks"]), ("key", {"sound": "bell"}))
        self.assertEqual(device["data"]["default_payload"], {"aps": {}})
        self.assertIsNone(begun.told, "the gateway has not answered")
        answer.callback({})
        self.pump()
        self.assertEqual(begun.told, {"answer": {self.device_id: True}})

    def begin_notification(self, **arguments: object) -> Outcome:
        usual = {
            "user_id": self.bob,
            "content": {"wake": True},
            "tweaks": {"sound": "bell"},
            "default_payload": {"aps": {}},
        }
        begun = self.begin("send_http_push_notification", **{**usual, **arguments})
        self.pump()
        return begun

    def test_notifications_that_a_gateway_rejects(self) -> None:
        begun = self.begin_notification(
            device_id=self.device_id, tweaks=None, default_payload=None
        )
        [(_, answer)] = self.sent
        answer.callback({"rejected": ["key"]})
        self.pump()
        self.assertEqual(begun.told, {"answer": {self.device_id: False}})

    def test_devices_that_have_no_pusher(self) -> None:
        self.assertEqual(self.begin_notification(device_id="TV").told, {"answer": {}})
        self.assertEqual(self.sent, [])

    def test_actions(self) -> None:
        good = ["notify", {"set_tweak": "sound", "value": "bell"}]
        self.assertIsNone(self.ask("check_push_rule_actions", actions=good))
        error = self.error("check_push_rule_actions", actions=["shout"])
        self.assert_refused(error, 400, "M_INVALID_PARAM")

    def change(self, **arguments: object) -> JsonDict:
        usual = {
            "user_id": self.bob,
            "scope": "global",
            "kind": "override",
            "rule_id": ".m.rule.master",
            "actions": ["notify"],
        }
        return self.outcome("set_push_rule_action", **{**usual, **arguments})

    def test_rules_change(self) -> None:
        self.assertEqual(self.change(), {"answer": None})
        path = "/_matrix/client/v3/pushrules/global/override/.m.rule.master"
        rule = self.make_request("GET", path, access_token=self.bobs_token).json_body
        self.assertEqual(rule["actions"], ["notify"])

    def test_rules_that_cannot_change(self) -> None:
        self.assert_refused(self.change(rule_id=".m.none")["error"], 404, "M_NOT_FOUND")
        self.assert_refused(self.change(actions=["shout"])["error"], 400, "M_INVALID_PARAM")
        self.assertIn("scope", self.change(scope="device")["error"]["message"])
