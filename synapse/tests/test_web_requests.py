"""Shows requests to native modules: early, slow, aborted, several at once."""

from __future__ import annotations

from typing import Any

from hsmod import web
from synapse.rest import admin
from synapse.rest.client import login
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from tests.server import FakeChannel

from resources import WebTestCase, recorder
from scripts import ScriptedTestCase, returns


class Slow(WebTestCase):
    """A slow module."""

    modules = [
        {"module": "good_keeper", "config": {"name": "slow"}},
        recorder("a", web={"/_a/json": "allow"}),
    ]
    path = "/_synapse/client/slow"

    def paused(self) -> int:
        return int(self.ask("GET", self.path).json_body["paused"])

    def test_others_are_answered_meanwhile(self) -> None:
        answer = self.ask("POST", self.path, content=b'[{"sleep": 300}]', await_result=False)
        self.assertFalse(answer.is_finished())
        self.assertEqual(self.ask("GET", "/_a/json").code, 200)
        self.assertFalse(answer.is_finished())
        self.until(answer.is_finished)
        self.assertEqual(answer.code, 200)

    def test_a_large_answer(self) -> None:
        """The body is written as fast as the client reads, or until the client disconnects."""
        steps = b"[%s]" % b",".join([b'{"pause": 1}'] * 20_000)
        answer = self.ask("POST", self.path, content=steps)
        self.assertEqual(answer.json_list, [None] * 20_000)
        self.assertEqual(self.header(answer, "Content-Length"), str(len(answer.text_body)))
        cut = self.ask("POST", self.path, content=steps, await_result=False)
        cut._producer.resumeProducing()
        with self.assertNoLogs("synapse", "WARNING"):
            cut.stopProducing()
            cut.request.connectionLost(Failure(ConnectionDone()))
        self.assertFalse(cut.is_finished())
        self.assertLess(len(cut.result["body"]), len(answer.text_body))

    def test_a_client_that_goes_away(self) -> None:
        """The module stops working on the request."""
        self.assertEqual(self.paused(), 0)
        answer = self.ask("POST", self.path, content=b'[{"pause": 9}]', await_result=False)
        self.assertEqual(self.paused(), 1)
        answer.request.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(self.paused(), 0)
        self.assertFalse(answer.is_finished())


class Early(WebTestCase):
    """Requests that come before the modules have started."""

    modules = [
        {"module": "good_keeper", "config": {"at_start": [{"sleep": 400}]}},
        recorder("a", web={"/_a/json": "allow"}),
    ]

    def test_they_wait(self) -> None:
        answer = self.ask("GET", "/_a/json", await_result=False)
        self.assertFalse(answer.is_finished())
        self.until(answer.is_finished)
        self.assertEqual(answer.code, 200)


class Askers(WebTestCase):
    """Several clients at once, whom a module identifies."""

    servlets = [admin.register_servlets, login.register_servlets]
    modules = [{"module": "good_asker", "config": {}}]
    flags = {"allow_guest": False, "allow_expired": False}

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.tokens = {}
        for name in ("alice", "bob", "carol"):
            user_id = self.register_user(name, "secret")
            self.tokens[user_id] = self.login(name, "secret")
        [invited] = hs.get_module_api_callbacks().spam_checker._user_may_invite_callbacks
        self.own_requests = invited.modules.own_requests

    def who(self, token: str) -> FakeChannel:
        body = {"request": "get_user_by_req", "args": self.flags}
        path = "/_synapse/client/asker/ask"
        return self.ask("POST", path, content=body, access_token=token, await_result=False)

    def test_each_request_is_its_own(self) -> None:
        answers = [(user_id, self.who(token)) for user_id, token in self.tokens.items()]
        self.assertEqual(len(self.own_requests), len(self.tokens))
        for user_id, answer in answers:
            answer.await_result()
            self.assertEqual(answer.json_body["answer"]["user_id"], user_id)
        self.assertEqual(self.own_requests, {})

    def test_a_client_that_disconnects(self) -> None:
        [(alice, first), (_, second), *_] = self.tokens.items()
        stays, goes = self.who(first), self.who(second)
        goes.request.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(len(self.own_requests), 1)
        stays.await_result()
        self.assertEqual(stays.json_body["answer"]["user_id"], alice)
        self.assertFalse(goes.is_finished())
        self.assertEqual(self.own_requests, {})


class AdminRequests(ScriptedTestCase):
    """The callback that gets a whole request."""

    servlets = [admin.register_servlets, login.register_servlets]
    outcomes = {"on_legacy_admin_request": returns(1_900_000_000_000)}

    def test_headers_and_body(self) -> None:
        self.register_user("admin", "secret", admin=True)
        answer = self.make_request(
            "POST",
            "/_synapse/admin/v1/account_validity/validity?dry=%C3%A4",
            {"user_id": "@a:test"},
            access_token=self.login("admin", "secret"),
            custom_headers=[("x-ADMIN", b"\xc3\xa4"), ("X-Admin", b"b")],
        )
        self.assertEqual(
            (answer.code, answer.json_body), (200, {"expiration_ts": 1_900_000_000_000})
        )
        [request] = self.only_call("on_legacy_admin_request")
        expected = {
            "method": "POST",
            "path": "/_synapse/admin/v1/account_validity/validity",
            "dry": "ä",
            "x_admin": "ä",
            "body": {"user_id": "@a:test"},
        }
        self.assertEqual(request, expected)


class Broken(WebTestCase):
    """The resource of the native part fails."""

    modules = [recorder("a", web={"/_a/json": "allow"})]

    def test_a_500_and_a_line_that_says_where(self) -> None:
        class Native:
            async def handle(self, request: Any, path: bytes) -> None:
                raise RuntimeError("lost")

        self.resource.children[b"broken"] = web.ModuleResource(Native(), "/broken")
        with self.assertLogs("synapse.http.server", "ERROR") as log:
            answer = self.ask("GET", "/broken/below")
        body = {"errcode": "M_UNKNOWN", "error": "Internal server error"}
        self.assertEqual((answer.code, answer.json_body), (500, body))
        [line] = log.output
        self.assertIn("'hsmod:/broken'", line)
        self.assertIn("uri='/broken/below'", line)
        self.assertIn("RuntimeError: lost", line)
