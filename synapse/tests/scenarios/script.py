"""The registrations of each module of a scenario, and what it does when it is called."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scenarios.callbacks import ROWS

Outcome = dict[str, Any]

PRESENCE = ("get_users_for_states", "get_interested_users")
UPDATES = ("on_update", "default_batch_size", "min_batch_size")

LEGACY = ("on_legacy_send_mail", "on_legacy_renew", "on_legacy_admin_request")

# The registrations of a module that registers one of these: the outcome depends on the other
# callbacks.
APART: dict[str, tuple[str, ...]] = {
    **{name: PRESENCE for name in PRESENCE},
    **{name: UPDATES for name in UPDATES},
    **{name: (name,) for name in (*LEGACY, "check_auth", "federated_user_may_invite")},
    "register_auth_checkers": ("check_auth",),
}

# A module that registers one of these registers all of them, so that few modules can play all
# scenarios.
USUAL = tuple(name for name in ROWS if name not in APART)


@dataclass
class Part:
    """One module; it registers nothing if it has no callbacks."""

    callbacks: list[str]
    login_types: list[Any] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def config(self) -> dict[str, Any]:
        """The `config` of a module that registers these callbacks, and does nothing yet."""
        silent = {callback: {"return": None} for callback in self.callbacks}
        return {"outcomes": silent, "auth_checkers": self.login_types}


def parts(scenario: dict[str, Any]) -> list[Part]:
    """The modules of a scenario, in order."""
    return [part(scenario["callback"], outcome) for outcome in scenario["modules"]]


def part(callback: str, given: Outcome) -> Part:
    """The part of a module for which a scenario has an outcome of one callback."""
    outcome = dict(given)
    outcomes = {
        name: also for name, also in outcome.pop("also", {}).items() if not also.get("absent")
    }
    callbacks = list(outcomes)
    if callback == "register_auth_checkers":
        login_types = outcome.get("register", [])
        return Part(["check_auth"] if login_types else [], login_types)
    if not outcome.get("absent"):
        alone = outcome.pop("unpaired", False) or outcome.pop("only_on_update", False)
        if alone:
            callbacks += ["on_update"] if callback in UPDATES else [callback]
        else:
            callbacks += APART.get(callback, USUAL)
    login_type = outcome.pop("login_type", "m.login.password")
    if callback in callbacks:
        outcomes[callback] = outcome
    return Part(callbacks, [[login_type, ["password"]]], outcomes)


def only_in_python(scenario: dict[str, Any]) -> str | None:
    """The features of a scenario that only Python modules support."""
    for module in scenario["modules"]:
        for outcome in (module, *module.get("also", {}).values()):
            if any(key.startswith("sync_") for key in outcome):
                return "a callback that is not async exists only in Python"
            if outcome.get("raise") == "BaseException":
                return "BaseException exists only in Python"
            if outcome.get("raise") == "AsyncioCancelledError":
                return "asyncio's cancellation exists only in Python"
    return None
