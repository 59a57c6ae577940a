"""E-mails through a mail server."""

import smtplib
from typing import Any

import environ
from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

from agency.messaging.channels import RefusedError, UnavailableError
from agency.messaging.email.letter import letter
from agency.messaging.letterhead import letterhead
from agency.messaging.models import Message

NOT_AN_ADDRESS = "No e-mail can be sent to this address."


class SmtpProvider:
    """Sends through the server of a URL such as `smtp+tls://user:password@mail.example:587`, one connection per batch."""

    def __init__(self, url: str) -> None:
        """Nothing is connected yet."""
        self._backend = EmailBackend(**_options(url), timeout=settings.EMAIL_TIMEOUT)
        self._head = letterhead()

    def deliver(self, message: Message) -> str:
        """The server has accepted the e-mail. An error after its text was handed over leaves open whether it has."""
        self._connect()
        mail = letter(message, self._head)
        try:
            self._backend.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as error:
            raise _verdict(min(code for code, _ in error.recipients.values())) from error
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise _verdict(error.smtp_code) from error
        except (ValueError, smtplib.SMTPNotSupportedError) as error:
            raise RefusedError(NOT_AN_ADDRESS) from error  # found before anything is said to the server
        except Exception:
            self.close()
            raise
        return str(mail.extra_headers["Message-ID"])

    def close(self) -> None:
        """The connection is closed."""
        self._backend.close()

    def _connect(self) -> None:
        try:
            self._backend.open()
        except (OSError, smtplib.SMTPException) as error:
            raise UnavailableError("The mail server does not answer.") from error


def _verdict(code: int) -> Exception:
    """What a reply code of RFC 5321 section 4.2.1 means for the message."""
    if code >= 500:
        return RefusedError(f"The mail server refused it ({code}).")
    return UnavailableError(f"The mail server cannot take it now ({code}).")


def _options(url: str) -> dict[str, Any]:
    parsed = environ.Env.email_url_config(url)
    return {
        "host": parsed["EMAIL_HOST"],
        "port": parsed["EMAIL_PORT"],
        "username": parsed["EMAIL_HOST_USER"] or "",
        "password": parsed["EMAIL_HOST_PASSWORD"] or "",
        "use_tls": parsed.get("EMAIL_USE_TLS", False),
        "use_ssl": parsed.get("EMAIL_USE_SSL", False),
        "fail_silently": False,
    }
