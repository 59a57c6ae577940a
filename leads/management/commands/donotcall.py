"""Take in a download of the national do-not-call list: `manage.py donotcall list.txt --downloaded 2026-11-20`."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leads.donotcall import DoNotCallError, take_list


class Command(BaseCommand):
    """As the upload in the admin does, for files too large for a browser."""

    help = "List every number of a do-not-call file and drop what older ones said of its area codes. All or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and what is known of the download."""
        parser.add_argument("file", type=Path, help="one number a line, as 2125550150 or 212,5550150")
        parser.add_argument("--downloaded", type=date.fromisoformat, required=True, metavar="DAY", help="such as 2026-11-20")
        parser.add_argument("--san", default="", help="the subscription's account number")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it and say what was taken."""
        file: Path = options["file"]
        now = timezone.now()
        if options["downloaded"] > now.date():
            raise CommandError("That day is still to come.")
        try:
            with file.open("rb") as lines:
                made = take_list(
                    lines, scrubbed_on=options["downloaded"], san=options["san"], file_name=file.name, by=None, now=now
                )
        except (OSError, DoNotCallError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{made.numbers} numbers of {len(made.area_codes)} area codes are listed.")
