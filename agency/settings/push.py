"""The keys by which push services know this server, and the hosts it may push to."""

import base64
import secrets
from urllib.parse import urlsplit

from .environment import DATA_DIR, PUBLIC_BASE_URL, env, kept_secret

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve P-256 (FIPS 186-4, D.1.2.3): a private key is a number below it."""


def _new_key() -> str:
    number = secrets.randbelow(_ORDER - 1) + 1
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


# Kept in the data folder when unset. With another key every browser has to turn push on anew.
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="") or kept_secret(DATA_DIR / "vapid_private_key", _new_key)
_public = urlsplit(PUBLIC_BASE_URL)
VAPID_SUBJECT = env.str("VAPID_SUBJECT", default="") or (
    f"https://{_public.hostname}"
    if _public.scheme == "https"
    else f"mailto:{env.str('DEFAULT_FROM_EMAIL', default='leads@localhost')}"
)
# Beside the push services of the browsers: `https://push.example.com` and the like, as they stand in endpoints.
PUSH_HOSTS = env.list("PUSH_HOSTS", default=[])
