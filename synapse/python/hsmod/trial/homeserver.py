"""A throwaway Synapse, in a process of its own."""

from __future__ import annotations

import secrets
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from hsmod.trial import settings
from hsmod.trial.client import ask
from hsmod.trial.failure import Failure, ended
from hsmod.trial.process import Process
from hsmod.trial.users import User, register

SECONDS_TO_START = 120


class Homeserver:
    """Runs from `__enter__`, which waits until Synapse responds, to `__exit__`.

    `modules` is that key of homeserver.yaml. The files are in `folder`, or in a temporary folder
    that is removed at the end. `more` are further keys of homeserver.yaml, which take precedence.
    """

    def __init__(
        self,
        modules: list[dict[str, Any]],
        *,
        port: int | None = None,
        folder: Path | None = None,
        server_name: str = "localhost",
        more: dict[str, Any] | None = None,
    ) -> None:
        self.modules = modules
        self.server_name = server_name
        self.more = more or {}
        self.port = port_to_use(port)
        self.url = f"http://127.0.0.1:{self.port}"
        self.is_temporary = folder is None
        # Named before it is created, so that it can be removed if the start is interrupted.
        name = f"hsmod-try-{secrets.token_hex(6)}"
        self.folder = folder or Path(tempfile.gettempdir()) / name
        self.log = self.folder / "homeserver.log"
        self.output = self.folder / "output.txt"
        self._secret = secrets.token_urlsafe(32)
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        """Synapse's own process ID; 0 before the start and after the end."""
        return self._process.pid if self._process else 0

    def __enter__(self) -> Homeserver:
        try:
            self._start()
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def register(self, name: str, *, admin: bool = False) -> User:
        """Registers a user; `NotRegistered` if the homeserver or one of its modules refuses."""
        return register(self.url, self._secret, name, admin=admin)

    def wait(self, seconds: float) -> int | None:
        """The return code, if Synapse has ended by itself."""
        return self._process.wait(seconds) if self._process else None

    def stop(self) -> int | None:
        """Ends Synapse; returns its return code."""
        code = self._process.end() if self._process else None
        self._process = None
        if self.is_temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
        return code

    def _start(self) -> None:
        own = self.is_temporary
        try:
            self.folder.mkdir(mode=0o700, parents=not own, exist_ok=not own)
        except OSError as error:
            raise Failure(f"the folder {self.folder} cannot be made: {error.strerror}") from error
        more = {**self.more, "registration_shared_secret": self._secret}
        config = settings.write(self.folder, self.port, self.modules, self.server_name, more)
        command = [sys.executable, "-m", "synapse.app.homeserver", "-c", str(config)]
        removed = self.folder if self.is_temporary else None
        self._process = Process(command, self.output, removed)

    def _wait_until_it_answers(self) -> None:
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until:
            code = self.wait(0.1)
            if code is not None:
                raise ended(code, self.output, self.log)
            try:
                if ask(f"{self.url}/_matrix/client/versions", seconds=5).status == 200:
                    return
            except OSError:
                continue  # Not yet.
        raise Failure(f"Synapse has not answered within {SECONDS_TO_START} s of its start")


def port_to_use(port: int | None) -> int:
    """The given port, or a free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port or 0))
        except (OSError, OverflowError) as error:
            raise Failure(
                f"port {port} of 127.0.0.1 cannot be used: {getattr(error, 'strerror', error)}; "
                "choose another with --port, or leave it out"
            ) from error
        number: int = probe.getsockname()[1]
        return number
