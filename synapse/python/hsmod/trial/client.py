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
    """A response, whatever its status."""

    status: int
    body: bytes
    headers: dict[str, str]

    def json(self) -> Any:
        """The body; `None` if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Returns redirects as responses instead of following them."""

    def redirect_request(self, *_: Any) -> None:
        """Makes no further request."""


# Connects to loopback without a proxy, whatever the environment says.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())


def ask(
    url: str,
    method: str = "GET",
    body: Any = None,
    *,
    token: str = "",
    seconds: float = 30,
) -> Answer:
    """Sends JSON, or bytes unchanged. Raises `OSError` if there is no response in time."""
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
