"""The load: a closed loop of clients over plain sockets, each with one request in flight and a person of its own per request.

Each request opens a connection of its own, to the floor and to us alike: senders of leads seldom keep one.
"""

import itertools
import json
import socket
import threading
import time
from dataclasses import dataclass, field

# Places that exist: a lead from nowhere is nurtured, which is the shorter way.
ZIPS = tuple(
    str(zip_code) for zip_code in (*range(10_001, 10_015), *range(10_016, 10_041), *range(10_301, 10_311), 10_312, 10_314)
)
LINES = ("personal_auto", "homeowners", "renters", "bop", "general_liability")
AREA_CODES = (
    201,
    203,
    212,
    315,
    332,
    347,
    516,
    518,
    551,
    585,
    607,
    609,
    631,
    646,
    716,
    718,
    732,
    845,
    856,
    862,
    908,
    914,
    917,
    929,
    973,
)


@dataclass
class Round:
    """One stretch of load: how many were taken in, in how many seconds, and each one's latency in seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


class People:
    """Nobody twice: the n-th person differs from all others in name, address and number."""

    def __init__(self, start: int = 0) -> None:
        self._numbers = itertools.count(start)

    def next_body(self) -> bytes:
        """The JSON of the next person's lead."""
        n = next(self._numbers)
        area, line = AREA_CODES[n // 10_000 % len(AREA_CODES)], n % 10_000
        person = {
            "first_name": f"Load{n}",
            "last_name": f"Test{n}",
            "email": f"person{n}@load.example",
            "phone": f"+1{area}555{line:04}",
            "zip_code": ZIPS[n % len(ZIPS)],
            "line": LINES[n % len(LINES)],
        }
        return json.dumps(person).encode()


def request_bytes(path: str, key: str, body: bytes) -> bytes:
    """One whole HTTP request."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def post(port: int, request: bytes) -> tuple[int, bytes]:
    """Status and whole answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    answer = b"".join(parts)
    return int(answer[9:12] or 0), answer


def drive(port: int, path: str, key: str, people: People, *, clients: int, seconds: float) -> Round:
    """Post with so many clients for so long; only 201 counts."""
    result = Round()
    lock = threading.Lock()
    end = time.perf_counter() + seconds

    def client() -> None:
        latencies, failures = [], []
        while (begun := time.perf_counter()) < end:
            status, answer = post(port, request_bytes(path, key, people.next_body()))
            if status == 201:
                latencies.append(time.perf_counter() - begun)
            else:
                failures.append(f"{status}: {answer[-200:]!r}")
        with lock:
            result.latencies += latencies
            result.failures += failures

    threads = [threading.Thread(target=client) for _ in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - begun
    return result
