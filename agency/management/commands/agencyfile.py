"""The agency as a YAML file: check one, import one, export one."""

from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agency.agencyfile import AgencyFileError, cautions, check, dump, load, read

FINE = "{} can be imported."
WRONG = "{} cannot be imported: {}"
CAUTION = "Warning: {}"
UNCHANGED = "Imported; nothing changed."


class Command(BaseCommand):
    """`agencyfile check FILE`, `agencyfile import FILE`, `agencyfile export [FILE]`."""

    help = "Check, import (all or nothing) or export the whole agency as a YAML file."

    def add_arguments(self, parser: CommandParser) -> None:
        """One of three actions, and a file."""
        parser.add_argument("action", choices=["check", "import", "export"])
        parser.add_argument("file", nargs="?", type=Path, help="needed but for export, which then prints")

    def handle(self, *_: Any, action: str, file: Path | None, **__: Any) -> None:
        """Do it; everything wrong with the file is printed with its path, and the exit status is 1."""
        if action == "export":
            self._export(file)
        elif file is None:
            raise CommandError(f"agencyfile {action} needs a FILE.")
        else:
            self._take(action, file)

    def _take(self, action: str, file: Path) -> None:
        try:
            if action == "check":
                self._caution(cautions(check(read(file))))
                self.stdout.write(FINE.format(file))
                return
            writing = load(file)
        except AgencyFileError as error:
            count = len(error.problems)
            for problem in error.problems:
                self.stderr.write(problem, self.style.NOTICE)
            raise CommandError(WRONG.format(file, "one problem." if count == 1 else f"{count} problems.")) from None
        self._caution(writing.cautions)
        for section, touched in writing.done.items():
            self.stdout.write(
                f"{section}: " + ", ".join(f"{number} {what}" for what, number in Counter(touched.values()).items())
            )
        self.stdout.write("Imported." if writing.done else UNCHANGED)

    def _caution(self, said: list[str]) -> None:
        for one in said:
            self.stderr.write(CAUTION.format(one), self.style.WARNING)

    def _export(self, file: Path | None) -> None:
        text = dump()
        if file is None:
            self.stdout.write(text, ending="")
            return
        try:
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{file}: cannot be written ({error.strerror}).") from None
