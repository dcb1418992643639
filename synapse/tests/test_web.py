"""Shows how clients see the responses of native modules."""

from __future__ import annotations

from typing import Any

from hsmod import web
from synapse.http.server import respond_with_json
from synapse.module_api import DirectServeJsonResource

from tests.server import FakeChannel

from resources import WebTestCase, recorder

REFUSAL = {"status": 418, "errcode": "ORG.X.TEAPOT", "message": "short", "fields": {"handle": 1}}


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
        """As with Synapse's own resources, Synapse's root resource answers."""
        own = self.ask("OPTIONS", "/_matrix/client/v3/login")
        answer = self.ask("OPTIONS", self.is_evil)
        self.assertEqual((answer.code, answer.result.get("body", b"")), (204, b""))
        self.assertEqual(_headers(answer), _headers(own))

    def test_an_unknown_path(self) -> None:
        self.assert_unrecognized(self.ask("GET", "/_synapse/client/nope"))


class Answers(WebTestCase):
    """The effect of responses and refusals."""

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
        """The body is available although Twisted has read the form."""
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
        """Synapse itself refuses bodies larger than any upload; the limit of modules is lower."""
        answer = self.ask("POST", "/_a/json", content=b"[" + b"1" * (8 << 20))
        self.assertEqual((answer.code, answer.json_body["errcode"]), (413, "M_TOO_LARGE"))
        self.assertEqual(self.header(answer, "Access-Control-Allow-Origin"), "*")


class Written(WebTestCase):
    """The conversion of the native part's responses."""

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

    def test_headers_of_the_module_take_precedence(self) -> None:
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
        """Synapse's CORS headers would let every other site read the response."""
        answer = self.answer(200, [(b"access-control-allow-origin", b"https://a.b")], b"x")
        self.assertEqual(self.header(answer, "Access-Control-Allow-Origin"), "https://a.b")
        self.assertIsNone(self.header(answer, "Access-Control-Expose-Headers"))

    def test_bytes_of_no_type(self) -> None:
        answer = self.answer(299, [], b"<script>")
        self.assertEqual((answer.code, answer.text_body), (299, "<script>"))
        self.assertIsNone(self.header(answer, "Content-Type"))


def _headers(answer: FakeChannel) -> dict[bytes, list[bytes]]:
    """All headers except the date."""
    return {name: values for name, values in answer.headers.getAllRawHeaders() if name != b"Date"}
