"""What stands in addresses that consumers get: signed, without personal data, valid for as long as the secret key is."""

import re

from django.core.signing import BadSignature, Signer
from django.utils.crypto import constant_time_compare, salted_hmac

_UNSUBSCRIBE = Signer(salt="email.unsubscribe", sep=".")
_REPLY_SALT = "email.reply"
_REPLY_DIGITS = 20
_REPLY = re.compile(r"(\d{1,18})-([0-9a-f]{20})")


def unsubscribe_token(message_id: int) -> str:
    """What the link under one e-mail carries."""
    return _UNSUBSCRIBE.sign(str(message_id))


def message_of(token: str) -> int | None:
    """The e-mail whose link carried the token; None when we did not make it."""
    try:
        return int(_UNSUBSCRIBE.unsign(token))
    except (BadSignature, ValueError):
        return None


def reply_token(lead_id: int) -> str:
    """What the address for answers of one lead carries: short, and the same in small letters, as mail systems may write it."""
    return f"{lead_id}-{_reply_signature(lead_id)}"


def lead_of(token: str) -> int | None:
    """The lead whose address for answers carried the token; None when we did not make it."""
    found = _REPLY.fullmatch(token.lower())
    if found is None or not constant_time_compare(found[2], _reply_signature(int(found[1]))):
        return None
    return int(found[1])


def _reply_signature(lead_id: int) -> str:
    return salted_hmac(_REPLY_SALT, str(lead_id), algorithm="sha256").hexdigest()[:_REPLY_DIGITS]
