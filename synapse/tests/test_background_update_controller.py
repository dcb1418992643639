"""Shows that a native module paces the background updates of the database."""

from __future__ import annotations

from typing import Any

from scripts import ScriptedTestCase, broken, returns


class BackgroundUpdateController(ScriptedTestCase):
    outcomes = {
        "on_update": returns(7),
        "default_batch_size": returns(20),
        "min_batch_size": returns(5),
    }

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.updates = hs.get_datastores().main.db_pool.updates

    def about_ours(self, callback: str) -> list[list[Any]]:
        """The calls about the update of these tests; a new database runs others, too."""
        return [call for call in self.calls(callback) if call[0] == "sort"]

    def paced(self) -> Any:
        """The context manager that Synapse enters around each batch."""
        return self.updates._get_context_manager_for_update(
            sleep=False, update_name="sort", database_name="main", oneshot=True
        )

    async def batch(self, fails: bool = False) -> int:
        async with self.paced() as desired_duration_ms:
            if fails:
                raise ValueError("the batch failed")
            return desired_duration_ms

    def test_the_updates_of_a_new_database(self) -> None:
        self.wait_for_background_updates()
        paced = {name for name, *_ in self.calls("on_update")}
        self.assertIn("populate_user_directory_cleanup", paced)

    def test_on_update(self) -> None:
        self.assertEqual(self.get_success(self.batch()), 7)
        self.assertEqual(self.about_ours("on_update"), [["sort", "main", True]])
        self.get_failure(self.batch(fails=True), ValueError)
        self.script(on_update=broken())
        self.get_failure(self.batch(), Exception)

    def test_no_callback_is_called_before_the_batch(self) -> None:
        self.paced()
        self.assertEqual(self.about_ours("on_update"), [])

    def test_default_batch_size(self) -> None:
        size = self.updates._default_batch_size("sort", "main")
        self.assertEqual(self.get_success(size), 20)
        self.assertEqual(self.about_ours("default_batch_size"), [["sort", "main"]])

    def test_min_batch_size(self) -> None:
        size = self.updates._min_batch_size("sort", "main")
        self.assertEqual(self.get_success(size), 5)
        self.assertEqual(self.about_ours("min_batch_size"), [["sort", "main"]])


class SlowBackgroundUpdateController(BackgroundUpdateController):
    """The same module, which waits once before each answer."""

    suspend = True
