"""Shows who serves which path among several native modules and Synapse itself."""

from __future__ import annotations

from hsmod import Modules, _native, web
from synapse.app.homeserver import SynapseHomeServer
from synapse.rest.synapse.client import build_synapse_client_resource_tree

from tests import unittest

from resources import WebTestCase, recorder
from support import native

# The paths that the loader reserves in every homeserver.
OF_EVERY_HOMESERVER = (
    "/_matrix/client",
    "/_matrix/federation",
    "/_matrix/key",
    "/_matrix/media",
    "/_synapse/admin",
)


class Nested(WebTestCase):
    """Nested paths of several modules."""

    modules = [
        recorder("a", web={"/_x/*": "allow", "/_x/a/b/*": "allow"}),
        recorder("b", web={"/_x/a/b/c/d/e": "allow", "/_x/*": {"fail": "never asked"}}),
        recorder("c", web={"/_y/deep": "allow", "/_x/slash/": "allow"}),
    ]

    def test_the_most_specific_path_answers(self) -> None:
        expected = {
            "/_x": "/_x/*",
            "/_x/": "/_x/*",
            "/_x/z": "/_x/*",
            "/_x/a": "/_x/*",
            "/_x/a/": "/_x/*",
            "/_x/a/z/b": "/_x/*",
            "/_x/a/b": "/_x/a/b/*",
            "/_x/a/b/c": "/_x/a/b/*",
            "/_x/a/b/c/d": "/_x/a/b/*",
            "/_x/a/b/c/d/e": "/_x/a/b/c/d/e",
            "/_x/a/b/c/d/e/f": "/_x/a/b/*",
            "/_x/slash": "/_x/*",
            "/_x/slash/": "/_x/slash/",
            "/_y/deep": "/_y/deep",
        }
        for path, registered in expected.items():
            answer = self.ask("GET", f"{path}?q=1")
            self.assertEqual(answer.code, 200, path)
            self.assertEqual(answer.json_body, {"registered": registered, "path": path})

    def test_paths_that_are_not_served(self) -> None:
        for path in ("/_y", "/_y/", "/_y/deep/er"):
            self.assert_unrecognized(self.ask("GET", path))


class Paths(unittest.TestCase):
    """The paths of resources."""

    def test_between_a_subtree_and_what_is_below_it(self) -> None:
        self.assertEqual(
            web.resource_paths(["/a/*", "/b/c/d", "/a/x/y/z", "/a/x/y/*"]),
            ["/a", "/a/x", "/b/c/d", "/a/x/y", "/a/x/y/z"],
        )

    def test_synapses_log_says_which_is_where(self) -> None:
        self.assertEqual(str(web.ModuleResource(None, "/a/b")), "<ModuleResource /a/b>")


class Reserved(WebTestCase):
    """The paths that Synapse itself serves."""

    modules = [recorder("a")]

    def test_all_of_it_is_known(self) -> None:
        names = ["client", "federation", "keys", "media", "metrics", "replication", "static"]
        served = ["/health", *build_synapse_client_resource_tree(self.hs)]
        for name in names:
            served += SynapseHomeServer._configure_named_resource(self.hs, name)
        known = (*web.SERVED_BY_SYNAPSE, *OF_EVERY_HOMESERVER)
        # Modules may serve paths below it.
        served.remove("/.well-known")
        for path in served:
            ways = [path == own or path.startswith(f"{own}/") for own in known]
            self.assertTrue(any(ways), f"add {path} to `SERVED_BY_SYNAPSE` of hsmod/web.py")

    def test_no_module_gets_it(self) -> None:
        for path in (*web.SERVED_BY_SYNAPSE, "/_synapse/client/oidc/callback"):
            parsed = Modules.parse_config(native(recorder("b", web={path: "allow"}))["config"])
            with self.assertRaises(_native.Refused) as raised:
                Modules(parsed, self.hs.get_module_api())
            self.assertIn(f"`{path}`, but the homeserver itself serves", str(raised.exception))
