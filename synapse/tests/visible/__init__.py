"""The rows of `tests/data/client-visible`: what a client sees of a module's answer."""

from visible import accounts, events, rooms

__all__ = ["accounts", "events", "rooms"]
