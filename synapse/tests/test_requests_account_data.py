"""Shows that native modules read and replace the account data of users."""

from __future__ import annotations

from asking import AskingTestCase

DIRECT = {"@a:x": ["!1:x", "!2:x"], "deep": {"list": [{"n": 1}], "none": None}}


class AccountData(AskingTestCase):
    """Requests of the group `account_data`."""

    def test_account_data_is_replaced(self) -> None:
        data = {"user_id": self.bob, "data_type": "m.direct"}
        self.assertIsNone(self.ask("get_global", **data))
        self.assertIsNone(self.ask("put_global", **data, new_data=DIRECT))
        self.assertEqual(self.ask("get_global", **data), DIRECT)
        self.ask("put_global", **data, new_data={})
        self.assertEqual(self.ask("get_global", **data), {})

    def test_the_modules_are_told(self) -> None:
        told = []

        async def note(user_id: str, room_id: str | None, data_type: str, content: dict) -> None:
            told.append((user_id, room_id, data_type, content))

        callbacks = self.hs.get_account_data_handler()
        callbacks.register_module_callbacks(on_account_data_updated=note)
        self.ask("put_global", user_id=self.bob, data_type="t", new_data={"a": 1})
        self.assertEqual(told, [(self.bob, None, "t", {"a": 1})])

    def test_unknown_and_remote_users_are_refused(self) -> None:
        elsewhere = {"user_id": "@a:elsewhere", "data_type": "t"}
        self.assertIn("not local", self.error("get_global", **elsewhere)["message"])
        self.assertIn("not local", self.error("put_global", **elsewhere, new_data={})["message"])
        nobody = {"user_id": "@nobody:test", "data_type": "t"}
        self.assertIn("not exist", self.error("put_global", **nobody, new_data={})["message"])

    def test_compare_and_set_replaces_only_expected_data(self) -> None:
        data = {"user_id": self.bob, "data_type": "m.direct"}

        def change(expected: object, new_data: object) -> bool:
            return self.ask("compare_and_set_global", **data, expected=expected, new_data=new_data)

        self.assertIs(change({}, {"a": 1}), False)
        self.assertIs(change(None, DIRECT), True)
        self.assertIs(change(None, {"a": 1}), False)
        self.assertIs(change({**DIRECT, "more": 1}, {"a": 1}), False)
        self.assertEqual(self.ask("get_global", **data), DIRECT)
        self.assertIs(change(DIRECT, {"a": 1}), True)
        self.assertEqual(self.ask("get_global", **data), {"a": 1})
        elsewhere = {"user_id": "@a:elsewhere", "data_type": "t", "expected": None}
        error = self.error("compare_and_set_global", **elsewhere, new_data={})
        self.assertIn("not local", error["message"])
