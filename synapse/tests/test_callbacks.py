"""Shows that every callback of the installed Synapse has a row, and which arguments it has."""

from __future__ import annotations

import inspect
import typing
from typing import Any, Callable, Iterator

from hsmod import _native
from hsmod.calls import called_by

from synapse.module_api import ModuleApi

from tests import unittest

# Callbacks of the loader that no released Synapse has.
NOT_IN_SYNAPSE = {"spam_checker.accept_make_join", "third_party_rules.on_user_search"}


class Rows(unittest.TestCase):
    def test_each_callback_of_synapse_has_a_row(self) -> None:
        rows, called = set(_native.callbacks()), set(called_by(ModuleApi))
        self.assertEqual(
            called - rows,
            set(),
            "this Synapse calls what has no row: write one in synapse/src/callbacks/, and if the"
            " loader lacks the callback, begin with plugin-api/src/callbacks/",
        )
        self.assertEqual(
            rows - called,
            set(),
            "rows of callbacks that this Synapse does not call: was one renamed, or is this an"
            " older Synapse than those this package is for?",
        )

    def test_each_callback_of_the_loader_has_a_row(self) -> None:
        self.assertEqual(
            set(_native.loader_callbacks()) - NOT_IN_SYNAPSE,
            set(_native.callbacks()),
            "a callback was added to the loader: it needs a row in synapse/src/callbacks/, or a"
            " place in NOT_IN_SYNAPSE",
        )

    def test_arguments_have_the_names_of_the_loader(self) -> None:
        known = _native.loader_callbacks()
        for callback, arguments in _native.callbacks().items():
            self.assertEqual(arguments, known[callback], f"{callback}: the row has other names")

    def test_synapse_gives_as_many_arguments(self) -> None:
        rows = _native.callbacks()
        for callback, annotation in annotated():
            given = max(len(arguments) for arguments in argument_types(annotation))
            self.assertEqual(
                len(rows[callback]),
                given,
                f"{callback}: this Synapse gives {given} arguments, the row has {rows[callback]}",
            )


def annotated() -> Iterator[tuple[str, Any]]:
    """Every callback, with the type of its parameter in Synapse."""
    for method_name, method in inspect.getmembers(ModuleApi, inspect.isfunction):
        category = method_name.removeprefix("register_").removesuffix("_callbacks")
        if method_name == f"register_{category}_callbacks":
            for name, parameter in inspect.signature(method).parameters.items():
                if name == "auth_checkers":
                    yield f"{category}.check_auth", parameter.annotation
                elif name != "self":
                    yield f"{category}.{name}", parameter.annotation


def argument_types(annotation: Any) -> Iterator[list[Any]]:
    """The arguments of each function type in this type, however it is wrapped."""
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.get_origin(Callable[[], None]):
        yield inside[0]
    else:
        for part in inside:
            yield from argument_types(part)
