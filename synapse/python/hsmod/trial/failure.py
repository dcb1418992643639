"""The reasons why a trial fails, in words for the operator."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from textwrap import dedent

# The exit codes of `hsmod`: the answer is "no"; something is broken or was used wrongly.
REFUSED = 1
BROKEN = 2

# Problems with modules or homeserver.yaml follow these words: in the output of Synapse, after the
# first that occurs, and in its log.
WHOLE = re.MULTILINE | re.DOTALL
SAID = (
    re.compile(r"^  Failed to parse config for module 'hsmod\.Modules':\n(.*)", WHOLE),
    re.compile(r"^(Error in configuration.*)", WHOLE),
    re.compile(r"^(?:\w+\.)+(?:ConfigError|Refused): (.*)", WHOLE),
)
LOGGED = (re.compile(r"Native modules do not start[^\n]*\n(.*?)(?=^\d{4}-|\Z)", WHOLE),)

LINES_SHOWN = 20
BYTES_READ = 256 * 1024


class Failure(Exception):
    """Ends the command with a message and an exit code."""

    def __init__(self, message: str, code: int = BROKEN) -> None:
        super().__init__(message)
        self.code = code


def ended(return_code: int, output: Path, log: Path) -> Failure:
    """Describes a Synapse that has ended by itself."""
    said, logged = end_of(output), end_of(log)
    for text, patterns in ((said, SAID), (logged, LOGGED)):
        for refused in filter(None, (pattern.search(text) for pattern in patterns)):
            return Failure(dedent(refused[1]).strip(), REFUSED)
    title, text = ("Its last output", said) if said else ("The end of its log", logged)
    lines = "\n".join(text.splitlines()[-LINES_SHOWN:])
    shown = f". {title}:\n\n{lines}" if lines else ", without any output"
    return Failure(f"Synapse ended unexpectedly, {how(return_code)}{shown}")


def how(return_code: int) -> str:
    """In words."""
    if return_code >= 0:
        return f"with exit code {return_code}"
    try:
        return f"by signal {signal.Signals(-return_code).name}"
    except ValueError:
        return f"by signal {-return_code}"


def end_of(path: Path) -> str:
    """The last lines of a file, which may be large or missing."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - BYTES_READ))
            return file.read().decode("utf-8", "replace").rstrip()
    except OSError:
        return ""
