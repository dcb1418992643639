"""A test case whose tests share a costly setup, such as a real Synapse."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from unittest import TestCase


class OnceTestCase(TestCase):
    """Implement `set_up_once`: trial does not support `setUpClass`.

    The stack is closed when the tests of another class begin, or at the end of the process.
    """

    _stacks: dict[type, ExitStack | BaseException] = {}

    @classmethod
    def set_up_once(cls, stack: ExitStack) -> None:
        """Runs before the first test of the class."""
        raise NotImplementedError

    def setUp(self) -> None:
        if type(self) not in self._stacks:
            self.leave_others()
            stack = self._stacks[type(self)] = ExitStack()
            atexit.register(stack.close)
            try:
                self.set_up_once(stack)
            except BaseException as error:
                # The next test need not wait for the same failure.
                self._stacks[type(self)] = error
                raise
        made = self._stacks[type(self)]
        self.assertIsInstance(made, ExitStack, "what all tests here need could not be made")

    def leave_others(self) -> None:
        """Closes the stacks of other classes: a process runs the tests class by class."""
        for kind, made in list(self._stacks.items()):
            if isinstance(made, ExitStack):
                made.close()
                del self._stacks[kind]
