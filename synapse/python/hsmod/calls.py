"""The callbacks that the installed Synapse calls, read from the signatures of its `ModuleApi`.

This lets one wheel serve many versions of Synapse: a callback counts as called if the
`register_<category>_callbacks` of that version has a parameter for it.
"""

import inspect
import re

_REGISTERS = re.compile(r"register_(?P<category>\w+)_callbacks")

# Password providers register a table of login types, whose entries are this callback.
_OTHER_NAMES = {"auth_checkers": "check_auth"}


def called_by_synapse() -> list[str]:
    """The full names (`spam_checker.user_may_invite`) of the callbacks that Synapse calls.

    A Synapse that is newer than this package may call callbacks that the package does not know.

    Raises:
        ImportError: there is no Synapse in this environment.
    """
    from synapse.module_api import ModuleApi

    return called_by(ModuleApi)


def called_by(module_api: type) -> list[str]:
    """The full names of the callbacks for which this `ModuleApi` has parameters, sorted."""
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
