"""Twilio as calls know it: an API on this machine that takes calls, and the requests with which it then asks and tells us."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from django.test import Client
from twilio.request_validator import RequestValidator

BASE = "https://crm.harborpoint.example"
AGENCY = "+12125550100"
TOKEN = "s3cret"
HOOKS = "/hooks/twilio/voice"


def signed(path: str, fields: dict[str, str], token: str = TOKEN) -> dict[str, str]:
    """The header that proves whose request it is."""
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(f"{BASE}{path}", fields)}


def post(path: str, headers: dict[str, str] | None = None, /, **fields: str) -> Any:
    """What our door answers to Twilio; it may send more than we know of."""
    sent = {"AccountSid": "AC123", "ApiVersion": "2010-04-01", "Something": "new", **fields}
    return Client().post(path, sent, headers=signed(path, sent) if headers is None else headers)


@dataclass
class Placed:
    """A call that was asked for: what Twilio was told, and what it does next."""

    sid: str
    asked: dict[str, list[str]]
    at: float

    def of(self, name: str) -> str:
        return self.asked.get(name, [""])[0]

    @property
    def message(self) -> str:
        return urlsplit(self.of("StatusCallback")).path.rstrip("/").rpartition("/")[2]

    def status(self, status: str, **more: str) -> Any:
        """Word of our own phone."""
        fields = {"CallSid": self.sid, "CallStatus": status, "To": self.of("To"), "From": AGENCY, **more}
        return post(urlsplit(self.of("StatusCallback")).path, **fields)

    def picks_up(self) -> ElementTree.Element:
        """Our person picks up; the document that says what they hear."""
        self.status("ringing", SequenceNumber="1")
        self.status("in-progress", SequenceNumber="2")
        return document(post(urlsplit(self.of("Url")).path, CallSid=self.sid, CallStatus="in-progress"))

    def presses(self, digits: str) -> ElementTree.Element:
        """They press a key, or none."""
        return document(post(f"{HOOKS}/agent-accept/{self.message}/", CallSid=self.sid, Digits=digits))

    def leg(self, status: str, sid: str = "", **more: str) -> Any:
        """Word of the lead's phone."""
        fields = {"CallSid": sid or f"{self.sid}L", "ParentCallSid": self.sid, "CallStatus": status, **more}
        return post(f"{HOOKS}/leg-status/{self.message}/", **fields)

    def done(self, status: str, seconds: int = 0, **more: str) -> ElementTree.Element:
        """The lead's phone is out of it."""
        fields = {"CallSid": self.sid, "DialCallSid": f"{self.sid}L", "DialCallStatus": status, "DialCallDuration": str(seconds)}
        return document(post(f"{HOOKS}/dial-done/{self.message}/", **fields, **more))


def document(answer: Any) -> ElementTree.Element:
    """What was answered, as Twilio reads it."""
    assert answer.status_code == 200, answer.status_code
    assert answer["Content-Type"].startswith("text/xml")
    return ElementTree.fromstring(answer.content)


def spoken(found: ElementTree.Element) -> str:
    """Everything that is said."""
    return " ".join(one.text or "" for one in found.iter("Say"))


@dataclass
class Twilio:
    """Every call it was asked for. `answer` may say something else than yes: (status, JSON), or None to hang up."""

    placed: list[Placed] = field(default_factory=list)
    answer: Callable[[], tuple[int, dict[str, Any]] | None] | None = None
    keeps: bool = True
    """Whether a call to which it gives no good answer is placed all the same."""
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def voice_url(self) -> str:
        return f"twilio://AC123:{TOKEN}@/?from=%2B12125550100&api={self.url}"

    def to(self, number: str) -> list[Placed]:
        return [one for one in self.placed if one.of("To") == number]

    def take(self, body: str) -> tuple[int, dict[str, Any]] | None:
        said = self.answer() if self.answer else None
        with self.lock:
            if self.answer and not self.keeps:
                return said
            one = Placed(f"CA{len(self.placed) + 1}", parse_qs(body), monotonic())
            self.placed.append(one)
        return said if self.answer else (201, {"sid": one.sid, "status": "queued"})

    def listed(self, number: str) -> dict[str, Any]:
        calls = [{"sid": one.sid, "to": number, "from": AGENCY, "date_created": None} for one in reversed(self.to(number))]
        return {"calls": calls, "next_page_uri": None, "page": 0, "page_size": 20}


@contextmanager
def twilio() -> Iterator[Twilio]:
    """The API, in a thread and on a port of its own."""
    state = Twilio()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            assert self.path == "/2010-04-01/Accounts/AC123/Calls.json", self.path
            self._say(state.take(body))

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            self._say((200, state.listed(asked["To"][0])))

        def _say(self, answer: tuple[int, dict[str, Any]] | None) -> None:
            if answer is None:
                self.close_connection = True
                return
            said = json.dumps(answer[1]).encode()
            self.send_response(answer[0])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
