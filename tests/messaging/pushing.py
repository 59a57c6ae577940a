"""A push service on this machine, and a browser that can read what the service was given."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import http_ece
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agency.messaging.devices import PushDevice
from agency.messaging.push.keys import decode, encode
from agency.models import User

PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36"


@dataclass
class Pushed:
    """One request that the service got."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """Answers 201, or as told: by path, a status and headers."""

    origin: str
    seen: list[Pushed] = field(default_factory=list)
    answers: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)


@contextmanager
def push_service() -> Iterator[PushService]:
    """A service at a free port of this machine."""
    service = PushService("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.seen.append(Pushed(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status, headers = service.answers.get(self.path, (201, {"Location": f"{service.origin}/message{self.path}"}))
            self.send_response(status)
            for name, value in {"Content-Length": "0", **headers}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.origin = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()


class Browser:
    """Keys of its own, and the reading of what was encrypted for them."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._secret = base64.b64decode("MDEyMzQ1Njc4OWFiY2RlZg==")
        self.p256dh = encode(self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
        self.auth = encode(self._secret)

    def device(self, user: User, endpoint: str, now: datetime, label: str = "Chrome on Android") -> PushDevice:
        """Push is on in it, at this endpoint."""
        return PushDevice.objects.create(
            user=user, endpoint=endpoint, p256dh=self.p256dh, auth=self.auth, label=label, created_at=now, seen_at=now
        )

    def read(self, pushed: Pushed) -> dict[str, Any]:
        """What a worker is told: RFC 8291, as any browser decrypts it."""
        assert pushed.headers["content-encoding"] == "aes128gcm"
        plain = http_ece.decrypt(pushed.body, private_key=self._key, auth_secret=self._secret, version="aes128gcm")
        told: dict[str, Any] = json.loads(plain)
        return told


def who_signed(pushed: Pushed) -> tuple[str, dict[str, Any]]:
    """The public key that a request's token (RFC 8292) is really signed with, and what the token claims."""
    scheme, _, rest = pushed.headers["authorization"].partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    signed, _, signature = parts["t"].rpartition(".")
    raw = decode(signature)
    halves = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(parts["k"]))
    key.verify(encode_dss_signature(*halves), signed.encode(), ec.ECDSA(hashes.SHA256()))
    head, claims = (json.loads(decode(part)) for part in signed.split("."))
    assert head == {"typ": "JWT", "alg": "ES256"}
    return parts["k"], claims
