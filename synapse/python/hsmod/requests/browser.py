"""A stand-in for the browser's request that Synapse answers when a login is complete."""

from __future__ import annotations

from urllib.parse import urlsplit

from synapse.module_api.errors import Codes, SynapseError


class Browser:
    """Takes the place of a `SynapseRequest`, and records where it is redirected.

    A native module answers the browser itself, so there is no request to pass to Synapse. This
    implements the part of a request that Synapse uses to complete a login.
    """

    # Synapse checks this before it writes.
    _disconnected = False

    def __init__(self) -> None:
        self._status = 200
        self._location: str | None = None

    def setResponseCode(self, code: int, message: bytes | None = None) -> None:
        self._status = code

    def setHeader(self, name: bytes | str, value: bytes | str) -> None:
        pass

    def redirect(self, url: bytes | str) -> None:
        self._location = url.decode("utf-8") if isinstance(url, bytes) else url

    def write(self, data: bytes) -> None:
        pass

    def finish(self) -> None:
        pass

    def led_to(self, client_redirect_url: str) -> str:
        """The address to which the browser was redirected.

        Raises:
            SynapseError: Synapse responded with a page instead.
        """
        if self._location is not None:
            return self._location
        if self._status >= 400:
            raise SynapseError(self._status, "This account is deactivated", Codes.USER_DEACTIVATED)
        client = urlsplit(client_redirect_url)
        raise SynapseError(
            403,
            "Synapse would first ask the user on a page of its own whether this client may log in:"
            f" add `{client.scheme}://{client.netloc}/` to `sso: client_whitelist` in"
            " homeserver.yaml",
            Codes.FORBIDDEN,
        )
