"""Shows who provides storage, HTTP, templates and mail to native modules in Synapse."""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from twisted.trial import unittest

from hsmod.modules import Modules
from support import NativeTestCase, native, plugins
from synapse.module_api.errors import ConfigError
from synapse.types import JsonDict

MAIL = {"mail": "bob@example.com", "values": ["Tea", "<b>Tea</b>", "Tea!"]}
STORE = [
    {"migrate": [[1, "CREATE TABLE t (a TEXT)"]]},
    {"begin": "keep"},
    {"execute": "INSERT INTO t VALUES (?)", "values": ["tea"]},
    {"commit": None},
    {"begin": "look"},
    {"query": "SELECT a FROM t"},
]


class ServicesTestCase(NativeTestCase):
    """A native module that makes the requests of its clients."""

    settings: JsonDict = {}

    def native_modules(self) -> list[JsonDict]:
        return [native({"module": "good_keeper"}, **self.settings)]

    def folder(self) -> Path:
        """A folder for this test."""
        folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        return folder

    def steps(self, *steps: JsonDict) -> list[Any]:
        """The outcome of each step."""
        body = json.dumps(steps).encode()
        channel = self.make_request("POST", "/_synapse/client/keeper", body)
        self.assertEqual(channel.code, 200, channel.result)
        return json.loads(channel.result["body"])

    def facts(self) -> JsonDict:
        return self.make_request("GET", "/_synapse/client/keeper").json_body


class Storage(ServicesTestCase):
    """A file of the module's own, below `data_dir`."""

    def native_modules(self) -> list[JsonDict]:
        self.data_dir = self.folder()
        self.settings = {"data_dir": str(self.data_dir)}
        return super().native_modules()

    def test_each_module_has_its_own_file(self) -> None:
        self.assertEqual(self.steps(*STORE)[-1], [{"a": "tea"}])
        files = [path.name for path in self.data_dir.iterdir()]
        self.assertIn("good_keeper.sqlite3", files)
        self.assertIn("run_db_interaction", self.facts()["supported"])


class DataDir(unittest.TestCase):
    """A `data_dir` in homeserver.yaml itself is relative to Synapse's working directory."""

    def test_a_folder_that_cannot_be(self) -> None:
        Path("taken").touch()
        config = {"plugins_dir": str(plugins()), "modules": [], "data_dir": "taken"}
        with self.assertRaises(ConfigError) as raised:
            Modules.parse_config(config)
        self.assertIn(f"`{Path.cwd() / 'taken'}` is not a folder", raised.exception.msg)


class Nothing(ServicesTestCase):
    """A config without services."""

    def test_errors_name_the_missing_setting(self) -> None:
        [begun, mailed] = self.steps({"begin": "keep"}, MAIL)
        self.assertEqual(begun["unanswered"], "Unsupported")
        self.assertEqual(
            begun["error"],
            "`run_db_interaction` is not answered: no storage is configured: set `data_dir` in the"
            " config",
        )
        self.assertEqual(mailed["unanswered"], "Unsupported")
        self.assertEqual(
            mailed["error"],
            "`send_mail` is not answered: no mail is configured: set `mail` in the config",
        )
        self.assertEqual(
            self.facts()["supported"], ["http_request", "read_templates", "get_room_state"]
        )

    def test_templates_need_nothing(self) -> None:
        read = {"read": ["a.html"], "values": {"a.html": "Hello {{ name }}"}}
        self.assertEqual(
            self.steps(read, {"render": "a.html", "values": {"name": "<Bob>"}})[1],
            "Hello &lt;Bob&gt;",
        )


class Handler(BaseHTTPRequestHandler):
    """Responds with the path of the request."""

    def do_GET(self) -> None:
        body = json.dumps({"path": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class Http(ServicesTestCase):
    """The loader makes requests to other servers, under its own rules."""

    def native_modules(self) -> list[JsonDict]:
        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_port}/tea"
        return super().native_modules()


class AllowedHttp(Http):
    settings = {"http": {"allow": ["127.0.0.0/8"]}}

    def test_allowed_addresses_are_reached(self) -> None:
        self.assertEqual(self.steps({"get": self.url}), [{"path": "/tea"}])


class RefusedHttp(Http):
    def test_private_addresses_are_refused(self) -> None:
        [told] = self.steps({"get": self.url})
        self.assertIn("http.allow", told["error"])


class SynapsesMail(ServicesTestCase):
    """Synapse sends mail if it has an `email` and the modules' config has no `mail`."""

    def default_config(self) -> JsonDict:
        email = {"notif_from": "%(app)s <noreply@test>", "app_name": "Kettle"}
        return {**super().default_config(), "email": {**email, "smtp_host": "mail.test"}}

    def prepare(self, reactor, clock, hs) -> None:  # type: ignore[no-untyped-def]
        self.sent: list[tuple[Any, ...]] = []

        async def send(*arguments: Any, **_: Any) -> None:
            self.sent.append(arguments)

        self.patch(hs.get_send_email_handler(), "_sendmail", send)

    def test_synapse_sends(self) -> None:
        self.assertEqual(self.steps(MAIL), [None])
        [(_reactor, host, _port, sender, recipient, message, *_)] = self.sent
        self.assertEqual(
            (host, sender, recipient), ("mail.test", "noreply@test", "bob@example.com")
        )
        self.assertIn(b"From: Kettle <noreply@test>", message)
        self.assertIn(b"Subject: Tea", message)
        self.assertIn("send_mail", self.facts()["supported"])
        self.assertEqual(self.facts()["app_name"], "Kettle")

    def test_an_address_that_is_none(self) -> None:
        [told] = self.steps({**MAIL, "mail": ""})
        self.assertIn("send_mail: RuntimeError", told["error"])


class OwnMail(SynapsesMail):
    """The loader sends mail if the modules' config has a `mail`."""

    def native_modules(self) -> list[JsonDict]:
        # No server listens there.
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        mail = {"smtp_host": "127.0.0.1", "smtp_port": self.port, "enable_tls": False}
        self.settings = {"mail": {**mail, "notif_from": "noreply@own.test", "app_name": "Own"}}
        return super().native_modules()

    def test_synapse_sends(self) -> None:
        [told] = self.steps(MAIL)
        self.assertIn(f"127.0.0.1:{self.port}", told["error"])
        self.assertEqual(self.sent, [])
        self.assertIn("send_mail", self.facts()["supported"])
        self.assertEqual(self.facts()["app_name"], "Own")

    def test_an_address_that_is_none(self) -> None:
        [told] = self.steps({**MAIL, "mail": "nobody"})
        self.assertIn("nobody", told["error"])
