"""The native parts of the wheel: plugins, and the `hsmod` executable."""

from __future__ import annotations

import sysconfig
from importlib import metadata
from pathlib import Path

# The folder in which plugins are looked up if a config has no `plugins_dir`.
PLUGINS = Path(__file__).parent / "plugins"


class NotCarried(Exception):
    """A part of the package is missing; the message says which, and what to do."""


def executable() -> Path:
    """The `hsmod` executable that was installed with this package.

    Raises:
        NotCarried: it is not where pip puts it.
    """
    candidates = _candidates()
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    looked_at = ", ".join(f"`{candidate}`" for candidate in candidates)
    raise NotCarried(
        f"the executable `hsmod`, which belongs to this package, is missing: looked for {looked_at}\n"
        "  fix: install the wheel again, with `pip install --force-reinstall`"
    )


def plugins() -> Path:
    """The folder of the plugins.

    Raises:
        NotCarried: there is no plugin in it.
    """
    if any(PLUGINS.glob("*.so")) or any(PLUGINS.glob("*.dylib")):
        return PLUGINS
    raise NotCarried(
        f"this package contains no plugins: there are none in `{PLUGINS}`\n"
        "  fix: install the wheel that `cargo xtask wheel` builds"
    )


def _candidates() -> list[Path]:
    """The paths that pip recorded, and its folder for executables, which depends on the scheme."""
    try:
        files = metadata.distribution("hsmod").files or []
    except metadata.PackageNotFoundError:
        files = []
    installed = [
        Path(str(file.locate())).resolve()
        for file in files
        if file.name == "hsmod" and file.parent.name in ("bin", "Scripts")
    ]
    # `pip install --target` moves the files after it has recorded their paths.
    beside = Path(__file__).parent.parent / "bin" / "hsmod"
    return list(dict.fromkeys([*installed, beside, Path(sysconfig.get_path("scripts"), "hsmod")]))
