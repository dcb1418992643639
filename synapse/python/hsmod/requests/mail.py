"""Group `mail`: mail with Synapse's own settings, if modules.yaml has none."""

from __future__ import annotations

from synapse.module_api import ModuleApi

from hsmod.requests.group import Group
from hsmod.requests.way import private

UNCONFIGURED = (
    "`send_mail` is not answered: set `mail` in the modules' config, or `email` in homeserver.yaml"
)


class Mail(Group):
    """Mail."""

    @private(
        "_hs.config.email.email_notif_from",
        purpose="knows whether homeserver.yaml has an `email`; `ModuleApi.send_mail` sends",
    )
    async def send_mail(self, recipient: str, subject: str, html: str, text: str) -> None:
        await self.api.send_mail(recipient, subject, html, text)


def is_configured(api: ModuleApi) -> bool:
    """Whether Synapse has a sender address, without which it sends no mail."""
    return bool(api._hs.config.email.email_notif_from)
