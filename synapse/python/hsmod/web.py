"""Web resources of native modules, on paths that Synapse does not serve itself."""

from __future__ import annotations

import io
import logging
from typing import Any, Collection

from twisted.protocols.basic import FileSender
from twisted.web.resource import Resource

from synapse.http.server import set_cors_headers
from synapse.module_api import (
    DirectServeJsonResource,
    ModuleApi,
    SynapseRequest,
    make_deferred_yieldable,
)
from synapse.module_api.errors import Codes, SynapseError

logger = logging.getLogger(__name__)

# The paths that Synapse serves, in addition to those reserved in every homeserver. A resource
# there would silently replace Synapse's.
SERVED_BY_SYNAPSE = (
    "/.well-known/matrix",
    "/_matrix/consent",
    "/_matrix/saml2",
    "/_matrix/static",
    "/_synapse/client/federation_whitelist",
    "/_synapse/client/media_upload_limit_exceeded",
    "/_synapse/client/new_user_consent",
    "/_synapse/client/oidc",
    "/_synapse/client/password_reset",
    "/_synapse/client/pick_idp",
    "/_synapse/client/pick_username",
    "/_synapse/client/rendezvous",
    "/_synapse/client/saml2",
    "/_synapse/client/sso_register",
    "/_synapse/client/unsubscribe",
    "/_synapse/jwks",
    "/_synapse/mas",
    "/_synapse/metrics",
    "/_synapse/replication",
    "/health",
)

# Larger bodies are written as fast as the client reads them, not all at once.
LARGE = 64 * 1024


def register(api: ModuleApi, native: Any) -> None:
    """Registers a resource with Synapse for every path of the modules."""
    for path in resource_paths(native.registered()["web"]):
        api.register_web_resource(path, ModuleResource(native, path))


def resource_paths(registered: Collection[str]) -> list[str]:
    """The paths that need a resource, so that everything that modules registered is reachable.

    If a path continues below another resource by more than one step, Synapse fills the gap with
    "unrecognized request" resources. If one module serves everything below `/a` and another one
    `/a/b/c`, the first would lose `/a/b`, so that path gets a resource, too.
    """
    paths = {path.removesuffix("/*"): None for path in registered}
    for subtree in [path.removesuffix("/*") for path in registered if path.endswith("/*")]:
        for path in [path for path in paths if path.startswith(f"{subtree}/")]:
            step = path.rpartition("/")[0]
            while step != subtree:
                paths.setdefault(step)
                step = step.rpartition("/")[0]
    # Shorter paths first: Synapse cannot handle a resource that replaces one with children.
    return sorted(paths, key=lambda path: path.count("/"))


class ModuleResource(DirectServeJsonResource):
    """Passes requests to native modules: for a path, and below it where nothing else is served.

    The loader determines the module that answers, if any. Failures of this class have the same
    effect as those of Synapse's own resources: a 500 and a line in the log.
    """

    def __init__(self, native: Any, path: str, is_leaf: bool = False) -> None:
        super().__init__()
        self._native = native
        self._path = path.encode()
        self.isLeaf = is_leaf
        self._below = None if is_leaf else ModuleResource(native, path, is_leaf=True)

    def __repr__(self) -> str:
        # Synapse logs which resource is attached to which path.
        return f"<{type(self).__name__} {self._path.decode()}>"

    def getChild(self, path: bytes, request: Any) -> Resource:
        assert self._below is not None
        return self._below

    async def _async_render(self, request: SynapseRequest) -> None:
        request.request_metrics.name = f"hsmod:{self._path.decode()}"
        # The module's future is dropped if the client disconnects.
        request.is_render_cancellable = True
        steps = request.path.split(b"/")[len(self._path.split(b"/")) :]
        answer = await self._native.handle(request, b"/".join([self._path, *steps]))
        if answer is None:
            raise SynapseError(404, "Unrecognized request", Codes.UNRECOGNIZED)
        await _respond(request, *answer)


async def _respond(
    request: SynapseRequest, status: int, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    request.setResponseCode(status)
    if request._disconnected:
        return
    # Twisted would declare a response without a type to be HTML.
    request.defaultContentType = None  # type: ignore[assignment]
    _default_headers(request, dict(headers))
    for name, _ in headers:
        request.responseHeaders.removeHeader(name)
    for name, value in headers:
        request.responseHeaders.addRawHeader(name, value)
    if len(body) <= LARGE:
        request.write(body)
    elif not await _written_slowly(request, body):
        return
    request.finish()


async def _written_slowly(request: SynapseRequest, body: bytes) -> bool:
    """Writes as fast as the client reads; returns whether the client has read everything."""
    sent = FileSender().beginFileTransfer(io.BytesIO(body), request)
    try:
        await make_deferred_yieldable(sent)
    except Exception:
        # Reading from memory cannot fail, so the client has disconnected.
        logger.debug("The client of %r disconnected before it had received everything", request)
        return False
    return True


def _default_headers(request: SynapseRequest, headers: dict[bytes, bytes]) -> None:
    """Adds the headers of Synapse's JSON responses, unless the module has set them."""
    # The loader adds CORS headers to responses for programs; Synapse has one more.
    if headers.get(b"access-control-allow-origin") == b"*":
        set_cors_headers(request)
    if headers.get(b"content-type") == b"application/json":
        request.setHeader(b"Cache-Control", b"no-cache, no-store, must-revalidate")
