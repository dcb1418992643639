"""Homeservers in memory with the measured modules, and the arguments of their callbacks."""

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
EVIL_USERS = [f"@evil{number}:{SERVER_NAME}" for number in range(1_000)]

PDUS = Path(__file__).parents[2] / "tests" / "data" / "synapse-pdus.ndjson"


def home(kind: str, modules: int, callback: str, **looks_for: str | None) -> HomeServer:
    """A homeserver with this number of modules of a kind, which register this callback."""
    config = default_config(server_name=SERVER_NAME)
    own = {"evil_users": EVIL_USERS, "callback": callback, **looks_for}
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
    # Runs the modules' start, which happens outside of any request's logging context.
    with PreserveLoggingContext():
        reactor.advance(0)
    return home


def native(config: dict[str, Any], modules: int) -> dict[str, Any]:
    """The config of this number of native modules, each with its own name."""
    return {
        "plugins_dir": os.environ["HSMOD_TEST_PLUGINS"],
        "verify": {"permissions": "warn"},
        "modules": [
            {"module": "bench_checker", "name": f"checker_{number}", "config": config}
            for number in range(modules)
        ],
    }


def message(sender: str | None = None) -> EventBase:
    """A recorded message of usual length; of another sender, if one is named."""
    with PDUS.open() as lines:
        for line in lines:
            recorded = json.loads(line)
            if recorded["type"] == "m.room.message":
                return _event({**recorded, "sender": sender or recorded["sender"]})
    raise RuntimeError(f"there is no message in {PDUS}")


def long_message(size: int, last: str = "") -> EventBase:
    """A message whose JSON has about this length, and whose body ends with this word."""
    short = message().get_pdu_json()
    room = size - len(json.dumps({**short, "content": {"body": last, "msgtype": "m.text"}}))
    words = "Nothing but words that any body may have. " * (size // 40)
    return _event({**short, "content": {"body": words[:room] + last, "msgtype": "m.text"}})


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
    """A recorded event with its ID, as Synapse's object."""
    pdu = {name: value for name, value in recorded.items() if name != "event_id"}
    return make_event_from_dict(pdu, room_version=RoomVersions.V11)
