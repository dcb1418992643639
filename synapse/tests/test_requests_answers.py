"""Shows the outcomes of requests: an answer at once or later, from elsewhere, and every error."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from twisted.internet.defer import CancelledError, Deferred

from asking import AskingTestCase, Outcome
from hsmod.requests.answers import to_json
from synapse.api.errors import LimitExceededError, ResourceLimitError, ShadowBanError, SynapseError
from synapse.logging.context import current_context, make_deferred_yieldable
from synapse.module_api import ModuleApi
from synapse.storage.databases.main.registration import RegistrationWorkerStore
from synapse.types import JsonDict


class Endings(AskingTestCase):
    """The outcome of a request reaches the module unchanged."""

    def ending(self, error: BaseException) -> JsonDict:
        async def fail(*_: Any) -> None:
            raise error

        self.patch(self.api, "is_user_admin", fail)
        return self.error("is_user_admin", user_id=self.bob)

    def test_refusals_keep_what_a_client_would_see(self) -> None:
        for error, told in [
            (
                SynapseError(418, "no", "X.TEAPOT", {"k": [1]}),
                {"status": 418, "errcode": "X.TEAPOT", "message": "no", "fields": {"k": [1]}},
            ),
            (
                LimitExceededError("a", retry_after_ms=5),
                {
                    "status": 429,
                    "errcode": "M_LIMIT_EXCEEDED",
                    "message": "Too Many Requests",
                    "fields": {"retry_after_ms": 5},
                },
            ),
            (
                ResourceLimitError(403, "full", limit_type="hs_disabled"),
                {
                    "status": 403,
                    "errcode": "M_RESOURCE_LIMIT_EXCEEDED",
                    "message": "full",
                    "fields": {"admin_contact": None, "limit_type": "hs_disabled"},
                },
            ),
        ]:
            self.assertEqual(self.ending(error), told)

    def test_other_failures_say_of_what_class_they_are(self) -> None:
        self.assertEqual(
            self.ending(ValueError("no such")), {"message": "is_user_admin: ValueError: no such"}
        )
        self.assertEqual(
            self.ending(ShadowBanError()), {"message": "is_user_admin: ShadowBanError: "}
        )
        self.assertEqual(self.ending(CancelledError()), {"cancelled": True})

    def test_a_result_that_is_no_json_is_a_failure(self) -> None:
        async def odd(*_: Any) -> object:
            return object()

        self.patch(self.api, "check_user_exists", odd)
        error = self.error("check_user_exists", user_id=self.bob)
        self.assertIn("object is not JSON", error["message"])

    def test_invalid_arguments_are_failures(self) -> None:
        self.assertIn("TypeError", self.error("is_user_admin", nobody=1)["message"])
        self.assertIn("KeyError", self.error("is_user_adm")["message"])


class When(AskingTestCase):
    """A request is answered as soon as Synapse has the answer."""

    def test_known_answers_are_given_at_once(self) -> None:
        self.ask("get_userinfo_by_id", user_id=self.bob)
        reply = Outcome()
        self.answers.begin("get_userinfo_by_id", to_json({"user_id": self.bob}), reply)
        self.assertIsNotNone(reply.told)

    def test_the_context_of_the_question_is_that_of_the_answer(self) -> None:
        contexts = []
        waits: Deferred[None] = Deferred()

        async def note(*_: Any) -> bool:
            contexts.append(str(current_context()))
            await make_deferred_yieldable(waits)
            contexts.append(str(current_context()))
            return True

        self.patch(self.api, "is_user_admin", note)
        self.reactor.callLater(0.5, waits.callback, None)
        self.assertIs(self.ask("is_user_admin", user_id=self.bob), True)
        self.assertEqual(contexts, ["a question", "a question"])

    def test_requests_from_elsewhere_are_background_processes(self) -> None:
        contexts = []

        async def note(*_: Any) -> bool:
            contexts.append(str(current_context()))
            raise ValueError("no such")

        self.patch(self.api, "is_user_admin", note)
        reply = Outcome()
        self.answers.begin_elsewhere("is_user_admin", to_json({"user_id": self.bob}), reply)
        self.assertEqual(reply.told, {"error": {"message": "is_user_admin: ValueError: no such"}})
        self.assertIn("hsmod_is_user_admin", contexts[0])


class Lacking(AskingTestCase):
    """Members that other versions of Synapse lack are reported beforehand, and by the request."""

    def test_this_synapse_lacks_nothing_but_a_config_of_its_mail(self) -> None:
        self.assertEqual(list(self.answers.unanswered()), ["send_mail"])

    def test_members_that_an_older_synapse_lacks(self) -> None:
        added = ModuleApi.set_presence_for_users
        del ModuleApi.set_presence_for_users
        self.addCleanup(setattr, ModuleApi, "set_presence_for_users", added)
        why = self.answers.unanswered()["set_presence_for_users"]
        self.assertIn("`set_presence_for_users` is not answered: Synapse ", why)
        self.assertIn("no `ModuleApi.set_presence_for_users`, which comes with Synapse 1.96", why)

    def test_members_that_a_newer_synapse_lacks(self) -> None:
        locks = RegistrationWorkerStore.set_user_locked_status
        del RegistrationWorkerStore.set_user_locked_status
        self.addCleanup(setattr, RegistrationWorkerStore, "set_user_locked_status", locks)
        why = self.answers.unanswered()["set_user_locked"]
        self.assertIn("has no `ModuleApi._store.set_user_locked_status` any more", why)
        error = self.error("set_user_locked", user_id=self.bob, locked=True)
        self.assertEqual(error, {"unanswered": "Unsupported", "message": why})

    def test_missing_members_that_are_found_by_the_request(self) -> None:
        handler = self.hs.get_deactivate_account_handler()
        with patch.object(type(handler), "deactivate_account", new=property(_none)):
            self.assertNotIn("deactivate_user", self.answers.unanswered())
            error = self.error("deactivate_user", user_id=self.bob, erase=False)
        self.assertEqual(error["unanswered"], "Unsupported")
        self.assertIn(
            "no `ModuleApi._hs.get_deactivate_account_handler().deactivate_account` any more",
            error["message"],
        )


def _none(_: object) -> None:
    raise AttributeError("it is gone")
