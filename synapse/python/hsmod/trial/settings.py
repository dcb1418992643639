"""The config of a throwaway Synapse: a homeserver.yaml that uses no files outside its folder."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any

# Far more than any client needs; hitting a limit would look like the answer of a module.
UNLIMITED = {"per_second": 100_000, "burst_count": 100_000}


def write(
    folder: Path,
    port: int,
    modules: list[dict[str, Any]],
    server_name: str = "localhost",
    more: dict[str, Any] | None = None,
) -> Path:
    """Writes homeserver.yaml and the files it names; the keys of `more` take precedence."""
    path = folder / "homeserver.yaml"
    # JSON is valid YAML, and its quoting is unambiguous.
    log = folder / "log.yaml"
    log.write_text(json.dumps(log_config(folder / "homeserver.log"), indent=1))
    settings = {
        **basics(folder, port, server_name),
        **secrets_of_its_own(),
        **no_limits(),
        "log_config": str(log),
        "modules": modules,
        **(more or {}),
    }
    path.write_text(json.dumps(settings, indent=1))
    return path


def basics(folder: Path, port: int, server_name: str) -> dict[str, Any]:
    """A homeserver that listens only on loopback, and contacts no other server."""
    return {
        "server_name": server_name,
        "public_baseurl": f"http://127.0.0.1:{port}/",
        "pid_file": str(folder / "homeserver.pid"),
        "listeners": [
            {
                "type": "http",
                "port": port,
                "bind_addresses": ["127.0.0.1"],
                "resources": [{"names": ["client"]}],
            }
        ],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
        "media_store_path": str(folder / "media"),
        "federation_domain_whitelist": [],
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "report_stats": False,
        "user_directory": {"search_all_users": True},
    }


def secrets_of_its_own() -> dict[str, Any]:
    """New secrets for each start, because nothing of the homeserver outlives it."""
    seed = base64.b64encode(os.urandom(32)).decode().rstrip("=")
    return {
        "signing_key": f"ed25519 a_trial {seed}",
        "macaroon_secret_key": secrets.token_urlsafe(32),
        "form_secret": secrets.token_urlsafe(32),
        # Throwaway passwords need no slow hash.
        "bcrypt_rounds": 4,
    }


def no_limits() -> dict[str, Any]:
    """Disables the rate limits of the homeserver, so that only modules limit rates."""
    flat = (
        "rc_message",
        "rc_registration",
        "rc_registration_token_validity",
        "rc_admin_redaction",
        "rc_joins_per_room",
        "rc_3pid_validation",
        "rc_third_party_invite",
        "rc_media_create",
        "rc_delayed_event_mgmt",
        "rc_room_creation",
        "rc_reports",
        "rc_user_directory",
        "rc_profile",
    )
    nested = {
        "rc_login": ("address", "account", "failed_attempts"),
        "rc_joins": ("local", "remote"),
        "rc_invites": ("per_room", "per_user", "per_issuer"),
        "rc_presence": ("per_user",),
    }
    limits: dict[str, Any] = {name: UNLIMITED for name in flat}
    for name, parts in nested.items():
        limits[name] = {part: UNLIMITED for part in parts}
    return limits


def log_config(path: Path) -> dict[str, Any]:
    """Logs everything to one file, without a buffer."""
    line = "%(asctime)s %(levelname)s %(name)s - %(request)s - %(message)s"
    return {
        "version": 1,
        "formatters": {"line": {"format": line}},
        "handlers": {
            "file": {
                "class": "logging.FileHandler",
                "formatter": "line",
                "filename": str(path),
                "encoding": "utf8",
            }
        },
        "root": {"level": "INFO", "handlers": ["file"]},
        "disable_existing_loggers": False,
    }
