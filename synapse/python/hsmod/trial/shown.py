"""The description of a running homeserver."""

from __future__ import annotations

import json
import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hsmod.trial.homeserver import Homeserver
from hsmod.trial.users import NotRegistered, User

Users = dict[str, User | NotRegistered]


def for_people(homeserver: Homeserver, users: Users, config: Path) -> str:
    """The information needed to use and to stop the homeserver."""
    lines = [
        f"Synapse {synapse_version()} runs at {homeserver.url} with the modules of {config}.",
        "",
    ]
    for name, user in users.items():
        if isinstance(user, User):
            lines += [
                f"  {user.user_id}",
                f"    password      {user.password}",
                f"    access token  {user.access_token}",
            ]
        else:
            lines += [f"  {name} could not be registered: {user}"]
    token = next((user.access_token for user in users.values() if isinstance(user, User)), "..")
    fate = f"Its files stay in {homeserver.folder}."
    if homeserver.is_temporary:
        fate = "That removes its folder; use --dir DIR to keep one."
    lines += [
        "",
        "Try a request:",
        "",
        f"  curl -d '{{\"name\": \"a room\"}}' -H 'Authorization: Bearer {token}' \\",
        f"    {homeserver.url}/_matrix/client/v3/createRoom",
        "",
        f"Log: {homeserver.log}",
        f"Stop it with Ctrl-C or `kill {os.getpid()}`. {fate}",
    ]
    return "\n".join(lines)


def for_programs(homeserver: Homeserver, users: Users) -> str:
    """Everything, as one line of JSON."""
    said = {
        "url": homeserver.url,
        "server_name": homeserver.server_name,
        "pid": os.getpid(),
        "synapse_pid": homeserver.pid,
        "folder": str(homeserver.folder),
        "log": str(homeserver.log),
        "users": {
            name: vars(user) if isinstance(user, User) else {"error": str(user)}
            for name, user in users.items()
        },
    }
    return json.dumps(said)


def synapse_version() -> str:
    """Synapse's version from its package metadata; importing Synapse takes a second."""
    try:
        return version("matrix-synapse")
    except PackageNotFoundError:
        return "of an unknown version"
