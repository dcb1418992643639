"""`python -m hsmod plugins`: lists the plugins in this package."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from typing import Any

from hsmod import carried

# A config key that no plugin has: the error of a plugin that refuses it names the known keys.
_NO_KEY = "?"


def main(arguments: list[str]) -> int:
    """Lists the plugins; one JSON object per line with `--json`."""
    parser = argparse.ArgumentParser(
        prog="python -m hsmod",
        description="Lists the plugins that came with this package. A config without `plugins_dir` "
        "finds them by their names.",
        epilog="example: python -m hsmod plugins --json | jq .config_keys",
    )
    parser.add_argument("plugins", choices=["plugins"], help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print one JSON object per plugin")
    options = parser.parse_args(arguments)
    listed = list_plugins()
    for number, plugin in enumerate(listed):
        if options.json:
            print(json.dumps(plugin))
        else:
            print(("\n" if number else "") + _shown(plugin))
    return 0


def list_plugins() -> list[dict[str, Any]]:
    """The plugins of this package, by name, as `--json` prints them.

    Raises:
        NotCarried: there are none, or they cannot be read.
    """
    inspected = _run("inspect", str(carried.plugins()))
    names = [plugin["name"] for plugin in inspected]
    keys = _config_keys(names)
    taken = ("name", "version", "description", "abi", "callbacks", "requires", "optional", "file")
    return [
        {**{key: plugin[key] for key in taken}, "config_keys": keys.get(plugin["name"])}
        for plugin in sorted(inspected, key=lambda plugin: plugin["name"])
    ]


def _config_keys(names: list[str]) -> dict[str, list[str]]:
    """The config keys of each module, without starting any.

    A plugin's file does not contain them, but serde, with which the config is read, names them in
    its error about an unknown key.
    """
    modules = [{"module": name, "config": {_NO_KEY: None}} for name in names]
    config = {
        "plugins_dir": str(carried.PLUGINS),
        "verify": {"permissions": "warn"},
        "modules": modules,
    }
    keys = {}
    for line in _run("check", "-c", "-", config=config):
        for problem in line.get("problems", []):
            unknown, found, expected = problem["message"].partition(f"unknown field `{_NO_KEY}`, ")
            if found and not unknown:
                keys[line["name"]] = re.findall(r"`([^`]+)`", expected)
    return keys


def _run(*arguments: str, config: object = None) -> list[dict[str, Any]]:
    """The output of the executable; an exit code that reports problems is accepted, too."""
    run = subprocess.run(
        [carried.executable(), *arguments, "--json"],
        input=json.dumps(config),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in (0, 1):
        raise carried.NotCarried(f"`hsmod {arguments[0]}` failed: {run.stderr.strip()}")
    sys.stderr.write(run.stderr)
    return [json.loads(line) for line in run.stdout.splitlines()]


def _shown(plugin: dict[str, Any]) -> str:
    keys = plugin["config_keys"]
    callbacks = [
        f"{category}.{name}" for category, names in plugin["callbacks"].items() for name in names
    ]
    config = "not known" if keys is None else ", ".join(keys) or "none"
    abi = "{major}.{minor}".format(**plugin["abi"])
    return "\n".join(
        [
            f"{plugin['name']} {plugin['version']}",
            f"  {plugin['description']}",
            *_wrapped("ABI", [abi]),
            *_wrapped("config", [config]),
            *_wrapped("callbacks", callbacks),
            *_wrapped("requires", plugin["requires"]),
            *_wrapped("optional", plugin["optional"]),
        ]
    )


def _wrapped(title: str, lines: list[str]) -> list[str]:
    return [f"  {title if number == 0 else '':<10} {line}" for number, line in enumerate(lines)]
