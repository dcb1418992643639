"""The module that Synapse loads: it registers all native modules."""

from __future__ import annotations

import inspect
import logging
import os
from typing import Any, Callable

from twisted.internet.defer import Deferred

from synapse.logging.context import PreserveLoggingContext
from synapse.module_api import ModuleApi, SynapseRequest
from synapse.module_api.errors import ConfigError

from hsmod import _native, logs, web
from hsmod.caches import ModuleCaches
from hsmod.calls import called_by
from hsmod.carried import PLUGINS
from hsmod.reactor import Wakeups, in_background
from hsmod.requests import Answers
from hsmod.requests.way import VERSION
from hsmod.updates import for_updates

logger = logging.getLogger(__name__)

# For each of the two phases of a shutdown: calls in progress, then the modules' `shutdown`.
SHUTDOWN_SECONDS = 10.0


class Modules:
    """The native modules of one homeserver.

    Synapse creates it once its reactor runs. The modules are created at once, so that Synapse
    knows their callbacks, and started in the background: calls wait until the start has ended.
    """

    @staticmethod
    def parse_config(config: dict[str, Any]) -> _native.Parsed:
        """Reads the configs of all modules, before Synapse becomes a daemon.

        Raises:
            ConfigError: all problems of all modules, each with cause and remedy.
        """
        logs.refresh()
        # A plugin that requires another callback is refused before any of its code runs.
        called = (called_by(ModuleApi), VERSION)
        try:
            if "config_file" in config:
                return _native.Parsed.from_file(_config_file(config), PLUGINS, called)
            return _native.Parsed.from_value(config, os.getcwd(), PLUGINS, called)
        except _native.Refused as error:
            # Synapse indents only the first line.
            raise ConfigError(str(error).replace("\n", "\n    ")) from None

    def __init__(self, config: _native.Parsed, api: ModuleApi) -> None:
        self._api = api
        self._reactor = api._hs.get_reactor()
        # The requests that modules are answering, by the numbers of the native part.
        self.own_requests: dict[int, SynapseRequest] = {}
        # Modules may make requests while they are being created.
        self.answers = Answers(api, self.own_requests)
        logs.keep_fresh(api)
        about = {**_about(api), "unanswered": self.answers.unanswered()}
        self._native = config.make(self, about)
        for warning in config.warnings():
            logger.warning("%s", warning)
        self._wakeups = Wakeups(self._native)
        self._reactor.addReader(self._wakeups)
        self._reactor.addSystemEventTrigger("before", "shutdown", self._shut_down)
        self._callbacks: set[tuple[str, str]] = set()
        self._register()
        web.register(api, self._native)
        caches: Any = ModuleCaches(self._native.invalidate_cache)
        api.register_cached_function(caches)
        in_background(api, "hsmod_start", self._start)

    def __str__(self) -> str:
        modules = self._native.describe()
        if not modules:
            return "hsmod.Modules: no native modules"
        return "hsmod.Modules: " + "; ".join(_described(module) for module in modules)

    async def _start(self) -> None:
        try:
            await self._native.start()
        except _native.Refused as error:
            logger.critical("Native modules do not start, so this process ends:\n%s", error)
            # An exception would end only this background process.
            self._reactor.addSystemEventTrigger("after", "shutdown", _end_with_failure)
            self._reactor.stop()
            return
        # Modules may register more during their start.
        self._register()

    def _register(self) -> None:
        """Registers with Synapse all callbacks that are not registered yet."""
        registered = self._native.registered()
        for category, names in registered["callbacks"].items():
            new = [name for name in names if (category, name) not in self._callbacks]
            self._callbacks.update((category, name) for name in new)
            callbacks = {name: self._callback(category, name) for name in new}
            check_auth = callbacks.pop("check_auth", None)
            if check_auth is not None:
                callbacks["auth_checkers"] = {
                    (login_type["name"], tuple(login_type["fields"])): check_auth
                    for login_type in registered["login_types"]
                }
            if callbacks:
                getattr(self._api, f"register_{category}_callbacks")(**callbacks)

    def _callback(self, category: str, name: str) -> Callable[..., Any]:
        """A function with a name and signature, which Synapse reads."""
        native = self._native.callback(category, name)
        ask = native
        if category == "background_update_controller":
            ask = for_updates(name, native, self._api._hs.config.background_updates)

        def callback(*arguments: Any) -> Any:
            return ask(*arguments)

        # The callback keeps these modules alive; Synapse does not.
        callback.modules = self  # type: ignore[attr-defined]
        callback.__name__ = callback.__qualname__ = name
        kind = inspect.Parameter.POSITIONAL_ONLY
        parameters = [inspect.Parameter(argument, kind) for argument in native.arguments]
        callback.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return callback

    def _shut_down(self) -> Deferred[None]:
        """Shuts the modules down; the reactor waits for the result before it stops."""
        ended: Deferred[None] = Deferred()

        async def shut_down() -> None:
            try:
                await self._native.shutdown(SHUTDOWN_SECONDS)
            except Exception:
                logger.exception("Native modules did not shut down properly")
            finally:
                self._reactor.removeReader(self._wakeups)
                self._native.close()
                # This resumes the reactor, which belongs to no background process.
                with PreserveLoggingContext():
                    ended.callback(None)

        in_background(self._api, "hsmod_shutdown", shut_down)
        return ended


def _end_with_failure() -> None:
    """Ends the process, after the log has been flushed.

    The reactor catches `SystemExit`, so Synapse would end as if it had succeeded.
    """
    _native.end_log()
    logging.shutdown()
    os._exit(1)


def _config_file(config: dict[str, Any]) -> str:
    others = sorted(set(config) - {"config_file"})
    if others:
        raise ConfigError(
            f"`config_file` must be the only key: move {', '.join(f'`{key}`' for key in others)}"
            " into that file, or remove `config_file`",
            path=("config_file",),
        )
    path = config["config_file"]
    if not isinstance(path, str):
        raise ConfigError("expected the path of a file", path=("config_file",))
    return path


def _about(api: ModuleApi) -> dict[str, Any]:
    """Describes this homeserver to the native modules."""
    worker = api._hs.config.worker
    return {
        "server_name": api.server_name,
        "public_baseurl": api.public_baseurl,
        "worker_name": api.worker_name,
        "worker_app": api.worker_app,
        "email_app_name": api.email_app_name,
        "run_background_tasks": worker.run_background_tasks,
        "calls": called_by(ModuleApi),
        "synapse": VERSION,
        "serves": list(web.SERVED_BY_SYNAPSE),
    }


def _described(module: dict[str, Any]) -> str:
    callbacks = [
        f"{category}.{name}" for category, names in module["callbacks"].items() for name in names
    ]
    registered = callbacks + module["web"]
    version = f" {module['version']} for ABI {module['abi']}" if module["version"] else ""
    return f"{module['name']}{version} ({', '.join(registered) or 'registered nothing yet'})"
