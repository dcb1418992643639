"""A homeserver with a native module that follows a script, and reports the calls."""

from __future__ import annotations

from typing import Any

from synapse.types import JsonDict

from support import NativeTestCase, native, scripted

ORACLE = "/_synapse/client/oracle"

# The return value of modules that have no objection.
NOT_SPAM = {"return": {"$": "NOT_SPAM"}}
NOTHING = {"return": None}
YES = {"return": True}
NO = {"return": False}


def returns(value: Any) -> JsonDict:
    """The outcome of a callback that returns this; see `tests/modules/scripted`."""
    return {"return": value}


def code(name: str, fields: JsonDict | None = None) -> JsonDict:
    """The outcome of a callback that refuses with a member of `Codes`."""
    member = {"$": "Codes", "v": name}
    return returns(member if fields is None else {"$": "tuple", "v": [member, fields]})


def teapot() -> JsonDict:
    """The outcome of a callback that raises an HTTP error for the client."""
    return {
        "raise": "SynapseError",
        "code": 418,
        "msg": "teapot",
        "errcode": "BAD_JSON",
        "additional": {"org.example.lid": 1},
    }


def broken() -> JsonDict:
    """The outcome of a callback that fails."""
    return {"raise": "RuntimeError", "msg": "it broke"}


class ScriptedTestCase(NativeTestCase):
    """A homeserver with one scripted module, of which tests change the script."""

    # The callbacks that the module registers, with their initial outcomes.
    outcomes: JsonDict = {}
    # Whether it waits once before each answer.
    suspend = False
    # Further keys of its config.
    script_config: JsonDict = {}

    def native_modules(self) -> list[JsonDict]:
        return [native(scripted(self.outcomes, suspend=self.suspend, **self.script_config))]

    def script(self, **outcomes: JsonDict) -> None:
        """Changes the outcomes of callbacks, and clears the recorded calls."""
        channel = self.make_request("POST", ORACLE, outcomes)
        self.assertEqual(channel.code, 204, channel.result)
        self.make_request("GET", ORACLE)

    def calls(self, *callbacks: str) -> list[list[Any]]:
        """The arguments of each call of these callbacks since the last time, in order."""
        channel = self.make_request("GET", ORACLE)
        self.assertEqual(channel.code, 200, channel.result)
        seen = channel.json_list
        return [arguments for _, callback, *arguments in seen if callback in callbacks]

    def only_call(self, callback: str) -> list[Any]:
        """The arguments of the only call since the last time."""
        calls = self.calls(callback)
        self.assertEqual(len(calls), 1, calls)
        return calls[0]
