"""What the installed Synapse calls, read from the signatures of its `ModuleApi`.

So one wheel serves many versions of Synapse: a callback counts as called if there is a parameter
for it in the `register_<category>_callbacks` of that version.
"""

import inspect
import re

_REGISTERS = re.compile(r"register_(?P<category>\w+)_callbacks")

# Password providers are registered as a table of login types; the entries are this callback.
_OTHER_NAMES = {"auth_checkers": "check_auth"}


def called_by_synapse() -> list[str]:
    """The full names, as `spam_checker.user_may_invite`, of what the installed Synapse calls.

    A Synapse newer than this package may call what the package does not know.

    Raises:
        ImportError: there is no Synapse in this environment.
    """
    from synapse.module_api import ModuleApi

    return called_by(ModuleApi)


def called_by(module_api: type) -> list[str]:
    """The full names of what a homeserver with this class of `ModuleApi` calls, sorted."""
    names = []
    for method_name, method in inspect.getmembers(module_api, inspect.isfunction):
        if registers := _REGISTERS.fullmatch(method_name):
            parameters = inspect.signature(method).parameters.values()
            names += [
                f"{registers['category']}.{_OTHER_NAMES.get(parameter.name, parameter.name)}"
                for parameter in parameters
                if parameter.kind is inspect.Parameter.KEYWORD_ONLY
            ]
    return sorted(names)
