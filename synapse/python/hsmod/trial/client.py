"""Requests to the throwaway Synapse."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What came back, whatever the status."""

    status: int
    body: bytes
    headers: dict[str, str]

    def json(self) -> Any:
        """The body, or nothing if that is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like others."""

    def redirect_request(self, *_: Any) -> None:
        """There is none to make."""


# Loopback is reached without a proxy, whatever the environment says.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())


def ask(
    url: str,
    method: str = "GET",
    body: Any = None,
    *,
    token: str = "",
    seconds: float = 30,
) -> Answer:
    """Sends JSON, or bytes as they are. `OSError` if nothing comes back in time."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with OPENER.open(request, timeout=seconds) as response:
            return Answer(response.status, response.read(), dict(response.headers))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(), dict(error.headers))
    except http.client.HTTPException as error:
        raise OSError(f"no answer in HTTP: {error!r}") from error
