"""The key by which push services know this server, and what a browser's own keys must look like."""

import base64
import binascii

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid, VapidException

BAD_KEY = "VAPID_PRIVATE_KEY is no private key of the curve P-256."
BAD_SUBJECT = "VAPID_SUBJECT must be mailto: with an address, or https:// with a host."
AUTH_LENGTH = 16


def vapid() -> Vapid:
    """The server's key pair; ValueError when the setting holds none."""
    try:
        return Vapid.from_string(settings.VAPID_PRIVATE_KEY)
    except (ValueError, TypeError, VapidException):
        raise ValueError(BAD_KEY) from None


def public_key() -> str:
    """The public half as browsers want it: an uncompressed point in URL-safe base64 without padding."""
    return encode(vapid().public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def problem() -> str:
    """What is wrong with the settings, or empty; it quotes none of them."""
    try:
        vapid().sign({"aud": "https://push.example", "sub": settings.VAPID_SUBJECT})
    except ValueError as error:
        return str(error)
    except VapidException:
        return BAD_SUBJECT
    return ""


def are_sound(p256dh: str, auth: str) -> bool:
    """Whether these can be the keys of a browser: a point of the curve and 16 bytes."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(p256dh))
        return len(decode(auth)) == AUTH_LENGTH
    except (ValueError, binascii.Error):
        return False


def encode(raw: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes of URL-safe base64, padded or not; ValueError when it is none."""
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
