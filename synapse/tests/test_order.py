"""Shows that native and Python modules are asked in the order of `modules:`."""

from __future__ import annotations

from typing import Any

from support import NativeTestCase, native, scripted

from synapse.module_api import NOT_SPAM, ModuleApi
from synapse.module_api.errors import Codes

ALLOW = {"return": {"$": "NOT_SPAM"}}


def decided(errcode: str) -> dict[str, Any]:
    return native(scripted({"user_may_invite": {"return": {"$": "Codes", "v": errcode}}}))


class Between:
    """A Python module between native ones."""

    answer: Any = NOT_SPAM
    asked = 0

    def __init__(self, config: dict[str, Any], api: ModuleApi) -> None:
        api.register_spam_checker_callbacks(user_may_invite=self.user_may_invite)

    async def user_may_invite(self, *arguments: str) -> Any:
        Between.asked += 1
        return Between.answer


PYTHON = {"module": f"{__name__}.Between", "config": {}}


class Asked(NativeTestCase):
    """Two `hsmod.Modules`, with the Python module between them."""

    first: dict[str, Any]

    def native_modules(self) -> list[dict[str, Any]]:
        return [self.first, PYTHON, decided("LIMIT_EXCEEDED")]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.checks = hs.get_module_api_callbacks().spam_checker
        self.patch(Between, "asked", 0)

    def user_may_invite(self) -> Any:
        asked = self.checks.user_may_invite("@alice:test", "@bob:test", "!room:test")
        code, _fields = self.get_success(asked)
        return code


class FirstAllows(Asked):
    first = native(scripted({"user_may_invite": ALLOW}))

    def test_all_are_asked_one_after_the_other(self) -> None:
        self.assertIs(self.user_may_invite(), Codes.LIMIT_EXCEEDED)
        self.assertEqual(Between.asked, 1)

    def test_python_decides_before_what_comes_after_it(self) -> None:
        self.patch(Between, "answer", Codes.CONSENT_NOT_GIVEN)
        self.assertIs(self.user_may_invite(), Codes.CONSENT_NOT_GIVEN)


class FirstDenies(Asked):
    first = decided("FORBIDDEN")

    def test_later_modules_are_not_asked(self) -> None:
        self.assertIs(self.user_may_invite(), Codes.FORBIDDEN)
        self.assertEqual(Between.asked, 0)
