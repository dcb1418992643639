"""A command that ends with this process, whatever becomes of it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

KEEPER = Path(__file__).with_name("keeper.py")


class Process:
    """Runs `command`, whose output goes to the file `output`, until `end`.

    `folder` is removed then. Both happen too if this process is killed: `keeper.py` sees to it.
    """

    def __init__(self, command: list[str], output: Path, folder: Path | None = None) -> None:
        self.return_code: int | None = None
        self._said = b""
        # `-I`: its own few imports are to come from nowhere else; the command has its usual ones.
        keeper = [sys.executable, "-I", str(KEEPER), str(folder or ""), *command]
        with output.open("ab") as file:
            self._keeper = subprocess.Popen(
                keeper,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                # Ctrl-C in a terminal is this process's to handle.
                start_new_session=True,
            )
        try:
            self.pid = self._number(10.0) or 0
        except BaseException:
            self.end()
            raise

    def wait(self, seconds: float) -> int | None:
        """The return code, if it has ended by then."""
        if self.return_code is None:
            self.return_code = self._number(seconds)
        return self.return_code

    def end(self) -> int | None:
        """Ends it as SIGTERM does; in vain after a while, as SIGKILL does."""
        assert self._keeper.stdin is not None and self._keeper.stdout is not None
        self._keeper.stdin.close()
        self.wait(60.0)
        self._keeper.wait()
        self._keeper.stdout.close()
        return self.return_code

    def _number(self, seconds: float) -> int | None:
        """The keeper's next line, or nothing: it has not come, or will never."""
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
