"""Shows that native modules decide how much a user may upload."""

from __future__ import annotations

from typing import Any

from synapse.rest import admin
from synapse.rest.client import login, media
from twisted.web.resource import Resource

from scripts import NOTHING, YES, ScriptedTestCase, broken, returns

LIMIT = {
    "max_bytes": 10,
    "time_period_ms": 60_000,
    "info_uri": "https://example.com/plans",
    "can_upgrade": True,
}


class MediaRepository(ScriptedTestCase):
    servlets = [admin.register_servlets, login.register_servlets, media.register_servlets]
    outcomes = {
        "get_media_config_for_user": NOTHING,
        "is_user_allowed_to_upload_media_of_size": YES,
        "get_media_upload_limits_for_user": NOTHING,
        "on_media_upload_limit_exceeded": NOTHING,
    }

    def create_resource_dict(self) -> dict[str, Resource]:
        repository = self.hs.get_media_repository_resource()
        return {**super().create_resource_dict(), "/_matrix/media": repository}

    def prepare(self, reactor: Any, clock: Any, hs: Any) -> None:
        self.alice = self.register_user("alice", "secret")
        self.token = self.login("alice", "secret")

    def test_get_media_config_for_user(self) -> None:
        path = "/_matrix/client/v1/media/config"
        usual = self.make_request("GET", path, access_token=self.token).json_body
        self.assertEqual(self.only_call("get_media_config_for_user"), [self.alice])
        self.assertIn("m.upload.size", usual)
        own = {"m.upload.size": 5, "org.example.lid": True}
        self.script(get_media_config_for_user=returns(own))
        channel = self.make_request("GET", path, access_token=self.token)
        self.assertEqual(channel.json_body, own)
        self.script(get_media_config_for_user=broken())
        channel = self.make_request("GET", path, access_token=self.token)
        self.assertEqual(channel.code, 500)

    def test_is_user_allowed_to_upload_media_of_size(self) -> None:
        self.helper.upload_media(b"a file", tok=self.token)
        self.assertEqual(
            self.only_call("is_user_allowed_to_upload_media_of_size"), [self.alice, 6]
        )
        self.script(is_user_allowed_to_upload_media_of_size=returns(False))
        body = self.helper.upload_media(b"a file", tok=self.token, expect_code=413)
        self.assertEqual(body["errcode"], "M_TOO_LARGE")

    def test_get_media_upload_limits_for_user(self) -> None:
        day = {"$": "MediaUploadLimit", "max_bytes": 100, "time_period_ms": 86_400_000}
        limits = [{"$": "MediaUploadLimit", **LIMIT}, day]
        self.script(get_media_upload_limits_for_user=returns(limits))
        self.helper.upload_media(b"a file", tok=self.token)
        self.assertEqual(self.only_call("get_media_upload_limits_for_user"), [self.alice])
        body = self.helper.upload_media(b"a file", tok=self.token, expect_code=403)
        self.assertEqual(body["errcode"], "M_USER_LIMIT_EXCEEDED")
        self.assertEqual((body["info_uri"], body["can_upgrade"]), (LIMIT["info_uri"], True))

    def test_no_limits_are_an_answer_too(self) -> None:
        self.script(get_media_upload_limits_for_user=returns([]))
        callbacks = self.hs.get_module_api_callbacks().media_repository
        limits = self.get_success(callbacks.get_media_upload_limits_for_user(self.alice))
        self.assertEqual(limits, [])

    def test_on_media_upload_limit_exceeded(self) -> None:
        limits = [{"$": "MediaUploadLimit", **LIMIT}]
        self.script(get_media_upload_limits_for_user=returns(limits))
        self.helper.upload_media(b"a file", tok=self.token)
        self.helper.upload_media(b"another", tok=self.token, expect_code=403)
        self.assertEqual(
            self.only_call("on_media_upload_limit_exceeded"), [self.alice, LIMIT, 6, 7]
        )


class SlowMediaRepository(MediaRepository):
    """The same module, which waits once before each answer."""

    suspend = True
