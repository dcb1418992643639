"""A command that ends with this process, even if this process is killed."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

KEEPER = Path(__file__).with_name("keeper.py")


class Process:
    """Runs `command`, with its output in the file `output`, until `end`, which removes `folder`.

    If this process is killed, `keeper.py` ends the command and removes the folder.
    """

    def __init__(self, command: list[str], output: Path, folder: Path | None = None) -> None:
        self.return_code: int | None = None
        self._said = b""
        # `-I` isolates the keeper's own imports; those of the command are not affected.
        keeper = [sys.executable, "-I", str(KEEPER), str(folder or ""), *command]
        with output.open("ab") as file:
            self._keeper = subprocess.Popen(
                keeper,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                # Ctrl-C in a terminal must reach only this process.
                start_new_session=True,
            )
        try:
            self.pid = self._number(10.0) or 0
        except BaseException:
            self.end()
            raise

    def wait(self, seconds: float) -> int | None:
        """The return code, if the command has ended."""
        if self.return_code is None:
            self.return_code = self._number(seconds)
        return self.return_code

    def end(self) -> int | None:
        """Ends the command with SIGTERM; with SIGKILL if that has no effect for a while."""
        assert self._keeper.stdin is not None and self._keeper.stdout is not None
        self._keeper.stdin.close()
        self.wait(60.0)
        self._keeper.wait()
        self._keeper.stdout.close()
        return self.return_code

    def _number(self, seconds: float) -> int | None:
        """The keeper's next line; empty if there is none yet, or never will be."""
        assert self._keeper.stdout is not None
        pipe = self._keeper.stdout.fileno()
        until = time.monotonic() + seconds
        while b"\n" not in self._said:
            left = max(0.0, until - time.monotonic())
            if not select.select([pipe], [], [], left)[0]:
                return None
            read = os.read(pipe, 4096)
            if not read:
                return None
            self._said += read
        line, _, self._said = self._said.partition(b"\n")
        return int(line)
