"""The world outside: a mail server and a text provider that write down what they were really given."""

import json
import re
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from urllib.parse import parse_qs

from tests.faults.machine import MailServer

IDENTITY = re.compile(r"^Message-ID: <message-(\d+)\.", re.MULTILINE | re.IGNORECASE)
ACCOUNT, TOKEN, NUMBER = "AC00000000000000000000000000000001", "0123456789abcdef0123456789abcdef", "+12125550100"


class TextServer:
    """Speaks as much of Twilio's protocol as it takes to hand in a text."""

    def __init__(self, thinks: float = 0.0) -> None:
        self.texts: list[tuple[str, str]] = []
        texts = self.texts

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                words = self.rfile.read(int(self.headers["Content-Length"])).decode()
                given = {name: values[0] for name, values in parse_qs(words).items()}
                texts.append((given["To"], given["Body"]))
                sleep(thinks)
                answer = json.dumps({"sid": f"SM{uuid.uuid4().hex}", "status": "queued", "num_segments": "1"}).encode()
                self.send_response(201)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.url = f"twilio://{ACCOUNT}:{TOKEN}@/?from=%2B{NUMBER[1:]}&api={address}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Outside:
    """Both of them, never killed. Each thinks for a moment, so that a worker can be killed between giving and knowing."""

    def __init__(self, thinks: float = 0.002) -> None:
        self.mail, self.text = MailServer(thinks=thinks), TextServer(thinks)

    def record(self) -> dict[str, list[object]]:
        """Every letter by the number of its message, every text by its number and words, as often as they came."""
        found = [IDENTITY.search(letter) for letter in self.mail.letters]
        return {"letters": [int(match[1]) if match else 0 for match in found], "texts": None}

    def close(self) -> None:
        self.mail.close()
        self.text.close()
