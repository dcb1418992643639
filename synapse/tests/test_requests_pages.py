"""Shows that the pages about requests, the code and the tests contain the same requests."""

from __future__ import annotations

import re
from pathlib import Path

from twisted.trial import unittest

from asking import DOCS
from hsmod.requests.answers import WAYS

# Requests that the page lacks, because modules use a different method; with their versions.
ELSEWHERE = {"invalidate_cache": "1.69"}


def documented() -> dict[str, str]:
    """The requests of `docs/requests.md`, with the version of Synapse that has each."""
    rows = re.findall(r"^\| `(\w+)` \| ([\w. ]+?) \|", (DOCS / "requests.md").read_text(), re.M)
    return dict(rows)


class Pages(unittest.TestCase):
    """The documentation agrees with the code."""

    def ways(self):  # type: ignore[no-untyped-def]
        return {name: way for group in WAYS.values() for name, way in group.items()}

    def test_every_request_has_its_way(self) -> None:
        self.assertEqual(
            sorted({*documented(), *ELSEWHERE, "send_mail"}),
            sorted(self.ways()),
            "a new request wants a method in synapse/python/hsmod/requests/",
        )

    def test_public_ways_name_the_version_of_the_page(self) -> None:
        told = {**documented(), **ELSEWHERE}
        for name, way in self.ways().items():
            if not way.private:
                self.assertEqual(way.since, told[name], name)

    def test_requests_that_synapse_lacks_are_private(self) -> None:
        for name, version in documented().items():
            if version == "not there":
                self.assertTrue(self.ways()[name].private, name)

    def test_private_ways_are_documented(self) -> None:
        rows = [
            f"| `{name}` | {'<br>'.join(f'`{path}`' for path in way.paths)} | {way.purpose} |"
            for name, way in self.ways().items()
            if way.private
        ]
        page = (DOCS / "synapse.md").read_text()
        told = re.findall(r"^\| `\w+` \| `_.*$", page, re.M)
        self.assertEqual(told, rows, "docs/synapse.md: write\n" + "\n".join(rows))

    def test_every_request_is_tried(self) -> None:
        tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
        untried = [name for name in self.ways() if f'"{name}"' not in tests]
        self.assertEqual(untried, [], "write a test for each")
