"""A service that modules ask over HTTP: it gives scripted answers, and records the requests."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """The service's response to a request."""

    status: int = 200
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    # Raw bytes instead of a response; the connection is then closed.
    raw: bytes | None = None
    seconds: float = 0


@dataclass(frozen=True)
class Asked:
    """The parts of a request that services use."""

    path: str
    method: str
    authorization: str | None
    content_type: str | None
    body: Any


ALLOW = Reply()


class AntispamServer:
    """The service. The first part of the path names the client."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        # The replies by client; `ALLOW` for all others.
        self.usual: dict[str, Reply] = {}
        self._replies: dict[str, Reply] = {}
        self._asked: dict[str, list[Asked]] = {}
        self._changed = threading.Condition()

    def reply(self, who: str, reply: Reply) -> None:
        """Sets the reply for a client, resets those for others, and clears the records."""
        with self._changed:
            self._replies = {who: reply}
            self._asked = {}

    def asked(self, who: str, least: int = 0, seconds: float = 10) -> list[Asked]:
        """The requests of a client, once there are that many."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._asked.get(who, [])) >= least, seconds)
            return list(self._asked.get(who, []))

    def note(self, who: str, asked: Asked) -> Reply:
        """Records a request; returns the reply."""
        with self._changed:
            self._asked.setdefault(who, []).append(asked)
            self._changed.notify_all()
            return self._replies.get(who) or self.usual.get(who, ALLOW)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    # Without this, two small writes would delay each other.
    wbufsize = -1
    disable_nagle_algorithm = True
    service: AntispamServer

    def do_POST(self) -> None:
        _, who, path = self.path.split("/", 2)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        asked = Asked(
            path,
            self.command,
            self.headers.get("Authorization"),
            self.headers.get("Content-Type"),
            json.loads(body),
        )
        self._send(self.service.note(who, asked))

    do_GET = do_POST

    def _send(self, reply: Reply) -> None:
        time.sleep(reply.seconds)
        if reply.raw is not None:
            self.wfile.write(reply.raw)
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: Any) -> None:
        """Discards the log."""


@contextmanager
def antispam_server() -> Iterator[AntispamServer]:
    """The service on loopback, until the end of the block."""
    handler = type("HandlerOfOne", (Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        # Homeservers keep connections open, possibly longer than the service exists.
        server.block_on_close = False
        handler.service = AntispamServer(server.server_address[1])
        # A daemon thread, so that it does not keep the process alive.
        serve = server.serve_forever
        thread = threading.Thread(target=serve, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield handler.service
        finally:
            server.shutdown()
            thread.join()
