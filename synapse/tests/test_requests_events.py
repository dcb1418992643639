"""Shows that native modules send events, read rooms and change memberships."""

from __future__ import annotations

from asking import AskingTestCase
from synapse.types import JsonDict

MESSAGE = {"type": "m.room.message", "content": {"body": "hello", "msgtype": "m.text"}}


class Events(AskingTestCase):
    """Requests of the group `events`."""

    def send(self, event: JsonDict, **changes: object) -> JsonDict:
        whole = {"sender": self.alice, **event, **changes}
        return self.outcome("create_and_send_event_into_room", room_id=self.room_id, event=whole)

    def test_a_message_is_sent_as_it_is_answered(self) -> None:
        sent = self.send(MESSAGE, room_id="!another:test")["answer"]
        self.assertEqual((sent["sender"], sent["room_id"]), (self.alice, self.room_id))
        self.assertEqual(sent["content"], MESSAGE["content"])
        seen = self.helper.get_event(self.room_id, sent["event_id"], tok=self.token)
        self.assertEqual(seen["content"], MESSAGE["content"])
        self.assertNotIn("state_key", sent)

    def test_state_events(self) -> None:
        topic = {"type": "m.room.topic", "state_key": "", "content": {"topic": "Tea"}}
        sent = self.send(topic)["answer"]
        wanted = {"room_id": self.room_id, "event_filter": [["m.room.topic", ""]]}
        self.assertEqual(
            [event["event_id"] for event in self.ask("get_room_state", **wanted)],
            [sent["event_id"]],
        )

    def test_events_that_the_room_does_not_allow(self) -> None:
        self.assert_refused(self.send(MESSAGE, sender=self.bob)["error"], 403, "M_FORBIDDEN")
        member = {"type": "m.room.member", "state_key": self.alice, "content": {}}
        self.assertIn("error", self.send(member))

    def types(self, name: str, **filters: object) -> list[str]:
        return sorted(event["type"] for event in self.ask(name, **filters))

    def test_state_by_types(self) -> None:
        self.helper.invite(self.room_id, self.alice, self.bob, tok=self.token)
        for name, argument in [
            ("get_state_events_in_room", "types"),
            ("get_room_state", "event_filter"),
        ]:
            room = {"room_id": self.room_id}
            both = {**room, argument: [["m.room.member", None], ["m.room.create", ""]]}
            self.assertEqual(
                self.types(name, **both), ["m.room.create", "m.room.member", "m.room.member"]
            )
            one = {**room, argument: [["m.room.member", self.bob]]}
            [member] = self.ask(name, **one)
            self.assertEqual((member["state_key"], member["sender"]), (self.bob, self.alice))
            self.assertEqual(self.types(name, **{**room, argument: []}), [])
            unknown = {"room_id": "!none:test", argument: [["m.room.member", None]]}
            self.assertEqual(self.types(name, **unknown), [])

    def test_the_whole_state(self) -> None:
        state = self.types("get_room_state", room_id=self.room_id, event_filter=None)
        self.assertIn("m.room.power_levels", state)
        self.assertIn("m.room.create", state)
        self.assertEqual(self.types("get_room_state", room_id="!none:test", event_filter=None), [])


class Memberships(AskingTestCase):
    """Requests of the group `membership`."""

    def update(self, sender: str, target: str, new_membership: str, **others: object) -> JsonDict:
        usual = {"room_id": self.room_id, "content": None, "remote_room_hosts": None}
        return self.outcome(
            "update_room_membership",
            sender=sender,
            target=target,
            new_membership=new_membership,
            **{**usual, **others},
        )

    def test_a_user_is_invited_joins_and_is_banned(self) -> None:
        invite = self.update(self.alice, self.bob, "invite", content={"reason": "tea"})["answer"]
        self.assertEqual((invite["type"], invite["state_key"]), ("m.room.member", self.bob))
        self.assertEqual(invite["content"]["membership"], "invite")
        self.assertEqual(invite["content"]["reason"], "tea")
        join = self.update(self.bob, self.bob, "join", remote_room_hosts=["test"])["answer"]
        self.assertEqual(join["content"]["displayname"], "bob")
        ban = self.update(self.alice, self.bob, "ban")["answer"]
        self.assertEqual(ban["content"]["membership"], "ban")
        error = self.update(self.bob, self.bob, "join")["error"]
        self.assert_refused(error, 403, "M_BAD_STATE")

    def test_senders_of_other_homeservers(self) -> None:
        error = self.update("@a:elsewhere", self.bob, "invite")["error"]
        self.assertIn("RuntimeError", error["message"])
