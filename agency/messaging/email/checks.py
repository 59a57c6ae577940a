"""What keeps e-mail from being what the law and the mailbox providers ask for, said at start-up."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from agency.messaging.email.commercial import NO_POSTAL_ADDRESS
from agency.messaging.email.esp import ESPS, backend_options

NOT_HTTPS = (
    "PUBLIC_BASE_URL is not https://, so the unsubscribe link of e-mails is not one-click as RFC 8058 and the large mailbox "
    "providers want it."
)
NO_INBOUND_DOMAIN = (
    "IMAP_URL is set but INBOUND_EMAIL_DOMAIN is not: answers go to whoever signed, not to the mailbox looked into."
)
NOT_IMAP = "IMAP_URL: it begins with imaps:// (or imap:// on the same machine) and names a host."
NO_PAIR = "EMAIL_WEBHOOK_SECRET has to be user:password."


@register()
def check_email_settings(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """An error for each setting that cannot work, a warning for each that works less well. No value is quoted."""
    found: list[CheckMessage] = []
    if urlsplit(settings.EMAIL_URL).scheme in ESPS:
        try:
            backend_options(settings.EMAIL_URL)
        except ImproperlyConfigured as error:
            found.append(Error(str(error), id="email.E001"))
    mailbox = urlsplit(settings.IMAP_URL)
    if settings.IMAP_URL and (mailbox.scheme not in ("imap", "imaps") or not mailbox.hostname):
        found.append(Error(NOT_IMAP, id="email.E002"))
    if settings.EMAIL_WEBHOOK_SECRET and ":" not in settings.EMAIL_WEBHOOK_SECRET:
        found.append(Error(NO_PAIR, id="email.E003"))
    if settings.EMAIL_URL and urlsplit(settings.PUBLIC_BASE_URL).scheme != "https":
        found.append(Warning(NOT_HTTPS, id="email.W001"))
    if settings.IMAP_URL and not settings.INBOUND_EMAIL_DOMAIN:
        found.append(Warning(NO_INBOUND_DOMAIN, id="email.W002"))
    return found


@register(Tags.database)
def check_postal_address(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> Sequence[CheckMessage]:
    """A warning when the agency is set up without a postal address. Asked by `check --database default`."""
    agency = apps.get_model("agency", "Agency")
    for alias in databases or ():
        if agency._meta.db_table in connections[alias].introspection.table_names():
            missing = agency._default_manager.using(alias).filter(address="").exists()
            return [Warning(NO_POSTAL_ADDRESS, id="email.W003")] if missing else []
    return []
