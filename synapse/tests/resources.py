"""Shared by the tests of web resources: raw requests, and modules that answer them."""

from __future__ import annotations

from typing import Any

from tests.server import FakeChannel

from support import NativeTestCase


def recorder(name: str, **paths: Any) -> dict[str, Any]:
    config = {"name": name, "callbacks": ["user_may_invite"], **paths}
    return {"module": "good_recorder", "name": name, "config": config}


class WebTestCase(NativeTestCase):
    """Makes requests without the harness."""

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
