"""Leads as vendors and the web site send them, until each is taken in; and what people do with them meanwhile."""

import json
import random
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

CONSENT = {"channels": ["call", "sms", "email"], "text": "You may call, text and e-mail me about my quote."}
ZIPS = ("10001", "10002", "10101", "10118", "10301", "10305", "10314")
LINES = ("personal_auto", "homeowners", "renters", "bop", "general_liability")
ACTS = ("no_answer", "voicemail", "reached", "replied", "opted_out", "decline")
CLIENTS = 8
PATIENCE = 150.0
"""Seconds after which a sender gives up, which fails the run: the product was away for so long."""


@dataclass
class Feed:
    """All leads are sent within `seconds`, each again and again under the same key until it is taken in."""

    port: int
    source_key: str
    person_key: str
    leads: int
    seconds: float
    seed: int
    accepted: dict[int, int] = field(default_factory=dict)
    """Person → the lead's id."""
    refused: list[str] = field(default_factory=list)
    again: int = 0
    """How often somebody had to send again."""
    acts: int = 0

    def start(self) -> None:
        """It has begun."""
        self._lock, self._next, self._begun = threading.Lock(), iter(range(self.leads)), time.monotonic()
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        """Every lead has its answer."""
        for thread in self._threads:
            thread.join()

    def _send(self) -> None:
        while True:
            with self._lock:
                n = next(self._next, None)
            if n is None:
                return
            time.sleep(max(0.0, self._begun + n * self.seconds / self.leads - time.monotonic()))
            chance = random.Random(f"{self.seed}-{n}")
            lead = self._hand_in(n, chance)
            if lead is not None and chance.random() < 0.3:
                self._act(lead, chance)

    def _hand_in(self, n: int, chance: random.Random) -> int | None:
        body, headers = self._person(n, chance), {"Idempotency-Key": f"chaos-{n}"}
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            status, answer = self._post("/api/v1/leads/", self.source_key, body, headers)
            if status in (200, 201):
                self.accepted[n] = answer["id"]
                return self.accepted[n]
            if status is not None and status < 500:
                break
            self.again += 1
            time.sleep(0.3)
        self.refused.append(f"person {n}: {status} {answer}")
        return None

    def _act(self, lead: int, chance: random.Random) -> None:
        """Somebody does something with the lead. Once: nobody presses a button again whose answer was lost."""
        act = chance.choice(ACTS)
        if act == "decline":
            path, body = "decline", {"reason": "too_busy"}
        else:
            channel, direction = ("sms", "in") if act in ("replied", "opted_out") else ("call", "out")
            path, body = "touches", {"channel": channel, "direction": direction, "outcome": act}
        status, _ = self._post(f"/api/v1/leads/{lead}/{path}/", self.person_key, body, {})
        self.acts += status in (200, 201)

    def _person(self, n: int, chance: random.Random) -> dict[str, object]:
        """The n-th person: mostly warm, some hot, some cold and so nurtured first, some whom nobody may text."""
        kind = chance.random()
        person: dict[str, object] = {
            "first_name": f"First{n}",
            "last_name": f"Last{n}",
            "email": f"person{n}@mail.example",
            "phone": f"+1{(212, 315, 516, 518)[n // 10_000 % 4]}555{n % 10_000:04}",
            "line": chance.choice(LINES),
            "zip_code": "90210" if kind < 0.15 else chance.choice(ZIPS),
        }
        if kind > 0.8:
            person["policy_expires_on"] = (datetime.now(UTC).date() + timedelta(days=40)).isoformat()
            person["events"] = [{"kind": "pricing_view"}, {"kind": "pricing_view"}]
        if chance.random() < 0.9:
            person["consent"] = {**CONSENT, "at": datetime.now(UTC).isoformat()}
        return person

    def _post(self, path: str, key: str, body: object, headers: dict[str, str]) -> tuple[int | None, dict[str, int]]:
        request = Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json", **headers},
        )
        try:
            with urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            return error.code, {"answer": error.read()[:300]}  # type: ignore[dict-item]
        except (OSError, HTTPException, ValueError):
            return None, {}
