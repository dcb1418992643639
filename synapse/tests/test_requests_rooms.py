"""Shows that native modules create, find, publish and delete rooms with Synapse's `ModuleApi`."""

from __future__ import annotations

from asking import AskingTestCase


class Rooms(AskingTestCase):
    """Requests of the groups `rooms` and `public_rooms`."""

    def create(self, **arguments: object):  # type: ignore[no-untyped-def]
        usual = {
            "user_id": self.alice,
            "config": {"preset": "public_chat"},
            "ratelimit": False,
            "creator_join_profile": None,
        }
        return self.outcome("create_room", **{**usual, **arguments})

    def test_rooms_are_made(self) -> None:
        made = self.create(
            config={"room_alias_name": "tea", "name": "Tea"},
            creator_join_profile={"displayname": "The host"},
        )["answer"]
        self.assertEqual(made["room_alias"], "#tea:test")
        state = self.ask("get_room_state", room_id=made["room_id"], event_filter=None)
        contents = {event["type"]: event["content"] for event in state}
        self.assertEqual(contents["m.room.name"], {"name": "Tea"})
        self.assertEqual(contents["m.room.member"]["displayname"], "The host")
        self.assertIsNone(self.create()["answer"]["room_alias"])

    def test_rooms_that_cannot_be_made(self) -> None:
        error = self.create(user_id="@a:elsewhere")["error"]
        self.assertIn("RuntimeError", error["message"])
        error = self.create(config={"room_version": "none"})["error"]
        self.assert_refused(error, 400, "M_UNSUPPORTED_ROOM_VERSION")

    def test_aliases(self) -> None:
        room_id = self.create(config={"room_alias_name": "tea"})["answer"]["room_id"]
        found = self.ask("lookup_room_alias", room_alias="#tea:test")
        self.assertEqual(found, {"room_id": room_id, "servers": ["test"]})
        self.assertEqual(self.ask("get_canonical_room_alias", room_id=room_id), "#tea:test")
        self.assertIsNone(self.ask("get_canonical_room_alias", room_id=self.room_id))
        error = self.error("lookup_room_alias", room_alias="#none:test")
        self.assert_refused(error, 404, "M_NOT_FOUND")

    def test_the_public_list(self) -> None:
        room = {"room_id": self.room_id}
        self.assertIsNone(self.ask("remove_room_from_public_room_list", **room))
        self.assertIs(self.ask("room_is_in_public_room_list", **room), False)
        self.assertIsNone(self.ask("add_room_to_public_room_list", **room))
        self.assertIs(self.ask("room_is_in_public_room_list", **room), True)
        self.assertIs(self.ask("room_is_in_public_room_list", room_id="!none:test"), False)

    def members(self) -> list[str]:
        store = self.hs.get_datastores().main
        return list(self.get_success(store.get_users_in_room(self.room_id)))

    def test_a_room_is_deleted(self) -> None:
        self.assertEqual(self.members(), [self.alice])
        self.assertIsNone(self.ask("delete_room", room_id=self.room_id))
        self.pump(10)
        self.assertEqual(self.members(), [])

    def test_a_room_is_shut_down_with_options(self) -> None:
        options = {"block": True, "message": "Closed", "new_room_user_id": self.alice}
        self.assertIsNone(self.ask("shutdown_room", room_id=self.room_id, options=options))
        self.pump(10)
        self.assertEqual(self.members(), [])
        store = self.hs.get_datastores().main
        self.assertTrue(self.get_success(store.is_room_blocked(self.room_id)))

    def test_options_that_cannot_be(self) -> None:
        error = self.error("shutdown_room", room_id=self.room_id, options={"prune": True})
        self.assert_refused(error, 400, "M_INVALID_PARAM")
        self.assertIn("prune", error["message"])
        options = {"new_room_user_id": "@a:elsewhere"}
        error = self.error("shutdown_room", room_id=self.room_id, options=options)
        self.assertEqual(error["status"], 400)

    def test_a_module_may_forbid_it(self) -> None:
        asked = []

        async def never(user_id: str | None, room_id: str) -> bool:
            asked.append((user_id, room_id))
            return False

        rules = self.hs.get_module_api_callbacks().third_party_event_rules
        rules.register_third_party_rules_callbacks(check_can_shutdown_room=never)
        error = self.error("delete_room", room_id=self.room_id)
        self.assert_refused(error, 403, "M_FORBIDDEN")
        error = self.error("shutdown_room", room_id=self.room_id, options={})
        self.assert_refused(error, 403, "M_FORBIDDEN")
        self.assertEqual(asked, [(None, self.room_id)] * 2)
        self.assertEqual(self.members(), [self.alice])
