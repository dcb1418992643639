"""Ends a command with the process that started it, even if that one was killed.

A program of its own, started by `process.py`: `keeper.py FOLDER COMMAND..`. Whoever starts it
holds its standard input open; at the end of that the command is ended, with whatever it has
started, and FOLDER is removed (none, if that is empty). Two lines come on standard output: the
command's process ID, and, once it has ended, its return code.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading

# How long the command has for its end: more than the modules of a homeserver have for theirs.
SECONDS_TO_END = 30


def main(arguments: list[str]) -> None:
    """Starts the command, and sees it through."""
    folder, command = arguments[0], arguments[1:]
    released = threading.Event()
    # Whoever ends this process itself means the command.
    signal.signal(signal.SIGTERM, lambda *_: released.set())
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True
    )
    say(child.pid)
    threading.Thread(target=wait_for_release, args=[released], daemon=True).start()
    telling = threading.Thread(target=lambda: say(child.wait()))
    telling.start()
    while not released.wait(0.5):
        # Woken up now and then, because handlers of signals run in this thread alone.
        pass
    end(child)
    telling.join()
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


def wait_for_release(released: threading.Event) -> None:
    """Ends when the starter lets go of the pipe, as it does when it dies."""
    while sys.stdin.buffer.read(4096):
        pass
    released.set()


def say(number: int) -> None:
    """A line for the starter, who may be gone."""
    try:
        print(number, flush=True)
    except OSError:
        pass


def end(child: subprocess.Popen[bytes]) -> None:
    """First in peace."""
    child.terminate()
    try:
        child.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        child.kill()
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # It has left no process behind.


if __name__ == "__main__":
    main(sys.argv[1:])
