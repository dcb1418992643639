"""Shows what clients see of the web resources of native modules."""

from __future__ import annotations

from typing import Any

from hsmod import Modules, _native, web
from twisted.internet.error import ConnectionDone
from twisted.python.failure import Failure

from synapse.app.homeserver import SynapseHomeServer
from synapse.http.server import respond_with_json
from synapse.module_api import DirectServeJsonResource
from synapse.rest import admin
from synapse.rest.client import login
from synapse.rest.synapse.client import build_synapse_client_resource_tree

from tests import unittest
from tests.server import FakeChannel

from scripts import ScriptedTestCase, returns
from support import NativeTestCase, native

REFUSAL = {"status": 418, "errcode": "ORG.X.TEAPOT", "message": "short", "fields": {"handle": 1}}

# What the loader keeps modules from in any homeserver.
OF_EVERY_HOMESERVER = (
    "/_matrix/client",
    "/_matrix/federation",
    "/_matrix/key",
    "/_matrix/media",
    "/_synapse/admin",
)


def recorder(name: str, **paths: Any) -> dict[str, Any]:
    config = {"name": name, "callbacks": ["user_may_invite"], **paths}
    return {"module": "good_recorder", "name": name, "config": config}


class WebTestCase(NativeTestCase):
    """Requests without any help of the harness."""

    def ask(self, method: str, path: str, **others: Any) -> FakeChannel:
        return self.make_request(method, path, shorthand=False, **others)

    def header(self, answer: FakeChannel, name: str) -> str | None:
        values = answer.headers.getRawHeaders(name)
        return ", ".join(values) if values is not None else None

    def assert_unrecognized(self, answer: FakeChannel, status: int = 404) -> None:
        self.assertEqual(answer.code, status, answer.result)
        self.assertEqual(
            answer.json_body, {"errcode": "M_UNRECOGNIZED", "error": "Unrecognized request"}
        )
        self.assertEqual(self.header(answer, "Access-Control-Allow-Origin"), "*")


class Examples(WebTestCase):
    """The two example modules of Synapse's documentation."""

    modules = [
        {"module": "list_spam_checker", "config": {"evil_users": ["@evil:test"]}},
        {"module": "demo", "config": {}},
    ]
    is_evil = "/_synapse/client/list_spam_checker/is_evil"
    hello = "/_synapse/client/demo/hello"

    def test_answers(self) -> None:
        for user_id, evil in (("@evil:test", True), ("%40good%3Atest", False)):
            answer = self.ask("GET", f"{self.is_evil}?user={user_id}")
            self.assertEqual((answer.code, answer.json_body), (200, {"evil": evil}))

    def test_a_missing_argument(self) -> None:
        answer = self.ask("GET", self.is_evil)
        self.assertEqual((answer.code, answer.json_body["errcode"]), (400, "M_MISSING_PARAM"))

    def test_below_an_exact_path_is_nothing(self) -> None:
        self.assert_unrecognized(self.ask("GET", f"{self.is_evil}/child"))
        self.assert_unrecognized(self.ask("GET", f"{self.is_evil}/"))

    def test_below_a_subtree_is_the_same(self) -> None:
        for path in (self.hello, f"{self.hello}/", f"{self.hello}/child", f"{self.hello}/a/b"):
            answer = self.ask("GET", f"{path}?name=b%C3%B6b")
            self.assertEqual((answer.code, answer.json_body), (200, {"hello": "böb"}), path)

    def test_other_ways_to_write_a_path(self) -> None:
        answer = self.ask("GET", f"{self.hello.replace('hello', 'h%65llo')}?name=bob")
        self.assertEqual((answer.code, answer.json_body), (200, {"hello": "bob"}))

    def test_bytes_that_stand_in_no_address(self) -> None:
        answer = self.ask("GET", f"{self.hello}/<a>\\" + '?name={"bob"}^`|?#\x01')
        self.assertEqual((answer.code, answer.json_body), (200, {"hello": '{"bob"}^`|?#\x01'}))

    def test_methods_that_the_module_does_not_serve(self) -> None:
        for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW", "G{}T"):
            self.assert_unrecognized(self.ask(method, self.is_evil), 405)

    def test_head(self) -> None:
        get = self.ask("GET", f"{self.is_evil}?user=@evil:test")
        head = self.ask("HEAD", f"{self.is_evil}?user=@evil:test")
        self.assertEqual((head.code, head.result.get("body", b"")), (200, b""))
        for name in ("Content-Length", "Content-Type", "Cache-Control"):
            self.assertEqual(self.header(head, name), self.header(get, name), name)
        self.assertEqual(self.header(head, "Content-Length"), str(len(get.text_body)))

    def test_options(self) -> None:
        """As of Synapse's own resources: its root answers, for modules too."""
        own = self.ask("OPTIONS", "/_matrix/client/v3/login")
        answer = self.ask("OPTIONS", self.is_evil)
        self.assertEqual((answer.code, answer.result.get("body", b"")), (204, b""))
        self.assertEqual(_headers(answer), _headers(own))

    def test_an_unknown_path(self) -> None:
        self.assert_unrecognized(self.ask("GET", "/_synapse/client/nope"))


class Answers(WebTestCase):
    """What becomes of answers and refusals."""

    modules = [
        recorder(
            "a",
            web={
                "/_a/json": "allow",
                "/_a/refuse": {"refuse": REFUSAL},
                "/_a/fail": {"fail": "secret"},
            },
            pages={
                "/_a/page": "allow",
                "/_a/refused_page": {"refuse": REFUSAL},
                "/_a/failed_page": {"fail": "secret"},
            },
        ),
    ]

    def test_json_is_as_that_of_synapse(self) -> None:
        class Own(DirectServeJsonResource):
            async def _async_render_GET(self, request: Any) -> None:
                respond_with_json(request, 200, {}, send_cors=True)

        self.resource.children[b"own"] = Own()
        own = _headers(self.ask("GET", "/own"))
        answer = _headers(self.ask("GET", "/_a/json"))
        own.pop(b"Content-Length", None), answer.pop(b"Content-Length")
        self.assertEqual(answer, own)

    def test_a_refusal(self) -> None:
        answer = self.ask("GET", "/_a/refuse")
        body = {"errcode": "ORG.X.TEAPOT", "error": "short", "handle": 1}
        self.assertEqual((answer.code, answer.json_body), (418, body))
        unknown = self.ask("GET", "/nowhere")
        for name, value in _headers(unknown).items():
            if name.startswith(b"Access-Control"):
                self.assertEqual(_headers(answer)[name], value)

    def test_a_failure(self) -> None:
        with self.assertLogs("hsmod.loader", "ERROR") as log:
            answer = self.ask("GET", "/_a/fail")
        body = {"errcode": "M_UNKNOWN", "error": "Internal server error"}
        self.assertEqual((answer.code, answer.json_body), (500, body))
        self.assertEqual(self.header(answer, "Access-Control-Allow-Origin"), "*")
        [line] = log.output
        self.assertIn("module `a`: web resource `/_a/fail`: secret", line)

    def test_pages(self) -> None:
        page = self.ask("GET", "/_a/page")
        self.assertEqual((page.code, page.text_body), (200, "<h1>Hello</h1>"))
        self.assertEqual(self.header(page, "Content-Type"), "text/html; charset=utf-8")
        self.assertEqual(self.header(page, "X-Frame-Options"), "DENY")
        self.assertIsNone(self.header(page, "Access-Control-Allow-Origin"))
        refused = self.ask("GET", "/_a/refused_page")
        self.assertEqual(refused.code, 418)
        self.assertIn("<p>short</p>", refused.text_body)
        failed = self.ask("GET", "/_a/failed_page")
        self.assertEqual(failed.code, 500)
        self.assertNotIn("secret", failed.text_body)

    def test_a_body(self) -> None:
        """Read anew, though Twisted reads forms itself."""
        for options in ({}, {"content_is_form": True}):
            answer = self.ask("POST", "/_a/page", content=b'{"a": 1, "b": 2}', **options)
            self.assertEqual(answer.code, 302)
            self.assertEqual(self.header(answer, "Location"), "/?fields=2")
            self.assertIsNone(self.header(answer, "Content-Type"))
        answer = self.ask("POST", "/_a/page", content=b"\0\xff")
        self.assertEqual(answer.code, 400)

    def test_nothing_is_an_answer(self) -> None:
        answer = self.ask("DELETE", "/_synapse/client/a/seen")
        self.assertEqual((answer.code, answer.result.get("body", b"")), (204, b""))
        self.assertIsNone(self.header(answer, "Content-Type"))


class Panics(WebTestCase):
    modules = [{"module": "bad_panics", "config": {"where": "web"}}]

    def test_a_panic(self) -> None:
        with self.assertLogs("hsmod", "ERROR") as log:
            answer = self.ask("GET", "/_synapse/client/bad_panics")
        body = {"errcode": "M_UNKNOWN", "error": "Internal server error"}
        self.assertEqual((answer.code, answer.json_body), (500, body))
        [panic, failure] = log.records
        self.assertEqual(panic.name, "hsmod.modules.bad_panics")
        self.assertEqual(failure.name, "hsmod.loader")
        self.assertIn("web resource `/_synapse/client/bad_panics`", failure.getMessage())


class Limits(WebTestCase):
    modules = [recorder("a", pages={"/_a/page": "allow"}, web={"/_a/json": "allow"})]

    def test_a_large_body(self) -> None:
        """Synapse itself refuses what is larger than any upload; modules have a limit of less."""
        answer = self.ask("POST", "/_a/json", content=b"[" + b"1" * (8 << 20))
        self.assertEqual((answer.code, answer.json_body["errcode"]), (413, "M_TOO_LARGE"))
        self.assertEqual(self.header(answer, "Access-Control-Allow-Origin"), "*")


class Nested(WebTestCase):
    """Paths of several modules inside one another."""

    modules = [
        recorder("a", web={"/_x/*": "allow", "/_x/a/b/*": "allow"}),
        recorder("b", web={"/_x/a/b/c/d/e": "allow", "/_x/*": {"fail": "never asked"}}),
        recorder("c", web={"/_y/deep": "allow", "/_x/slash/": "allow"}),
    ]

    def test_who_answers(self) -> None:
        expected = {
            "/_x": "/_x/*",
            "/_x/": "/_x/*",
            "/_x/z": "/_x/*",
            "/_x/a": "/_x/*",
            "/_x/a/": "/_x/*",
            "/_x/a/z/b": "/_x/*",
            "/_x/a/b": "/_x/a/b/*",
            "/_x/a/b/c": "/_x/a/b/*",
            "/_x/a/b/c/d": "/_x/a/b/*",
            "/_x/a/b/c/d/e": "/_x/a/b/c/d/e",
            "/_x/a/b/c/d/e/f": "/_x/a/b/*",
            "/_x/slash": "/_x/*",
            "/_x/slash/": "/_x/slash/",
            "/_y/deep": "/_y/deep",
        }
        for path, registered in expected.items():
            answer = self.ask("GET", f"{path}?q=1")
            self.assertEqual(answer.code, 200, path)
            self.assertEqual(answer.json_body, {"registered": registered, "path": path})

    def test_nobody_answers(self) -> None:
        for path in ("/_y", "/_y/", "/_y/deep/er"):
            self.assert_unrecognized(self.ask("GET", path))


class Slow(WebTestCase):
    """A module that takes its time."""

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
        for _ in range(20):
            self.reactor.advance(0.1)
        self.assertEqual(answer.code, 200)

    def test_a_large_answer(self) -> None:
        """It is written as fast as the client reads, or until it goes away."""
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
        """Nobody works for it any more."""
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
        for _ in range(20):
            self.reactor.advance(0.1)
        self.assertEqual(answer.code, 200)


class Askers(WebTestCase):
    """Several clients at once, of whom a module asks who they are."""

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

    def test_one_that_goes_away(self) -> None:
        [(alice, first), (_, second), *_] = self.tokens.items()
        stays, goes = self.who(first), self.who(second)
        goes.request.connectionLost(Failure(ConnectionDone()))
        self.assertEqual(len(self.own_requests), 1)
        stays.await_result()
        self.assertEqual(stays.json_body["answer"]["user_id"], alice)
        self.assertFalse(goes.is_finished())
        self.assertEqual(self.own_requests, {})


class AdminRequests(ScriptedTestCase):
    """The one callback that gets a whole request."""

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
    """Something of ours fails."""

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


class Written(WebTestCase):
    """What an answer of the native part becomes."""

    def answer(self, *answer: Any) -> FakeChannel:
        class Native:
            async def handle(self, request: Any, path: bytes) -> Any:
                return answer

        self.resource.children[b"written"] = web.ModuleResource(Native(), "/written")
        return self.ask("GET", "/written")

    def test_headers_are_repeated(self) -> None:
        cookies = [(b"set-cookie", b"a=1"), (b"x-other", b"\xe4"), (b"set-cookie", b"b=2")]
        answer = self.answer(302, [*cookies, (b"location", b"/")], b"")
        self.assertEqual(answer.code, 302)
        self.assertEqual(answer.headers.getRawHeaders(b"set-cookie"), [b"a=1", b"b=2"])
        self.assertEqual(answer.headers.getRawHeaders(b"x-other"), [b"\xe4"])

    def test_what_a_module_says_goes_before_what_is_said_of_all(self) -> None:
        own = [
            (b"content-type", b"application/json"),
            (b"cache-control", b"public"),
            (b"access-control-allow-origin", b"*"),
            (b"access-control-allow-headers", b"X-Own"),
        ]
        answer = self.answer(200, own, b"{}")
        self.assertEqual(self.header(answer, "Cache-Control"), "public")
        self.assertEqual(self.header(answer, "Access-Control-Allow-Headers"), "X-Own")
        self.assertEqual(
            self.header(answer, "Access-Control-Expose-Headers"), "Synapse-Trace-Id, Server"
        )

    def test_one_site_alone(self) -> None:
        """Synapse's headers would let every other site read it."""
        answer = self.answer(200, [(b"access-control-allow-origin", b"https://a.b")], b"x")
        self.assertEqual(self.header(answer, "Access-Control-Allow-Origin"), "https://a.b")
        self.assertIsNone(self.header(answer, "Access-Control-Expose-Headers"))

    def test_bytes_of_no_type(self) -> None:
        answer = self.answer(299, [], b"<script>")
        self.assertEqual((answer.code, answer.text_body), (299, "<script>"))
        self.assertIsNone(self.header(answer, "Content-Type"))


class Paths(unittest.TestCase):
    """Where resources are put."""

    def test_between_a_subtree_and_what_is_below_it(self) -> None:
        self.assertEqual(
            web.resource_paths(["/a/*", "/b/c/d", "/a/x/y/z", "/a/x/y/*"]),
            ["/a", "/a/x", "/b/c/d", "/a/x/y", "/a/x/y/z"],
        )


class Reserved(WebTestCase):
    """What Synapse serves itself."""

    modules = [recorder("a")]

    def test_all_of_it_is_known(self) -> None:
        names = ["client", "federation", "keys", "media", "metrics", "replication", "static"]
        served = ["/health", *build_synapse_client_resource_tree(self.hs)]
        for name in names:
            served += SynapseHomeServer._configure_named_resource(self.hs, name)
        known = (*web.SERVED_BY_SYNAPSE, *OF_EVERY_HOMESERVER)
        # Below it modules may have something.
        served.remove("/.well-known")
        for path in served:
            ways = [path == own or path.startswith(f"{own}/") for own in known]
            self.assertTrue(any(ways), f"add {path} to `SERVED_BY_SYNAPSE` of hsmod/web.py")

    def test_no_module_gets_it(self) -> None:
        for path in (*web.SERVED_BY_SYNAPSE, "/_synapse/client/oidc/callback"):
            parsed = Modules.parse_config(native(recorder("b", web={path: "allow"}))["config"])
            with self.assertRaises(_native.Refused) as raised:
                Modules(parsed, self.hs.get_module_api())
            self.assertIn(f"`{path}`, but the homeserver itself serves", str(raised.exception))


def _headers(answer: FakeChannel) -> dict[bytes, list[bytes]]:
    """All but what is of the moment."""
    return {name: values for name, values in answer.headers.getAllRawHeaders() if name != b"Date"}
