"""E-mails as files in a folder: what a machine without a mail server does with them."""

import os
from pathlib import Path

from django.conf import settings

from agency.messaging.email.letter import as_bytes
from agency.messaging.letterhead import letterhead
from agency.messaging.models import Message


class FileProvider:
    """Writes one `.eml` file per message under `EMAIL_FILE_PATH`; a second attempt replaces the file."""

    silent = True

    def __init__(self, url: str = "") -> None:
        """The folder exists."""
        self.folder = Path(settings.EMAIL_FILE_PATH)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._head = letterhead()

    def deliver(self, message: Message) -> str:
        """The whole file is there under its name, or no file is."""
        path = self.folder / f"{message.created_at:%Y%m%d-%H%M%S}-{message.pk}.eml"
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        unfinished.write_bytes(as_bytes(message, self._head))
        unfinished.replace(path)
        return path.name

    def close(self) -> None:
        """Nothing to release."""
