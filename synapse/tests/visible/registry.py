"""The requests that the rows name, registered under their checks."""

from __future__ import annotations

from collections.abc import Callable

from tests.server import FakeChannel

from visible.world import World

CLIENT = "/_matrix/client/v3"

# Prepares what a row needs, activates the module's outcome, and makes the row's request.
Request = Callable[[World], FakeChannel]

REQUESTS: dict[str, Request] = {}

# Three requests each; a row has their statuses and the calls of the module.
Requests = Callable[[World], list[FakeChannel]]

SEVERAL: dict[str, Requests] = {}


def request(*checks: str) -> Callable[[Request], Request]:
    """Registers a request under the checks of its rows."""

    def note(asked: Request) -> Request:
        REQUESTS.update({check: asked for check in checks})
        return asked

    return note


def several(what: str) -> Callable[[Requests], Requests]:
    """Registers three requests under their row."""

    def note(asked: Requests) -> Requests:
        limits = "get_ratelimit_override_for_user 0.001/s burst 1"
        SEVERAL[f"{limits}, 3 {what}: limiters asked for"] = asked
        return asked

    return note
