"""Pushes by way of the browsers' own services: encrypted for the device (RFC 8291), signed by this server (RFC 8292)."""

import json
from datetime import timedelta
from typing import Any

import requests
from django.conf import settings
from pywebpush import WebPushException, webpush

from agency import revisions
from agency.messaging.channels import RefusedError, UnavailableError
from agency.messaging.devices import PushDevice
from agency.messaging.models import Message, Severity
from agency.messaging.preferences import device_number
from agency.messaging.push import hosts, keys

TIMEOUT = (3.05, 7)  # seconds to connect and to answer: together less than half a lease
LIVES = {Severity.URGENT: timedelta(hours=1), Severity.NORMAL: timedelta(days=1)}
"""How long a service keeps a push for a device that is off. What was urgent has climbed the ladder by then."""
URGENCY = {Severity.URGENT: "high", Severity.NORMAL: "normal"}
TITLE_LENGTH = 120

GONE = "The device no longer takes pushes; it was removed."
NO_DEVICE = "The device was removed."
BUSY = "The push service cannot take it now ({code})."
REFUSED = "The push service refused it ({code})."
SILENT = "The push service does not answer."


class WebPushProvider:
    """Sends each message to the one device it is addressed to. A device that its service no longer knows is removed."""

    def __init__(self, url: str = "") -> None:
        """Nothing is connected yet; ValueError when there is no key to sign with."""
        self._key = keys.vapid()
        self._session = _Session()

    def deliver(self, message: Message) -> str:
        """The push service has taken the message; its name for it is returned."""
        device = PushDevice.objects.filter(pk=device_number(message.to)).first()
        if device is None or device.user_id != message.user_id:
            raise RefusedError(NO_DEVICE)
        try:
            hosts.check(device.endpoint)
            hosts.check_addresses(device.endpoint)
            answer = self._push(device, message)
        except hosts.NotAllowedError as error:
            raise _failed(device, str(error)) from error
        except OSError as error:  # those of requests are
            raise UnavailableError(SILENT) from error
        except WebPushException as error:
            raise _verdict(device, error) from error
        _note(device, "")
        return str(answer.headers.get("Location", "")).rpartition("/")[2] or f"push-{message.pk}"

    def close(self) -> None:
        """The connections are closed."""
        self._session.close()

    def _push(self, device: PushDevice, message: Message) -> requests.Response:
        severity = Severity(message.severity)
        answer = webpush(
            {"endpoint": device.endpoint, "keys": {"p256dh": device.p256dh, "auth": device.auth}},
            data=json.dumps(payload(message)),
            vapid_private_key=self._key,
            vapid_claims={"sub": settings.VAPID_SUBJECT},  # a new one each time: it is written to
            ttl=int(LIVES[severity].total_seconds()),
            headers={"Urgency": URGENCY[severity]},
            timeout=TIMEOUT,
            requests_session=self._session,
        )
        assert isinstance(answer, requests.Response)  # noqa: S101  # text only when a curl command is asked for
        return answer


def payload(message: Message) -> dict[str, Any]:
    """What the service worker is told: the words to show, the page they are about, and the row's number."""
    return {
        "id": message.pk,
        "title": message.subject[:TITLE_LENGTH],
        "path": message.path,
        "urgent": message.severity == Severity.URGENT,
    }


class _Session(requests.Session):
    """Follows no redirect: an endpoint is called itself, or not at all."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        return super().request(*args, **{**kwargs, "allow_redirects": False})


def _verdict(device: PushDevice, error: WebPushException) -> Exception:
    """What the service's answer means for the message, and for the device."""
    code = error.status_code
    if code is None:
        return _failed(device, REFUSED.format(code="its keys"))
    if code in {404, 410}:
        PushDevice.objects.filter(pk=device.pk).delete()
        return RefusedError(GONE)
    if code == 429 or code >= 500:
        return UnavailableError(BUSY.format(code=code), wait=_wait(error.retry_after))
    return _failed(device, REFUSED.format(code=code))


def _wait(retry_after: str | None) -> timedelta | None:
    """The wait a service asks for in seconds; a date is left to the usual waits."""
    text = (retry_after or "").strip()
    return timedelta(seconds=int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _failed(device: PushDevice, why: str) -> RefusedError:
    _note(device, why)
    return RefusedError(why)


def _note(device: PushDevice, failure: str) -> None:
    if failure != device.failure and PushDevice.objects.filter(pk=device.pk).update(failure=failure):
        revisions.bump(revisions.ALERTS)
