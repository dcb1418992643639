"""Shows the effect of `registration_guard` on registrations in Synapse."""

from __future__ import annotations

import tempfile
from typing import Any
from unittest.mock import patch

from synapse.rest import admin
from synapse.rest.client import login, register, room
from synapse.types import JsonDict
from tests.server import FakeChannel

import support

ROOM = "!newcomers:test"


class RegistrationGuardTestCase(support.NativeTestCase):
    """A homeserver with open registration, except for the guard."""

    servlets = [
        admin.register_servlets,
        login.register_servlets,
        register.register_servlets,
        room.register_servlets,
    ]

    def native_modules(self) -> list[dict[str, Any]]:
        domains = tempfile.NamedTemporaryFile("w", suffix=".txt")
        self.addCleanup(domains.close)
        domains.write("# nobody with these\nmailinator.com\n")
        domains.flush()
        config = {
            "blocked_email_domains_file": domains.name,
            "deny_username_regexes": ["^admin", "(.)\\1\\1"],
            "notify": {
                "room": ROOM,
                "sender": "@bot:test",
                "mention_user_ids": ["@boss:test"],
            },
        }
        return [support.native({"module": "registration_guard", "config": config})]

    def default_config(self) -> JsonDict:
        config = super().default_config()
        config["enable_registration"] = True
        config["enable_registration_without_verification"] = True
        return config

    def registers(self, username: str) -> FakeChannel:
        content = {
            "username": username,
            "password": "correct horse",
            "auth": {"type": "m.login.dummy"},
        }
        return self.make_request("POST", "/_matrix/client/v3/register", content)

    def email_is_allowed(self, address: str) -> bool:
        """Whether Synapse accepts a registration with this verified e-mail address."""
        checker = self.hs.get_module_api_callbacks().spam_checker
        threepid = {"medium": "email", "address": address}
        asked = checker.check_registration_for_spam(threepid, "alice", [("Element", "::1")])
        return bool(self.get_success(asked).name == "ALLOW")

    def test_usernames(self) -> None:
        for username in ("admin", "administrator", "aaargh", "al"):
            channel = self.registers(username)
            self.assertEqual((channel.code, channel.json_body["error"]), (429, "Rate limited"))
        channel = self.registers("alice")
        self.assertEqual((channel.code, channel.json_body["user_id"]), (200, "@alice:test"))

    def test_email_domains(self) -> None:
        self.assertFalse(self.email_is_allowed("new@Mailinator.com"))
        self.assertTrue(self.email_is_allowed("new@mailinator.com.example"))

    def test_a_room_is_told_of_new_users(self) -> None:
        self.register_user("bot", "correct horse")
        token = self.login("bot", "correct horse")
        with patch("synapse.util.stringutils.random_string", return_value="newcomers"):
            made = self.helper.create_room_as("bot", room_version="11", tok=token)
        self.assertEqual(made, ROOM)
        self.assertEqual(self.registers("admin").code, 429)
        self.assertEqual(self.registers("carol").code, 200)
        told = self.told(token)
        self.assertEqual(
            [content["m.mentions"] for content in told], [{"user_ids": ["@boss:test"]}]
        )
        self.assertTrue(
            told[0]["body"].startswith("New user: carol\nUser ID: @carol:test\n"), told
        )

    def told(self, token: str) -> list[dict[str, Any]]:
        """Waits for a message about a new user, and returns these messages.

        The sender, who had to be there before the room, may be announced as well.
        """
        path = f"/_matrix/client/v3/rooms/{ROOM}/messages?dir=b&limit=100"

        def messages() -> list[dict[str, Any]]:
            events = self.make_request("GET", path, access_token=token).json_body["chunk"]
            messages = [e["content"] for e in events if e["type"] == "m.room.message"]
            return [one for one in messages if "@bot:test" not in one["body"]]

        return self.until(messages)
