"""Users of a throwaway Synapse, registered with its shared secret, as administrators do."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from hsmod.trial.client import Answer, ask


@dataclass(frozen=True)
class User:
    """A user with an access token."""

    user_id: str
    password: str
    access_token: str


class NotRegistered(Exception):
    """The homeserver refused, or did not respond."""


def register(url: str, secret: str, name: str, *, admin: bool = False) -> User:
    """Registers a user with a random password."""
    where = f"{url}/_synapse/admin/v1/register"
    password = secrets.token_urlsafe(9)
    try:
        nonce = _said(ask(where))["nonce"]
        role = "admin" if admin else "notadmin"
        signed = "\0".join([nonce, name, password, role])
        mac = hmac.new(secret.encode(), signed.encode(), hashlib.sha1).hexdigest()
        body = {
            "nonce": nonce,
            "username": name,
            "password": password,
            "admin": admin,
            "mac": mac,
        }
        user = _said(ask(where, "POST", body))
    except OSError as error:
        raise NotRegistered(f"no answer: {error}") from error
    return User(user["user_id"], password, user["access_token"])


def _said(answer: Answer) -> dict[str, str]:
    body = answer.json()
    if answer.status == 200 and isinstance(body, dict):
        return body
    raise NotRegistered(f"{answer.status} {answer.body[:500].decode('utf-8', 'replace')}")
