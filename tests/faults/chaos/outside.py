"""The world outside: a mail server that writes down what it was really given, and the log in which the console names texts."""

import re
from pathlib import Path

from tests.faults.machine import MailServer

IDENTITY = re.compile(r"^Message-ID: <message-(\d+)\.", re.MULTILINE | re.IGNORECASE)
TEXT = re.compile(r"\bsms (\d+) recorded")


class Outside:
    """Never killed. The mail server thinks for a moment, so that a worker can be killed between giving and knowing."""

    def __init__(self, log: Path, thinks: float = 0.002) -> None:
        self.mail = MailServer(thinks=thinks)
        self._log = log

    def record(self) -> dict[str, list[int]]:
        """The messages of all letters and texts, each as often as it came."""
        found = [IDENTITY.search(letter) for letter in list(self.mail.letters)]
        texts = TEXT.findall(self._log.read_text(errors="replace"))
        return {"letters": [int(match[1]) if match else 0 for match in found], "texts": list(map(int, texts))}

    def close(self) -> None:
        """It is gone."""
        self.mail.close()
