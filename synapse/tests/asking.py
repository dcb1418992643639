"""Shared by the tests of requests: a homeserver in memory that gets native modules' requests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hsmod.requests import Answers
from hsmod.requests.answers import to_json
from synapse.appservice import ApplicationService
from synapse.logging.context import SENTINEL_CONTEXT, LoggingContext, current_context
from synapse.module_api import SynapseRequest
from synapse.rest import admin
from synapse.rest.client import account, directory, login, register, room
from synapse.types import JsonDict, UserID

from tests import unittest

DOCS = Path(__file__).parents[2] / "docs"


class Outcome:
    """A receiver of an outcome, like that of the native part."""

    def __init__(self) -> None:
        self.told: JsonDict | None = None

    def _tell(self, told: JsonDict) -> None:
        assert self.told is None, f"told twice: {self.told}, then {told}"
        self.told = told

    def answer(self, text: str) -> None:
        self._tell({"answer": json.loads(text)})

    def refuse(self, status: int, errcode: str, message: str, fields: str) -> None:
        error = {"status": status, "errcode": errcode, "message": message}
        self._tell({"error": {**error, "fields": json.loads(fields)}})

    def fail(self, message: str) -> None:
        self._tell({"error": {"message": message}})

    def cancelled(self) -> None:
        self._tell({"error": {"cancelled": True}})

    def unsupported(self, message: str) -> None:
        self._tell({"error": {"unanswered": "Unsupported", "message": message}})


class AskingTestCase(unittest.HomeserverTestCase):
    """A homeserver with two users, one of them an admin who has a room."""

    servlets = [
        account.register_servlets,
        admin.register_servlets,
        directory.register_servlets,
        login.register_servlets,
        register.register_servlets,
        room.register_servlets,
    ]

    alice = "@alice:test"
    bob = "@bob:test"

    def prepare(self, reactor, clock, hs) -> None:  # type: ignore[no-untyped-def]
        self.api = hs.get_module_api()
        self.own_requests: dict[int, SynapseRequest] = {}
        self.answers = Answers(self.api, self.own_requests)
        self.register_user("alice", "secret", admin=True)
        self.register_user("bob", "secret")
        self.token = self.login("alice", "secret")
        self.bobs_token = self.login("bob", "secret")
        self.room_id = self.helper.create_room_as(self.alice, tok=self.token)

    def begin(self, name: str, **arguments: Any) -> Outcome:
        """Makes a request without waiting for the answer."""
        reply = Outcome()
        with question() as context:
            self.answers.begin(name, to_json(arguments), reply)
            self.assertIs(current_context(), context, f"{name} leaves another context behind")
        self.assertIs(current_context(), SENTINEL_CONTEXT)
        return reply

    def outcome(self, name: str, **arguments: Any) -> JsonDict:
        """The outcome of a request: `{"answer": ..}` or `{"error": ..}`."""
        reply = self.begin(name, **arguments)
        for _ in range(100):
            if reply.told is not None:
                return reply.told
            self.reactor.advance(0.1)
        raise AssertionError(f"{name} is not answered")

    def ask(self, name: str, **arguments: Any) -> Any:
        """The answer to a request."""
        outcome = self.outcome(name, **arguments)
        self.assertIn("answer", outcome, outcome)
        return outcome["answer"]

    def error(self, name: str, **arguments: Any) -> JsonDict:
        """The error that a request ends with."""
        outcome = self.outcome(name, **arguments)
        self.assertIn("error", outcome, outcome)
        return outcome["error"]

    def assert_refused(self, error: JsonDict, status: int, errcode: str) -> None:
        self.assertEqual((error.get("status"), error.get("errcode")), (status, errcode), error)

    def appservice_token(self) -> str:
        service = ApplicationService(
            token="of-the-bridge",
            id="bridge",
            sender=UserID("_bridge", "test"),
            namespaces={"users": [{"regex": r"@_bridge.*", "exclusive": True}]},
        )
        self.hs.get_datastores().main.services_cache.append(service)
        return service.token


def question() -> LoggingContext:
    """The logging context of a question."""
    try:
        return LoggingContext(name="a question", server_name="test")
    except TypeError:
        # Older versions of Synapse do not take a server name.
        return LoggingContext(name="a question")
