"""Native modules for Synapse: shared libraries, asked in Synapse's own words.

In `homeserver.yaml`:

    modules:
      - module: hsmod.Modules
        config: {config_file: /etc/matrix-synapse/modules.yaml}
"""

from hsmod._native import __version__

__all__ = ["Modules", "__version__"]


def __getattr__(name: str) -> object:
    # Only this needs Synapse; `python -m hsmod` runs without it.
    if name == "Modules":
        from hsmod.modules import Modules

        return Modules
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
