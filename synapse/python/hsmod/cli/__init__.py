"""The commands of `python -m hsmod`.

Most are those of the `hsmod` executable, which replaces this process. It gets, as arguments, what
only Python knows: the folder of this package's plugins, and the callbacks of the installed
Synapse.
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from hsmod import __version__, carried

HELP = f"""\
Native modules for Synapse ({__version__}): checks, lists and tries them

Usage: python -m hsmod COMMAND ..

Commands of this package:
  plugins [--json]        lists the plugins that came with it: versions, callbacks, what they require,
                          config keys
  try -c FILE             starts a throwaway Synapse on this machine with the modules, for a look
                          with a real client

Commands of the executable `hsmod`, which runs in place of this program:
  check -c FILE           whether Synapse will start with the modules, and everything that is wrong
  call -c FILE CALLBACK ARGS.json
                          asks the modules one question, as Synapse would
  replay -c FILE EVENTS   sends recorded events through the modules
  inspect FILE..          what other plugins say about themselves, without running them
  migrate HOMESERVER_YAML
                          rewrites the modules of a Synapse config for the plugins here
  new NAME                creates a new module in Rust
  completions, man        shell completions, and the manual

Each has a --help with examples. Unless you give them, this program adds two options: --plugins-dir,
with the plugins of this package, which are used if FILE has no `plugins_dir`; and, for `check`,
--calls, with the callbacks that the Synapse of this environment calls.

A first look, with FILE:
  modules:
    - module: list_spam_checker
      config: {{evil_users: ["@evil:example.com"]}}

  python -m hsmod check -c FILE

and in homeserver.yaml:
  modules:
    - module: hsmod.Modules
      config: {{config_file: FILE}}

Exit codes: 0 all well, 1 the answer is "no", 2 wrong usage or an unreadable file
"""

# The commands that read a config.
_WITH_MODULES = ("check", "call", "replay")


def main(arguments: list[str]) -> int:
    """Runs the command that `arguments` name; returns the exit code."""
    command = next((word for word in arguments if not word.startswith("-")), None)
    if command in (None, "help") and not {"-V", "--version"} & set(arguments):
        print(HELP, end="")
        return 0 if command or _asks_for_help(arguments) else 2
    try:
        if command == "plugins":
            from hsmod.cli import plugins

            code = plugins.main(arguments)
            sys.stdout.flush()
            return code
        if command == "try":
            from hsmod import trial

            return trial.main(_after(arguments, command))
        become_executable(completed(arguments, command))
    except carried.NotCarried as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # The reader has closed the pipe; Python would report that once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def become_executable(arguments: list[str]) -> NoReturn:
    """Replaces this process by the `hsmod` executable.

    Raises:
        NotCarried: the executable is missing, or does not run on this machine.
    """
    program = carried.executable()
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execv(program, ["hsmod", *arguments])
    except OSError as error:
        raise carried.NotCarried(
            f"`{program}` cannot be run: {error.strerror}\n"
            "  fix: install a wheel that was built for this machine, and make the file executable for"
            " the user who runs this"
        ) from None


def completed(arguments: list[str], command: str | None) -> list[str]:
    """Adds the options that the executable cannot determine, unless the operator gave them."""
    if command not in _WITH_MODULES or _asks_for_help(arguments):
        return arguments
    more = []
    if not _says(arguments, "--plugins-dir"):
        more += ["--plugins-dir", str(carried.PLUGINS)]
    if command == "check" and not _says(arguments, "--calls"):
        more += _calls()
    place = arguments.index(command) + 1
    return [*arguments[:place], *more, *arguments[place:]]


def _calls() -> list[str]:
    """The option for the callbacks that the Synapse of this environment calls."""
    from hsmod._native import loader_callbacks
    from hsmod.calls import called_by_synapse

    try:
        called = called_by_synapse()
    except ImportError as error:
        print(
            f"note: there is no Synapse in this environment ({error}), so this does not check whether"
            " Synapse calls what the modules need",
            file=sys.stderr,
        )
        return []
    # A newer Synapse may have callbacks that no module can register yet.
    known = loader_callbacks()
    return ["--calls", ",".join(name for name in called if name in known)]


def _says(arguments: list[str], option: str) -> bool:
    return any(word == option or word.startswith(f"{option}=") for word in arguments)


def _asks_for_help(arguments: list[str]) -> bool:
    return "-h" in arguments or "--help" in arguments


def _after(arguments: list[str], command: str) -> list[str]:
    """The arguments after the command."""
    place = arguments.index(command)
    return [*arguments[:place], *arguments[place + 1 :]]
