"""The command: its arguments, its output, and how it ends."""

from __future__ import annotations

import argparse
import importlib.util
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from hsmod.trial import shown
from hsmod.trial.failure import Failure, ended
from hsmod.trial.homeserver import Homeserver
from hsmod.trial.users import NotRegistered, User

NAMES = ("alice", "bob")

# A signal that is ignored from the start, as under nohup, stays ignored.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """A signal asked the command to stop."""


def main(arguments: list[str]) -> int:
    """Runs until it is stopped; returns the exit code."""
    told = told_by(arguments)
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        run(told)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return failure.code
    except Stopped:
        pass
    return 0


def stop(number: int, frame: FrameType | None) -> None:
    """Stops the command at the first signal only, so that the cleanup is not interrupted."""
    for one in SIGNALS:
        signal.signal(one, signal.SIG_IGN)
    raise Stopped


def told_by(arguments: list[str]) -> argparse.Namespace:
    """Parses the arguments; ends the process with a message if they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m hsmod try",
        description="Starts a throwaway Synapse on 127.0.0.1 with the modules of a modules.yaml "
        "and the users alice and bob, for a look with a real client. It has no federation and no "
        "rate limits, and is gone when the command ends. The modules act for real: what they send "
        "is really sent.",
    )
    add = parser.add_argument
    add("-c", "--config", type=Path, required=True, metavar="FILE", help="the modules.yaml")
    add("--port", type=int, metavar="N", help="the port to listen on; by default a free one")
    add(
        "--server-name", default="localhost", metavar="NAME", help="what follows the : in user IDs"
    )
    add("--admin", action="store_true", help="make bob an administrator of the server")
    add("--dir", type=Path, metavar="DIR", help="keep Synapse's files in this new or empty folder")
    add(
        "--homeserver-config",
        type=Path,
        metavar="FILE",
        help="keys for its homeserver.yaml; the entries of `modules` come before the native ones",
    )
    add("--json", action="store_true", help="print everything as one line of JSON")
    return parser.parse_args(arguments)


def run(told: argparse.Namespace) -> None:
    """Checks the arguments, and runs Synapse to its end."""
    require_synapse()
    more = more_keys(told.homeserver_config)
    modules = more.pop("modules", None) or []
    modules.append({"module": "hsmod.Modules", "config": {"config_file": readable(told.config)}})
    homeserver = Homeserver(
        modules,
        port=told.port,
        folder=empty_folder(told.dir),
        server_name=told.server_name,
        more=more,
    )
    with homeserver:
        users = {name: registered(homeserver, name, told.admin) for name in NAMES}
        if told.json:
            print(shown.for_programs(homeserver, users), flush=True)
        else:
            print(shown.for_people(homeserver, users, told.config), flush=True)
        while (code := homeserver.wait(3600)) is None:
            pass
        raise ended(code, homeserver.output, homeserver.log)


def require_synapse() -> None:
    """Checks for Synapse: it is no dependency of hsmod, because pip would then install it."""
    if importlib.util.find_spec("synapse") is None:
        raise Failure(
            f"{sys.executable} has no Synapse: install matrix-synapse beside hsmod, or use the Python"
            " of the environment that has both"
        )


def readable(path: Path) -> str:
    """Reports the problems that can be found without a homeserver."""
    try:
        path.open("rb").close()
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from error
    return str(path.absolute())


def more_keys(path: Path | None) -> dict[str, Any]:
    """The further keys that the operator gave."""
    if path is None:
        return {}
    # Imported here because it may be missing if Synapse is, for which there is a better message.
    import yaml

    try:
        keys = yaml.safe_load(path.read_bytes())
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise Failure(f"{path} is not YAML: {error}") from error
    if not isinstance(keys, dict) or not isinstance(keys.get("modules") or [], list):
        raise Failure(
            f"{path} is not like a homeserver.yaml: it must be a mapping, and `modules` a list"
        )
    return keys


def empty_folder(path: Path | None) -> Path | None:
    """Refuses a folder with another homeserver, which has other users and keys."""
    if path is None:
        return None
    try:
        if any(path.iterdir()):
            raise Failure(f"the folder {path} is not empty: name a new one with --dir")
    except FileNotFoundError:
        pass
    except OSError as error:
        raise Failure(f"the folder {path} cannot be used: {error.strerror}") from error
    return path.absolute()


def registered(homeserver: Homeserver, name: str, admin: bool) -> User | NotRegistered:
    """The user, or why there is none: a refusal by a module is no reason to stop."""
    try:
        return homeserver.register(name, admin=admin and name == "bob")
    except NotRegistered as error:
        return error
