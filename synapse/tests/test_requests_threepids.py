"""Shows that native modules read, add and remove addresses of accounts."""

from __future__ import annotations

from asking import AskingTestCase

ADDRESS = {"medium": "email", "address": "Bob@Example.com"}


class Threepids(AskingTestCase):
    """Requests of the group `threepids`."""

    def addresses(self, user_id: str) -> list[tuple[str, str]]:
        found = self.ask("get_threepids_for_user", user_id=user_id)
        return [(one["medium"], one["address"]) for one in found]

    def test_an_address_is_added_in_lower_case_and_moves(self) -> None:
        bob = {"user_id": self.bob, **ADDRESS, "validated_at": 17}
        self.assertIsNone(self.ask("add_threepid", **bob))
        [found] = self.ask("get_threepids_for_user", user_id=self.bob)
        self.assertEqual(found["validated_at"], 17)
        self.assertGreater(found["added_at"], 17)
        self.assertEqual(self.addresses(self.bob), [("email", "bob@example.com")])
        self.ask("add_threepid", **{**bob, "user_id": self.alice})
        self.assertEqual(self.addresses(self.bob), [])
        self.assertEqual(self.addresses(self.alice), [("email", "bob@example.com")])

    def test_addresses_that_cannot_be(self) -> None:
        bob = {"user_id": self.bob, **ADDRESS, "validated_at": 17}
        error = self.error("add_threepid", **{**bob, "medium": "pigeon"})
        self.assert_refused(error, 400, "M_INVALID_PARAM")
        error = self.error("add_threepid", **{**bob, "user_id": "@nobody:test"})
        self.assert_refused(error, 404, "M_NOT_FOUND")
        error = self.error("add_threepid", **{**bob, "user_id": "@a:elsewhere"})
        self.assert_refused(error, 400, "M_INVALID_PARAM")

    def test_an_address_is_removed(self) -> None:
        told = []

        async def note(user_id: str, medium: str, address: str) -> None:
            told.append((user_id, medium, address))

        rules = self.hs.get_module_api_callbacks().third_party_event_rules
        rules.register_third_party_rules_callbacks(on_remove_user_third_party_identifier=note)
        self.ask("add_threepid", user_id=self.bob, **ADDRESS, validated_at=1)
        self.ask("add_threepid", user_id=self.bob, medium="msisdn", address="49", validated_at=1)
        gone = {"user_id": self.bob, "medium": "email", "address": "BOB@example.com "}
        self.assertIs(self.ask("delete_threepid", **gone), True)
        self.assertIs(self.ask("delete_threepid", **gone), False)
        self.assertEqual(told, [(self.bob, "email", "bob@example.com")])
        self.assertEqual(self.addresses(self.bob), [("msisdn", "49")])

    def test_an_identity_server_knows_an_address(self) -> None:
        known = {"user_id": self.bob, **ADDRESS, "id_server": "id.example"}
        self.assertIsNone(self.ask("store_remote_3pid_association", **known))
        store = self.hs.get_datastores().main
        bound = self.get_success(store.user_get_bound_threepids(self.bob))
        self.assertEqual([tuple(one) for one in bound], [("email", "Bob@Example.com")])
