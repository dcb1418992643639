"""Shows that caches of native modules are invalidated in all processes of a Synapse."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from hsmod.caches import ModuleCaches

from synapse.replication.tcp.streams import CachesStream

from asking import AskingTestCase
from support import NativeTestCase

FUNCTION = "hsmod.caches.of_modules"
CACHE = "good_worker.numbers"


class Caches(NativeTestCase):
    """A module that numbers its computations, and caches the numbers by a string."""

    modules = [{"module": "good_worker", "config": {"name": "w"}}]

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.sent: list[tuple[str, Any]] = []

        async def send(name: str, keys: Any) -> None:
            self.sent.append((name, keys))

        # With SQLite there are no other processes, so nothing would be sent.
        self.patch(hs.get_datastores().main, "send_invalidation_to_replication", send)

    def cached(self, key: str, method: str = "GET") -> str:
        path = f"/_synapse/client/w/cached?key={quote(key)}"
        answer = self.make_request(method, path, shorthand=False)
        self.assertEqual(answer.code, 200, answer.result)
        return answer.text_body

    def arrive(self, function: str, keys: list[str]) -> None:
        """Applies an invalidation from another process."""
        row = CachesStream.CachesStreamRow(function, keys, 0)
        store = self.hs.get_datastores().main
        store.process_replication_rows(CachesStream.NAME, "worker1", 1, [row])

    def test_invalidations_are_sent(self) -> None:
        self.assertEqual(self.cached("a"), "1")
        self.cached('"b" ö', "DELETE")
        [(function, keys)] = self.sent
        self.assertEqual((function, keys[0]), (FUNCTION, CACHE))
        self.assertEqual(json.loads(keys[1]), '"b" ö')
        self.assertEqual(self.cached("a"), "1")
        self.cached("a", "DELETE")
        self.assertEqual(self.cached("a"), "2")
        self.assertTrue(all(isinstance(key, str) for _, keys in self.sent for key in keys))

    def test_received_invalidations_are_applied(self) -> None:
        self.assertEqual((self.cached("a"), self.cached('"b" ö')), ("1", "2"))
        self.arrive(FUNCTION, [CACHE, '"\\"b\\" ö"'])
        self.assertEqual((self.cached("a"), self.cached('"b" ö')), ("1", "3"))
        self.arrive(FUNCTION, [CACHE, '"a"'])
        self.assertEqual(self.cached("a"), "4")

    def test_invalidations_of_other_caches_are_ignored(self) -> None:
        self.assertEqual(self.cached("a"), "1")
        self.arrive(FUNCTION, ["another.cache", '"a"'])
        self.arrive("hsmod.caches.another", [CACHE, '"a"'])
        self.assertEqual(self.cached("a"), "1")

    def test_a_key_of_another_version_of_the_module(self) -> None:
        """It is not known which entry is meant, so all are removed."""
        self.assertEqual((self.cached("a"), self.cached("b")), ("1", "2"))
        self.arrive(FUNCTION, [CACHE, '{"of": ["several", "parts"]}'])
        self.assertEqual((self.cached("a"), self.cached("b")), ("3", "4"))


class Keys(AskingTestCase):
    def test_keys_of_any_type_are_sent_as_strings(self) -> None:
        """The modules of another process get exactly the keys that one process sends."""
        told: list[tuple[str, str]] = []
        function: Any = ModuleCaches(lambda name, key: told.append((name, key)))
        self.api.register_cached_function(function)
        store = self.hs.get_datastores().main

        async def send(name: str, keys: Any) -> None:
            self.assertTrue(all(isinstance(key, str) for key in keys), keys)
            # Through a row of a database, which has a list of strings.
            row = CachesStream.CachesStreamRow(name, [*keys], 0)
            store.process_replication_rows(CachesStream.NAME, "worker1", 1, [row])

        self.patch(store, "send_invalidation_to_replication", send)
        for key in ("a", 1, None, True, ["a", 1, 2.5], {"b": {"c": "\0ö"}}):
            self.assertIsNone(self.ask("invalidate_cache", cache="c", key=key))
            [(name, text)] = told
            self.assertEqual((name, json.loads(text)), ("c", key))
            told.clear()
