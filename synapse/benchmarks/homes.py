"""Homeservers in memory, with the modules that are measured; and what they are asked about."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from synapse.api.room_versions import RoomVersions
from synapse.events import EventBase, make_event_from_dict
from synapse.logging.context import PreserveLoggingContext
from synapse.server import HomeServer
from synapse.types import StateMap

from tests.server import get_clock, setup_test_homeserver
from tests.unittest import make_homeserver_config_obj
from tests.utils import default_config

SERVER_NAME = "localhost"
KINDS = ("python", "native")

PDUS = Path(__file__).parents[2] / "tests" / "data" / "synapse-pdus.ndjson"


def home(kind: str, modules: int, callback: str, looks_at: str | None = None) -> HomeServer:
    """A homeserver with so many modules of a kind, each of which registers this callback."""
    config = default_config(server_name=SERVER_NAME)
    own = {"evil_users": ["@evil:localhost"], "callback": callback, "looks_at": looks_at}
    if kind == "python":
        config["modules"] = [{"module": "checker.Checker", "config": own}] * modules
    else:
        config["modules"] = [{"module": "hsmod.Modules", "config": native(own, modules)}]
    reactor, clock = get_clock()
    home = setup_test_homeserver(
        cleanup_func=lambda _: None,
        server_name=SERVER_NAME,
        config=make_homeserver_config_obj(config),
        reactor=reactor,
        clock=clock,
    )
    # What modules do once the reactor turns, which it does outside of any request's context.
    with PreserveLoggingContext():
        reactor.advance(0)
    return home


def native(config: dict[str, Any], modules: int) -> dict[str, Any]:
    """The config of as many native modules, each of a name of its own."""
    return {
        "plugins_dir": os.environ["HSMOD_TEST_PLUGINS"],
        "verify": {"permissions": "warn"},
        "modules": [
            {"module": "bench_checker", "name": f"checker_{number}", "config": config}
            for number in range(modules)
        ],
    }


def message() -> EventBase:
    """A recorded message of usual length."""
    with PDUS.open() as lines:
        for line in lines:
            if json.loads(line)["type"] == "m.room.message":
                return _event(json.loads(line))
    raise RuntimeError(f"there is no message in {PDUS}")


def state(entries: int) -> StateMap[EventBase]:
    """A room's state: its power levels, and as many members as are missing."""
    with PDUS.open() as lines:
        recorded = [json.loads(line) for line in lines]
    levels = next(pdu for pdu in recorded if pdu["type"] == "m.room.power_levels")
    member = next(pdu for pdu in recorded if pdu["type"] == "m.room.member")
    state = {("m.room.power_levels", ""): _event(levels)}
    for number in range(entries - 1):
        user_id = f"@user{number}:{SERVER_NAME}"
        state["m.room.member", user_id] = _event({**member, "state_key": user_id})
    return state


def _event(recorded: dict[str, Any]) -> EventBase:
    """A recorded event, which names its ID, as Synapse has it."""
    pdu = {name: value for name, value in recorded.items() if name != "event_id"}
    return make_event_from_dict(pdu, room_version=RoomVersions.V11)
