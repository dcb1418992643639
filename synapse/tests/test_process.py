"""Shows that native modules work in a real Synapse with a real client."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any, TypeVar

import nio
from antispam_server import AntispamServer, Reply, antispam_server
from hsmod.trial.client import ask
from hsmod.trial.homeserver import Homeserver
from once import OnceTestCase
from support import plugins

T = TypeVar("T")

# Registration is open, because the client registers the users.
OPEN = {"enable_registration": True, "enable_registration_without_verification": True}

PASSWORD = "a long enough password"


def native_modules(server: AntispamServer) -> dict[str, Any]:
    """Four modules that come with hsmod, and one that records its calls."""
    return {
        "plugins_dir": str(plugins()),
        "http": {"allow": ["127.0.0.0/8"]},
        "modules": [
            {"module": "list_spam_checker", "config": {"evil_users": ["@evil:localhost"]}},
            {"module": "demo", "config": {"denied_user": "@evil:localhost"}},
            {
                "module": "http_antispam",
                "config": {
                    "base_url": f"{server.url}/antispam",
                    "enabled_callbacks": ["user_may_invite", "user_may_join_room"],
                },
            },
            {
                "module": "event_censor",
                "config": {"endpoint": f"{server.url}/censor/event", "on_error": "deny"},
            },
            {
                "module": "good_recorder",
                "config": {"callbacks": ["on_new_event", "check_media_file_for_spam"]},
            },
        ],
    }


class Clients(OnceTestCase):
    """One Synapse with all modules; each test has its own users."""

    server: AntispamServer
    homeserver: Homeserver

    @classmethod
    def set_up_once(cls, stack: ExitStack) -> None:
        cls.server = stack.enter_context(antispam_server())
        # The censor does not change events.
        cls.server.usual["censor"] = Reply(204, b"", ())
        entry = {"module": "hsmod.Modules", "config": native_modules(cls.server)}
        cls.homeserver = stack.enter_context(Homeserver([entry], more=OPEN))

    def setUp(self) -> None:
        super().setUp()
        self.server.reply("nobody", Reply())

    def run_client(self, use: Callable[..., Awaitable[None]], *names: str) -> None:
        """Registers these users, and passes their clients to `use`."""

        async def run() -> None:
            clients = [nio.AsyncClient(self.homeserver.url, name) for name in names]
            try:
                for client, name in zip(clients, names, strict=True):
                    expect(nio.RegisterResponse, await client.register(name, PASSWORD))
                await use(*clients)
            finally:
                for client in clients:
                    await client.close()

        asyncio.run(asyncio.wait_for(run(), 60))

    def assert_denied(self, response: Any, errcode: str, error: str) -> None:
        """Checks the error that a client gets."""
        self.assertIsInstance(response, nio.ErrorResponse)
        self.assertEqual(response.transport_response.status, 403)
        self.assertEqual((response.status_code, response.message), (errcode, error))

    def test_a_conversation(self) -> None:
        async def use(anna: nio.AsyncClient, bernd: nio.AsyncClient) -> None:
            expect(nio.LoginResponse, await anna.login(PASSWORD))
            room = expect(nio.RoomCreateResponse, await anna.room_create(name="a room")).room_id
            expect(nio.RoomInviteResponse, await anna.room_invite(room, bernd.user_id))
            expect(nio.JoinResponse, await bernd.join(room))
            sent = expect(nio.RoomSendResponse, await anna.room_send(room, *message("hello")))
            synced = expect(nio.SyncResponse, await bernd.sync(full_state=True))
            events = synced.rooms.join[room].timeline.events
            found = [event for event in events if event.event_id == sent.event_id]
            self.assertEqual([event.body for event in found], ["hello"])
            file = io.BytesIO(b"a text")
            uploaded, _ = await anna.upload(file, content_type="text/plain", filesize=6)
            expect(nio.UploadResponse, uploaded)

        self.run_client(use, "anna", "bernd")
        seen = ask(f"{self.homeserver.url}/_synapse/client/recorder/seen").json()
        told = [call[0] for call in seen]
        self.assertIn("on_new_event", told)
        self.assertIn("check_media_file_for_spam", told)

    def test_denied_by_list_spam_checker_and_demo(self) -> None:
        async def use(carla: nio.AsyncClient, evil: nio.AsyncClient) -> None:
            self.assert_denied(
                await evil.room_create(), "M_FORBIDDEN", "You are not permitted to create rooms"
            )
            public = nio.RoomPreset.public_chat
            room = expect(nio.RoomCreateResponse, await carla.room_create(preset=public)).room_id
            expect(nio.JoinResponse, await evil.join(room))
            self.assert_denied(
                await evil.room_send(room, *message("buy")),
                "M_FORBIDDEN",
                "This message has been rejected as probable spam",
            )

        self.run_client(use, "carla", "evil")

    def test_denied_by_http_antispam(self) -> None:
        async def use(dora: nio.AsyncClient, emil: nio.AsyncClient) -> None:
            room = expect(nio.RoomCreateResponse, await dora.room_create()).room_id
            # A custom code: with `M_LIMIT_EXCEEDED` this client would try again.
            body = b'{"errcode": "ORG_EXAMPLE_SPAM", "error": "not this one"}'
            self.server.reply("antispam", Reply(429, body))
            denied = await dora.room_invite(room, emil.user_id)
            self.assert_denied(denied, "ORG_EXAMPLE_SPAM", "not this one")

        self.run_client(use, "dora", "emil")

    def test_changed_and_denied_by_event_censor(self) -> None:
        async def use(frida: nio.AsyncClient) -> None:
            room = expect(nio.RoomCreateResponse, await frida.room_create()).room_id
            self.server.reply("censor", Reply(200, b'{"msgtype": "m.text", "body": "***"}'))
            sent = expect(nio.RoomSendResponse, await frida.room_send(room, *message("damn")))
            event = await frida.room_get_event(room, sent.event_id)
            self.assertEqual(event.event.body, "***")
            self.server.reply("censor", Reply(500))
            self.assert_denied(
                await frida.room_send(room, *message("hello")),
                "M_FORBIDDEN",
                "This event is not allowed in this context",
            )

        self.run_client(use, "frida")

    def test_web_resources(self) -> None:
        url = f"{self.homeserver.url}/_synapse/client"
        for path, body in [
            ("demo/hello?name=bob", {"hello": "bob"}),
            ("demo/hello/child?name=bob", {"hello": "bob"}),
            ("list_spam_checker/is_evil?user=@evil:localhost", {"evil": True}),
            ("list_spam_checker/is_evil?user=@good:localhost", {"evil": False}),
        ]:
            answer = ask(f"{url}/{path}")
            self.assertEqual((answer.status, answer.json()), (200, body))
        for path, status, errcode in [
            ("demo/hello", 400, "M_MISSING_PARAM"),
            ("list_spam_checker/is_evil/child", 404, None),
            ("nowhere", 404, "M_UNRECOGNIZED"),
        ]:
            answer = ask(f"{url}/{path}")
            self.assertEqual(answer.status, status)
            if errcode is not None:
                self.assertEqual(answer.json()["errcode"], errcode)

    def test_zz_the_log(self) -> None:
        """Runs after the other tests because of its name: nothing has logged an error."""
        log = self.homeserver.log.read_text()
        loud = [line for line in log.splitlines() if " ERROR " in line or " CRITICAL " in line]
        self.assertEqual(loud, [])
        self.assertNotIn("Traceback", log)
        first = next(line for line in log.splitlines() if "hsmod.Modules: " in line)
        self.assertIn(" INFO ", first)
        for said in [
            "list_spam_checker 0.9.0 for ABI 2.0 (spam_checker.check_event_for_spam, ",
            "/_synapse/client/list_spam_checker/is_evil)",
            "demo 0.9.0 for ABI 2.0 (spam_checker.user_may_create_room, "
            "/_synapse/client/demo/hello/*)",
            "event_censor 0.9.0 for ABI 2.0 (third_party_rules.check_event_allowed)",
        ]:
            self.assertIn(said, first)


def message(body: str) -> tuple[str, dict[str, str]]:
    """The type and the content of an event."""
    return "m.room.message", {"msgtype": "m.text", "body": body}


def expect(kind: type[T], response: Any) -> T:
    """Checks that a response is not an error."""
    assert isinstance(response, kind), response
    return response
