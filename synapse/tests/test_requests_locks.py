"""Shows in which callbacks Synapse holds the lock of a room, and which requests wait for it; these
must be the ones that the documentation names."""

from __future__ import annotations

import re
from typing import Any

from asking import DOCS, AskingTestCase
from synapse.logging.context import run_in_background
from synapse.module_api import NOT_SPAM

HELD_ROW = r"^\| `(\w+)`( \(`m\.room\.member`\))? \| a local"
MESSAGE = {"type": "m.room.message", "content": {"body": "hello", "msgtype": "m.text"}}


class Locks(AskingTestCase):
    """A Python module makes requests in a callback, and checks whether they are answered there."""

    carol = "@carol:test"

    def prepare(self, reactor, clock, hs) -> None:  # type: ignore[no-untyped-def]
        super().prepare(reactor, clock, hs)
        # Callbacks about invites and joins are not called for admins.
        self.ask("set_user_admin", user_id=self.alice, admin=False)
        self.register_user("carol", "secret")
        self.carols_token = self.login("carol", "secret")
        # The callback under test, and the requests that waited for its end.
        self.callback = ""
        self.waited: set[str] | None = None
        self.api.register_spam_checker_callbacks(
            check_event_for_spam=self.asks("check_event_for_spam", NOT_SPAM),
            user_may_invite=self.asks("user_may_invite", NOT_SPAM),
            user_may_join_room=self.asks("user_may_join_room", NOT_SPAM),
        )
        self.api.register_third_party_rules_callbacks(
            check_event_allowed=self.check_event_allowed,
            on_new_event=self.asks("on_new_event", None),
        )

    def asks(self, name: str, answer: Any) -> Any:
        async def callback(*_: Any) -> Any:
            await self.look(name)
            return answer

        return callback

    async def check_event_allowed(self, event: Any, _state: Any) -> tuple[bool, None]:
        kind = " (`m.room.member`)" if event.type == "m.room.member" else ""
        await self.look(f"check_event_allowed{kind}")
        return True, None

    async def look(self, callback: str) -> None:
        """Makes the requests that need the lock, and checks a little later which have ended."""
        if callback != self.callback:
            return
        self.callback = ""
        begun = {
            "create_and_send_event_into_room": run_in_background(
                self.api.create_and_send_event_into_room,
                {**MESSAGE, "room_id": self.room_id, "sender": self.alice},
            ),
            "update_room_membership": run_in_background(
                self.api.update_room_membership, self.alice, "@dan:test", self.room_id, "invite"
            ),
        }
        await self.hs.get_clock().sleep(seconds(0.3))
        self.waited = {name for name, ending in begun.items() if not ending.called}

    def waits(self, callback: str) -> set[str]:
        """The requests that wait, in this callback, for its end."""
        self.callback, self.waited = callback, None
        self.helper.send(self.room_id, "hello", tok=self.token)
        self.helper.invite(self.room_id, self.alice, self.bob, tok=self.token)
        self.helper.join(self.room_id, self.carol, tok=self.carols_token)
        self.helper.leave(self.room_id, self.carol, tok=self.carols_token)
        self.helper.leave(self.room_id, self.bob, tok=self.bobs_token)
        self.pump(1)
        assert self.waited is not None, f"{callback} was not asked"
        return self.waited

    def test_callbacks_under_the_lock_of_the_room(self) -> None:
        page = (DOCS / "synapse.md").read_text()
        held = [f"{name}{kind}" for name, kind in re.findall(HELD_ROW, page, re.M)]
        self.assertEqual(len(held), 3, "the rows of the page have another form")
        for callback in held:
            self.assertEqual(self.waits(callback), {"update_room_membership"}, callback)

    def test_callbacks_without_the_lock_of_the_room(self) -> None:
        for callback in ["check_event_for_spam", "check_event_allowed", "on_new_event"]:
            self.assertEqual(self.waits(callback), set(), callback)


def seconds(number: float) -> Any:
    """The argument of a sleep; older versions of Synapse take a number."""
    try:
        from synapse.util.duration import Duration
    except ImportError:
        return number
    return Duration(seconds=number)
