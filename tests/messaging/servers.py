"""A mail server and a provider's API on this machine, each in a thread and on a port of its own."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


class SmtpSink(socketserver.ThreadingTCPServer):
    """Speaks as much of RFC 5321 as a client needs; `replies` says what it answers to a verb instead of taking it."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.replies: dict[str, str] = {}
        self.hangs_up_after_the_text = False
        self.taken: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.url = f"smtp://127.0.0.1:{self.server_address[1]}"


class _Conversation(socketserver.StreamRequestHandler):
    server: SmtpSink

    def handle(self) -> None:
        sender, recipients = "", []
        self._say("220 sink")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            verb = line.split(" ", 1)[0].split(":")[0].upper()
            if verb in self.server.replies:
                self._say(self.server.replies[verb])
            elif verb == "MAIL":
                sender = line
                self._say("250 ok")
            elif verb == "RCPT":
                recipients.append(line.split("<")[1].split(">")[0])
                self._say("250 ok")
            elif verb == "DATA":
                self._say("354 go on")
                text = self._text()
                self.server.taken.append(message_from_bytes(text, policy=policy.default))
                self.server.envelopes.append((sender, recipients))
                if self.server.hangs_up_after_the_text:
                    return None
                sender, recipients = "", []
                self._say("250 taken")
            elif verb == "QUIT":
                return self._say("221 bye")
            else:
                self._say("250 ok")
        return None

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _text(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)


@dataclass
class Call:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.body.decode()).items()}


@dataclass
class Api:
    """What a provider's API was asked, and how it answers: (status, JSON), or None to hang up without a word."""

    calls: list[Call] = field(default_factory=list)
    answer: Callable[[Call], tuple[int, Any] | None] = lambda call: (200, {})
    url: str = ""


@contextmanager
def api() -> Iterator[Api]:
    """A provider's API on this machine."""
    state = Api()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            call = Call("POST", self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            state.calls.append(call)
            answer = state.answer(call)
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
    with running(server):
        yield state


@contextmanager
def running(server: Any) -> Iterator[Any]:
    """The server answers in a thread until the end of the block."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
