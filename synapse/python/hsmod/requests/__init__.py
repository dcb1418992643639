"""Answers the requests of native modules through Synapse's `ModuleApi`.

There is one file for each group of `docs/requests.md`, and one method for each request. A method
takes the arguments of that page by name, and its result is converted to JSON.
"""

from hsmod.requests.answers import Answers

__all__ = ["Answers"]
