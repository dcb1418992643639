"""The test plugin `scripted` as a Python module, with the same config and oracle, which really
returns or raises what its script says. With it a test shows the effect of a Python module, and
that a difference is caused by Synapse or the test, not by hsmod."""

from __future__ import annotations

import inspect
import itertools
import json
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from synapse.events import EventBase
from synapse.http.server import DirectServeJsonResource
from synapse.http.servlet import parse_json_object_from_request
from synapse.http.site import SynapseRequest
from synapse.module_api import JsonDict, ModuleApi

import words

Outcome = dict[str, Any]


class Scripted:
    """A module with scripted answers; see the plugin for the keys of its config."""

    calls: ClassVar = itertools.count()

    def __init__(self, config: JsonDict, api: ModuleApi) -> None:
        self.outcomes: dict[str, Outcome] = dict(config.get("outcomes", {}))
        self.seen: list[list[Any]] = []
        self.login_types = config.get("auth_checkers", [["m.login.password", ["password"]]])
        for name in dir(ModuleApi):
            if name.startswith("register_") and name.endswith("_callbacks"):
                self.register(getattr(api, name))
        path = config.get("oracle", "/_synapse/client/oracle")
        api.register_web_resource(path, Oracle(api._hs, self))

    @staticmethod
    def parse_config(config: JsonDict) -> JsonDict:
        """Returns the config unchanged."""
        return config

    def register(self, method: Callable[..., None]) -> None:
        """Registers the callbacks of one category that have an outcome."""
        there = [name for name, outcome in self.outcomes.items() if not outcome.get("absent")]
        callbacks: dict[str, Any] = {
            name: self.callback(name)
            for name in inspect.signature(method).parameters
            if name in there
        }
        if "auth_checkers" in inspect.signature(method).parameters and "check_auth" in there:
            check_auth = self.callback("check_auth")
            callbacks["auth_checkers"] = {
                (login_type, tuple(fields)): check_auth for login_type, fields in self.login_types
            }
        if callbacks:
            method(**callbacks)

    def callback(self, name: str) -> Callable[..., Any]:
        """A function with the signature that Synapse expects of this callback."""
        if name == "on_update":
            return lambda *arguments: self.update(arguments)
        if name in ("user_may_create_room", "check_username_for_spam"):
            # Synapse checks the number of parameters of these two.
            return lambda first, second: self.ask(name, (first, second))
        return lambda *arguments: self.ask(name, arguments)

    def ask(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """An awaitable that plays; not awaitable if the script says that the callback is not."""
        if any(key.startswith("sync_") for key in self.outcomes[name]):
            return self.play(name, arguments)

        async def answer() -> Any:
            return self.play(name, arguments)

        return answer()

    def update(self, arguments: tuple[Any, ...]) -> Any:
        """A context manager around a batch, which yields what the script says."""

        @asynccontextmanager
        async def batch() -> Any:
            yield duration

        duration = self.play("on_update", arguments)
        return batch()

    def play(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Records a call, changes an argument if the script says so, and returns or raises."""
        self.seen.append([next(self.calls), name, *map(shown, arguments)])
        outcome = self.outcomes[name]
        if mutate := outcome.get("mutate"):
            argument = arguments[mutate["arg"]]
            if isinstance(argument, dict):
                argument.update(words.value(mutate.get("set", {})))
                for key in mutate.get("del", []):
                    argument.pop(key, None)
        outcome = {key.removeprefix("sync_"): item for key, item in outcome.items()}
        if "raise" in outcome:
            raise words.exception(outcome)
        return words.value(outcome["return"])


def in_python(module: JsonDict) -> JsonDict:
    """The entry of Synapse's `modules` in place of a native module with this config."""
    return {"module": "scripted.Scripted", "config": module["config"]}


class Oracle(DirectServeJsonResource):
    """The web resource with which tests change the script and read the calls."""

    isLeaf = True

    def __init__(self, hs: Any, module: Scripted) -> None:
        super().__init__(clock=hs.get_clock())
        self.module = module

    async def _async_render_GET(self, _request: SynapseRequest) -> tuple[int, list[Any]]:
        seen, self.module.seen = self.module.seen, []
        return 200, seen

    async def _async_render_POST(self, request: SynapseRequest) -> tuple[int, JsonDict]:
        self.module.outcomes.update(parse_json_object_from_request(request))
        return 200, {}


def shown(argument: Any) -> Any:
    """An argument as JSON, in the plugin's form; of a state only the keys."""
    if isinstance(argument, EventBase):
        return json.loads(json.dumps(argument.get_dict()))
    if isinstance(argument, dict) and any(isinstance(key, tuple) for key in argument):
        return sorted(f"{event_type}|{state_key}" for event_type, state_key in argument)
    try:
        return json.loads(json.dumps(argument))
    except TypeError:
        return str(argument)
