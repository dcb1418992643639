"""The requests that the rows name: each is noted under the checks that it is of."""

from __future__ import annotations

from collections.abc import Callable

from tests.server import FakeChannel

from visible.world import World

CLIENT = "/_matrix/client/v3"

# Brings about what a row needs, lets the module play its part, and makes the row's request.
Request = Callable[[World], FakeChannel]

REQUESTS: dict[str, Request] = {}

# Three requests each, of which a row shows the statuses and what the module was asked for.
Requests = Callable[[World], list[FakeChannel]]

SEVERAL: dict[str, Requests] = {}


def request(*checks: str) -> Callable[[Request], Request]:
    """Notes which rows a request is of."""

    def note(asked: Request) -> Request:
        REQUESTS.update({check: asked for check in checks})
        return asked

    return note


def several(what: str) -> Callable[[Requests], Requests]:
    """Notes which row three requests are of."""

    def note(asked: Requests) -> Requests:
        limits = "get_ratelimit_override_for_user 0.001/s burst 1"
        SEVERAL[f"{limits}, 3 {what}: limiters asked for"] = asked
        return asked

    return note
