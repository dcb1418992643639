"""Shows that `room_access_rules` decides like the Python module, with the cases of its own tests.

Both are in one Synapse, and are asked one after the other. Only the Python module gets the answers
of the identity server: the native one asks it by HTTPS, where no server is running.
"""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from room_access_rules import RoomAccessRules
from synapse.api.errors import Codes, SynapseError
from synapse.events import EventBase
from synapse.http.client import SimpleHttpClient
from synapse.module_api import ModuleApi, PublicRoomListManager
from synapse.types import JsonDict, create_requester

from events import make_event
from support import NativeTestCase, native

CASES = Path(__file__).parents[2] / "plugins/room_access_rules/src/tests/cases.jsonl"
CONFIG = {
    "id_server": "id.invalid",
    "domains_forbidden_when_restricted": ["forbidden.example"],
}
ALICE = "@alice:example.com"
LEVELS = "power_level_content_override"

# As the README says of malformed requests: the original fails, which is a 403.
MALFORMED = [{"initial_state": "x"}, {LEVELS: []}]


class Original(RoomAccessRules):
    """The original with the argument names that the homeserver in memory uses."""

    def __init__(self, config: Any, api: ModuleApi) -> None:
        super().__init__(config, api)


def made(event_type: str, state_key: str | None, content: JsonDict) -> EventBase:
    """An event of the room."""
    return make_event(
        room_id="!r:example.com",
        sender=ALICE,
        type=event_type,
        state_key=state_key,
        content=content,
    )


class BesideTheOriginal(NativeTestCase):
    """Both modules, the native one first."""

    def native_modules(self) -> list[JsonDict]:
        original = {"module": "test_room_access_rules.Original", "config": CONFIG}
        return [native({"module": "room_access_rules", "config": CONFIG}), original]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.rules = hs.get_module_api_callbacks().third_party_event_rules
        self.case: JsonDict = {}

        async def is_public(manager: PublicRoomListManager, room_id: str) -> bool:
            return self.case.get("public", False)

        async def get_json(client: SimpleHttpClient, url: str, *arguments: Any) -> JsonDict:
            self.assertEqual(url, "https://id.invalid/_matrix/identity/api/v1/info")
            if "home" not in self.case:
                raise RuntimeError("it is down")
            return self.case["home"]

        self.patch(PublicRoomListManager, "room_is_in_public_room_list", is_public)
        self.patch(SimpleHttpClient, "get_json", get_json)

    async def ask(self, module: int) -> Any:
        """The answer of one of the modules, in the notation of the cases."""
        case, rules = self.case, self.rules
        events = [["m.room.member", ALICE, {"membership": "join"}], *case.get("state", [])]
        state = {(kind, key): made(kind, key, content) for kind, key, content in events}
        if "event" in case:
            check = rules._check_event_allowed_callbacks[module]
            allowed, replacement = await check(made(*case["event"]), state)
            self.assertIsNone(replacement)
        elif "invite" in case:
            check = rules._check_threepid_can_be_invited_callbacks[module]
            allowed = await check(*case["invite"], state)
        elif "list" in case:
            check = rules._check_visibility_can_be_modified_callbacks[module]
            allowed = await check("!r:example.com", state, case["list"])
        else:
            request = deepcopy(case["create"])
            try:
                await rules._on_create_room_callbacks[module](
                    create_requester(ALICE), request, False
                )
            except SynapseError as error:
                return f"{error.code} {Codes(error.errcode).value}: {error.msg}"
            return request
        return "allow" if allowed else "deny"

    def native(self) -> Any:
        """The answer of the native module."""
        return self.get_success(self.ask(0))

    def original(self) -> Any:
        """The answer of the Python module."""
        return self.get_success(self.ask(1))

    def test_cases(self) -> None:
        met = []
        for line in CASES.read_text().splitlines():
            self.case = json.loads(line)
            expected = self.case["answer"]
            if "home" not in self.case:
                self.assertEqual(self.native(), expected, line)
            if self.case.get("create") in MALFORMED:
                met.append("malformed")
                self.get_failure(self.ask(1), Exception)
            elif "invite" in self.case and "home" not in self.case and expected == "deny":
                # Nobody catches the error, and Synapse goes on as if the invite were allowed.
                met.append("down")
                self.get_failure(self.ask(1), RuntimeError)
            else:
                # As the README says of state keys.
                differs = self.case.get("original", expected)
                self.assertEqual(alike(self.original()), alike(differs), line)
        self.assertEqual(met, ["malformed", "malformed", "down"])


def alike(answer: Any) -> Any:
    """An answer without the differences in new rooms that are documented and harmless."""
    if isinstance(answer, str):
        # The original also names the wrong levels.
        return answer.removesuffix(" content override").removesuffix(" content")
    answer = deepcopy(answer)
    if any(event["type"] == "m.room.power_levels" for event in answer["initial_state"]):
        # Synapse ignores these in that case.
        answer.pop(LEVELS, None)
    else:
        answer[LEVELS].pop("users", None)
    return answer
