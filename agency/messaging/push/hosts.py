"""Where a browser may say that its pushes go: this server calls there, so nowhere but at the push services of browsers.

Endpoints come from browsers, that is from whoever is logged in. Without this a person could have the server call machines that
only it can reach.
"""

import re
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

SERVICES = re.compile(
    r"fcm\.googleapis\.com|(?:[a-z0-9-]+\.)*push\.services\.mozilla\.com|(?:[a-z0-9-]+\.)+notify\.windows\.com|web\.push\.apple\.com"
)
"""Chrome and its kin, Firefox, Edge on Windows, Safari."""

NOT_A_SERVICE = "This is not the address of a push service."
PRIVATE = "The push service's name leads to a private address."
UNKNOWN = "The push service's name cannot be found."


class NotAllowedError(Exception):
    """Nothing may be sent there."""


def check(endpoint: str) -> None:
    """The endpoint is one of a push service, over HTTPS, or of a host the settings name; else NotAllowedError."""
    try:
        parts = urlsplit(endpoint)
        host, port, is_plain = parts.hostname or "", parts.port, not (parts.username or parts.password or parts.fragment)
    except ValueError:
        raise NotAllowedError(NOT_A_SERVICE) from None
    if is_named(endpoint) and is_plain:
        return
    if not (parts.scheme == "https" and port in {None, 443} and is_plain and SERVICES.fullmatch(host)):
        raise NotAllowedError(NOT_A_SERVICE)


def check_addresses(endpoint: str) -> None:
    """The endpoint's name leads to public addresses only, unless the settings name it; NotAllowedError, or OSError offline."""
    if is_named(endpoint):
        return
    found = socket.getaddrinfo(urlsplit(endpoint).hostname, 443, type=socket.SOCK_STREAM)
    if not found:
        raise OSError(UNKNOWN)
    if not all(ip_address(str(address[0]).partition("%")[0]).is_global for *_, address in found):
        raise NotAllowedError(PRIVATE)


def is_named(endpoint: str) -> bool:
    """Whether the settings name its scheme, host and port, character for character."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}" in settings.PUSH_HOSTS
