"""Ends a command with the process that started it, even if that one was killed.

This is a separate program, started by `process.py`: `keeper.py FOLDER COMMAND..`. The starter
keeps its standard input open; when that is closed, the keeper ends the command and its child
processes, and removes FOLDER (unless the name is empty). It writes two lines to standard output:
the command's process ID, and, once the command has ended, its return code.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading

# How long the command may take to end: more than the modules of a homeserver may take.
SECONDS_TO_END = 30


def main(arguments: list[str]) -> None:
    """Starts the command, and waits for its end."""
    folder, command = arguments[0], arguments[1:]
    released = threading.Event()
    # A signal to this process is meant for the command.
    signal.signal(signal.SIGTERM, lambda *_: released.set())
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True
    )
    say(child.pid)
    threading.Thread(target=wait_for_release, args=[released], daemon=True).start()
    telling = threading.Thread(target=lambda: say(child.wait()))
    telling.start()
    while not released.wait(0.5):
        # Wakes up regularly, because signal handlers run only in this thread.
        pass
    end(child)
    telling.join()
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


def wait_for_release(released: threading.Event) -> None:
    """Returns when the starter closes the pipe, which also happens when it dies."""
    while sys.stdin.buffer.read(4096):
        pass
    released.set()


def say(number: int) -> None:
    """Writes a line for the starter, which may have ended."""
    try:
        print(number, flush=True)
    except OSError:
        pass


def end(child: subprocess.Popen[bytes]) -> None:
    """Ends the command: first with SIGTERM, later with SIGKILL."""
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
