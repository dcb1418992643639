"""By which way Synapse answers a request, and whether this Synapse has it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Callable, TypeVar

from synapse.module_api import ModuleApi
from synapse.util import SYNAPSE_VERSION

# Where it was built stands behind that.
VERSION = SYNAPSE_VERSION.split(" ")[0]

Method = TypeVar("Method", bound=Callable[..., Any])

# By the name of the group's class, then by the name of the request.
WAYS: dict[str, dict[str, "Way"]] = {}


@dataclass(frozen=True)
class Way:
    """What a request needs of `ModuleApi`: a path of attributes, as `account_data_manager.get_global`.

    A private path leads through attributes that Synapse promises nobody; `purpose` says what they
    are there for.
    """

    request: str
    paths: tuple[str, ...]
    since: str | None = None
    purpose: str | None = None

    @property
    def private(self) -> bool:
        return self.purpose is not None

    def lacks(self, api: ModuleApi) -> str | None:
        """Why this Synapse cannot answer; `None` if it can.

        A path is looked at up to its first call, because a handler that nobody needs is not made.
        """
        for path in self.paths:
            if not _has(api, path.split("()")[0]):
                return self.without(path)
        return None

    def without(self, path: str) -> str:
        """What to say where a path leads nowhere."""
        told = f"`{self.request}` is not answered: Synapse {VERSION} has no `ModuleApi.{path}`"
        if self.private:
            return f"{told} any more, a private part of it; ask for a newer hsmod"
        return f"{told}, which comes with Synapse {self.since}"


def public(*paths: str, since: str) -> Callable[[Method], Method]:
    """The request is answered by these members of `ModuleApi`, which Synapse has since a version."""

    def note(method: Method) -> Method:
        return _note(method, Way(method.__name__, paths, since=since))

    return note


def private(*paths: str, purpose: str) -> Callable[[Method], Method]:
    """The request is answered by attributes that are private, because no public one can."""

    def note(method: Method) -> Method:
        return _note(method, Way(method.__name__, paths, purpose=purpose))

    return note


def _note(method: Method, way: Way) -> Method:
    group = method.__qualname__.split(".")[0]
    WAYS.setdefault(group, {})[way.request] = way
    return method


def _has(start: Any, path: str) -> bool:
    try:
        functools.reduce(getattr, path.split("."), start)
    except AttributeError:
        return False
    return True
