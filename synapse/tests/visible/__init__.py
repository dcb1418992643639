"""The rows of `tests/data/client-visible`: the effect of a module's answer for a client."""

from visible import accounts, events, rooms

__all__ = ["accounts", "events", "rooms"]
