"""The members of `ModuleApi` that answer each request, and whether this Synapse has them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Callable, TypeVar

from synapse.module_api import ModuleApi
from synapse.util import SYNAPSE_VERSION

# The version is followed by build information.
VERSION = SYNAPSE_VERSION.split(" ")[0]

Method = TypeVar("Method", bound=Callable[..., Any])

# Keyed by the name of the group's class, then by the name of the request.
WAYS: dict[str, dict[str, "Way"]] = {}


@dataclass(frozen=True)
class Way:
    """The attributes of `ModuleApi` that a request needs: `account_data_manager.get_global`.

    Private paths use attributes that Synapse does not guarantee; `purpose` says what they are for.
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

        A path is checked only up to its first call, so that no unneeded handler is created.
        """
        for path in self.paths:
            if not _has(api, path.split("()")[0]):
                return self.without(path)
        return None

    def without(self, path: str) -> str:
        """The message for a path that does not exist."""
        told = f"`{self.request}` is not answered: Synapse {VERSION} has no `ModuleApi.{path}`"
        if self.private:
            return f"{told} any more, which is private; install a newer hsmod"
        return f"{told}, which comes with Synapse {self.since}"


def public(*paths: str, since: str) -> Callable[[Method], Method]:
    """The request is answered by these members of `ModuleApi`, available since this version."""

    def note(method: Method) -> Method:
        return _note(method, Way(method.__name__, paths, since=since))

    return note


def private(*paths: str, purpose: str) -> Callable[[Method], Method]:
    """The request is answered by private attributes, because no public one suffices."""

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
