"""Shows that native modules read and change accounts through Synapse's `ModuleApi`."""

from __future__ import annotations

from unittest.mock import Mock

from twisted.internet.defer import Deferred

from asking import AskingTestCase, Outcome
from hsmod.requests.answers import to_json
from hsmod.requests.users import _app_service_id
from synapse.logging.context import make_deferred_yieldable
from synapse.module_api import DirectServeJsonResource, SynapseRequest
from synapse.types import JsonDict, create_requester

DAY_MS = 24 * 60 * 60 * 1000


class Accounts(AskingTestCase):
    """Requests of the group `users`."""

    def test_an_account(self) -> None:
        info = self.ask("get_userinfo_by_id", user_id=self.alice)
        self.assertEqual(info["user_id"], self.alice)
        self.assertEqual((info["is_admin"], info["approved"]), (True, True))
        for no in ["is_guest", "is_deactivated", "is_shadow_banned", "is_locked", "is_suspended"]:
            self.assertIs(info[no], False, no)
        consent = ["consent_version", "consent_ts", "consent_server_notice_sent"]
        for nothing in ["appservice_id", "user_type", *consent]:
            self.assertIsNone(info[nothing], nothing)
        self.assertIsNone(self.ask("get_userinfo_by_id", user_id="@nobody:test"))

    def test_the_age_of_an_account_is_in_seconds(self) -> None:
        self.reactor.advance(5000)
        self.register_user("carol", "secret")
        made = self.ask("get_userinfo_by_id", user_id="@carol:test")["creation_ts"]
        self.assertTrue(5000 <= made < 6000, made)

    def test_admins(self) -> None:
        self.assertIs(self.ask("is_user_admin", user_id=self.alice), True)
        self.assertIs(self.ask("is_user_admin", user_id=self.bob), False)
        self.assertIs(self.ask("is_user_admin", user_id="@nobody:test"), False)
        self.assertIsNone(self.ask("set_user_admin", user_id=self.bob, admin=True))
        self.assertIs(self.ask("is_user_admin", user_id=self.bob), True)
        self.ask("set_user_admin", user_id=self.bob, admin=False)
        self.assertIs(self.ask("is_user_admin", user_id=self.bob), False)

    def test_display_names_come_and_go(self) -> None:
        self.assertIsNone(
            self.ask("set_displayname", user_id=self.bob, new_displayname="Bob \U0001f408")
        )
        profile = self.ask("get_profile_for_user", localpart="bob")
        self.assertEqual(profile, {"display_name": "Bob \U0001f408", "avatar_url": None})
        self.ask("set_displayname", user_id=self.bob, new_displayname=None)
        profile = self.ask("get_profile_for_user", localpart="bob")
        self.assertEqual(profile, {"display_name": None, "avatar_url": None})
        error = self.error("set_displayname", user_id="@a:elsewhere", new_displayname="A")
        self.assertEqual(error["status"], 400)

    def test_existing_and_unknown_users(self) -> None:
        self.assertEqual(self.ask("check_user_exists", user_id="@ALICE:test"), self.alice)
        self.assertIsNone(self.ask("check_user_exists", user_id="@nobody:test"))

    def test_which_names_may_be_registered(self) -> None:
        self.assertIsNone(self.ask("check_username", username="carol"))
        self.assert_refused(self.error("check_username", username="bob"), 400, "M_USER_IN_USE")
        error = self.error("check_username", username="No!")
        self.assert_refused(error, 400, "M_INVALID_USERNAME")

    def test_accounts_are_made(self) -> None:
        made = self.ask(
            "register_user",
            localpart="carol",
            displayname="Carol",
            emails=["carol@example.com"],
            admin=True,
        )
        self.assertEqual(made, "@carol:test")
        self.assertIs(self.ask("is_user_admin", user_id=made), True)
        self.assertEqual(
            self.ask("get_profile_for_user", localpart="carol")["display_name"], "Carol"
        )
        threepids = self.ask("get_threepids_for_user", user_id=made)
        self.assertEqual([one["address"] for one in threepids], ["carol@example.com"])
        again = self.error(
            "register_user", localpart="carol", displayname=None, emails=[], admin=False
        )
        self.assert_refused(again, 400, "M_USER_IN_USE")

    def test_users_of_sso_providers(self) -> None:
        known = {"auth_provider_id": "oidc-x", "external_id": "17"}
        self.assertIsNone(
            self.ask("record_user_external_id", **known, registered_user_id=self.bob)
        )
        store = self.hs.get_datastores().main
        found = self.get_success(store.get_user_by_external_id("oidc-x", "17"))
        self.assertEqual(found, self.bob)
        error = self.error("record_user_external_id", **known, registered_user_id=self.alice)
        self.assertIn("ExternalIDReuseException", error["message"])

    def test_from_where_a_user_was_active(self) -> None:
        store = self.hs.get_datastores().main
        now = self.clock.time_msec()
        self.get_success(store.insert_client_ip(self.bob, "token", "10.1.2.3", "Fox", None, now))
        self.pump(1)
        seen = self.ask("get_user_ip_and_agents", user_id=self.bob, since_ts=0)
        self.assertIn({"ip": "10.1.2.3", "user_agent": "Fox", "last_seen": now}, seen)
        since = {"since_ts": now + DAY_MS}
        self.assertEqual(self.ask("get_user_ip_and_agents", user_id=self.bob, **since), [])
        elsewhere = {"user_id": "@a:elsewhere", "since_ts": 0}
        self.assertEqual(self.ask("get_user_ip_and_agents", **elsewhere), [])

    def test_monthly_active_users(self) -> None:
        self.register_appservice_user("_bridge_a", self.appservice_token())
        every = {"start_timestamp": None, "end_timestamp": None}
        store = self.hs.get_datastores().main
        self.get_success(store.upsert_monthly_active_user("@_bridge_a:test"))
        active = self.ask("get_monthly_active_users_by_service", **every)
        self.assertEqual(active, [["bridge", "@_bridge_a:test"]])
        later = {"start_timestamp": self.clock.time_msec() + DAY_MS, "end_timestamp": None}
        self.assertEqual(self.ask("get_monthly_active_users_by_service", **later), [])

    def test_deactivation(self) -> None:
        self.assertIsNone(self.ask("deactivate_user", user_id=self.bob, erase=True))
        info = self.ask("get_userinfo_by_id", user_id=self.bob)
        self.assertIs(info["is_deactivated"], True)
        store = self.hs.get_datastores().main
        self.assertTrue(self.get_success(store.is_user_erased(self.bob)))
        error = self.error("deactivate_user", user_id="@nobody:test", erase=False)
        self.assert_refused(error, 404, "M_NOT_FOUND")
        error = self.error("deactivate_user", user_id="@a:elsewhere", erase=False)
        self.assert_refused(error, 400, "M_INVALID_PARAM")

    def test_a_module_may_forbid_deactivation(self) -> None:
        rules = self.hs.get_module_api_callbacks().third_party_event_rules

        async def never(user_id: str, by_admin: bool) -> bool:
            self.assertEqual((user_id, by_admin), (self.bob, True))
            return False

        rules.register_third_party_rules_callbacks(check_can_deactivate_user=never)
        error = self.error("deactivate_user", user_id=self.bob, erase=False)
        self.assert_refused(error, 403, "M_FORBIDDEN")
        self.assertIs(self.ask("get_userinfo_by_id", user_id=self.bob)["is_deactivated"], False)

    def test_a_locked_account_works_again_afterwards(self) -> None:
        def who_am_i(expected: int) -> None:
            path = "/_matrix/client/v3/account/whoami"
            self.assertEqual(
                self.make_request("GET", path, access_token=self.bobs_token).code, expected
            )

        self.assertIsNone(self.ask("set_user_locked", user_id=self.bob, locked=True))
        self.assertIs(self.ask("get_userinfo_by_id", user_id=self.bob)["is_locked"], True)
        who_am_i(401)
        self.ask("set_user_locked", user_id=self.bob, locked=False)
        who_am_i(200)
        error = self.error("set_user_locked", user_id="@nobody:test", locked=True)
        self.assert_refused(error, 404, "M_NOT_FOUND")


class Resource(DirectServeJsonResource):
    """Determines the user who makes the request."""

    def __init__(self, test: OwnRequests) -> None:
        super().__init__()
        self.test = test
        self.flags = {"allow_guest": False, "allow_expired": False}

    async def _async_render_GET(self, request: SynapseRequest) -> tuple[int, JsonDict]:
        reply = Outcome()
        self.test.own_requests[7] = request
        arguments = to_json({"request": 7, **self.flags})
        self.test.answers.begin("get_user_by_req", arguments, reply)
        while reply.told is None:
            await self.test.sleep()
        return 200, reply.told


class OwnRequests(AskingTestCase):
    """The user who makes a request to a web resource, determined by Synapse."""

    path = "/_synapse/client/asked"

    def create_resource_dict(self) -> JsonDict:
        self.asking = Resource(self)
        return {**super().create_resource_dict(), self.path: self.asking}

    async def sleep(self) -> None:
        waits: Deferred[None] = Deferred()
        self.reactor.callLater(0.01, waits.callback, None)
        await make_deferred_yieldable(waits)

    def who(self, token: str | None = None, query: str = "") -> JsonDict:
        return self.make_request("GET", f"{self.path}{query}", access_token=token).json_body

    def test_a_token_says_who_it_is(self) -> None:
        who = self.who(self.bobs_token)["answer"]
        self.assertEqual((who["user_id"], who["authenticated_entity"]), (self.bob, None))
        self.assertEqual((who["is_guest"], who["is_shadow_banned"]), (False, False))
        self.assertIsNone(who["app_service_id"])
        self.assertTrue(who["device_id"])

    def test_tokens_that_are_none(self) -> None:
        self.assert_refused(self.who()["error"], 401, "M_MISSING_TOKEN")
        self.assert_refused(self.who("none")["error"], 401, "M_UNKNOWN_TOKEN")

    def test_application_services_act_for_their_users(self) -> None:
        bridge = self.appservice_token()
        self.register_appservice_user("_bridge_a", bridge)
        who = self.who(bridge, "?user_id=@_bridge_a:test")["answer"]
        self.assertEqual((who["user_id"], who["app_service_id"]), ("@_bridge_a:test", "bridge"))

    def test_expired_users_are_refused_unless_they_are_welcome(self) -> None:
        async def expired(_user_id: str) -> bool:
            return True

        self.api.register_account_validity_callbacks(is_user_expired=expired)
        error = self.who(self.bobs_token)["error"]
        self.assert_refused(error, 403, "ORG_MATRIX_EXPIRED_ACCOUNT")
        self.asking.flags["allow_expired"] = True
        self.assertEqual(self.who(self.bobs_token)["answer"]["user_id"], self.bob)

    def test_guests_are_refused_unless_they_are_welcome(self) -> None:
        made = self.hs.get_registration_handler().register_user(make_guest=True)
        guest = self.get_success(made)
        registered = self.hs.get_registration_handler().register_device(
            guest, None, None, is_guest=True
        )
        token = self.get_success(registered)[1]
        self.assert_refused(self.who(token)["error"], 403, "M_GUEST_ACCESS_FORBIDDEN")
        self.asking.flags["allow_guest"] = True
        self.assertEqual(self.who(token)["answer"]["is_guest"], True)

    def test_elsewhere_there_is_no_request(self) -> None:
        flags = {"allow_guest": True, "allow_expired": True}
        for number in [None, 8]:
            error = self.error("get_user_by_req", request=number, **flags)
            self.assertIn("outside the calls of its web resources", error["message"])

    def test_older_synapses_keep_the_service_itself(self) -> None:
        requester = create_requester(self.bob)
        self.assertIsNone(_app_service_id(requester))
        self.assertIsNone(_app_service_id(Mock(spec=["app_service"], app_service=None)))
        service = Mock(id="bridge")
        older = Mock(spec=["app_service"], app_service=service)
        self.assertEqual(_app_service_id(older), "bridge")
