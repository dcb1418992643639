"""What native modules ask of their homeserver, answered over Synapse's `ModuleApi`.

A file for each group of `docs/requests.md`, a method for each request: its arguments are those of
that page by their names, its answer is what becomes JSON.
"""

from hsmod.requests.answers import Answers

__all__ = ["Answers"]
