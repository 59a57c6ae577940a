"""Taking in the national do-not-call list: the newest download for an area code is the one that counts."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Final

from django.db import connection, transaction

from agency.models import User
from leads.models import DoNotCallList

NOT_A_NUMBER: Final = "Line {line} is no telephone number of ten digits: write 2125550150, or 212,5550150."
EMPTY: Final = "There are no numbers in the file."
NEWER: Final = "A list downloaded on {day} is there already for area code {area}."
AT_ONCE: Final = 20_000
"""Rows handed to the database at a time."""
IGNORED: Final = b' ,-\t\r\n"'
_COPY: Final = "COPY leads_donotcallnumber (number, list_id) FROM STDIN"
_REPLACE: Final = """
DELETE FROM leads_donotcallnumber old USING unnest(%s::bigint[]) area
 WHERE old.number BETWEEN area * 10000000 AND area * 10000000 + 9999999 AND old.list_id <> %s
"""


class DoNotCallError(ValueError):
    """The file cannot be taken; the message is for people."""


def numbers_in(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The ten digits of each line of the file as the FTC gives it out: `212,5550150` or `2125550150`, empty lines left out."""
    for place, line in enumerate(lines, start=1):
        digits = line.translate(None, IGNORED)
        if not digits:
            continue
        if len(digits) != 10 or not digits.isdigit():
            raise DoNotCallError(NOT_A_NUMBER.format(line=place))
        yield digits


@transaction.atomic
def take_list(
    lines: Iterable[bytes], *, scrubbed_on: date, san: str = "", file_name: str = "", by: User | None, now: datetime
) -> DoNotCallList:
    """Every number of the file is listed, and what older downloads said of its area codes is gone. All or nothing.

    The list covers the area codes that occur in it. DoNotCallError: a line is no number, or a newer list is there.
    """
    made = DoNotCallList.objects.create(scrubbed_on=scrubbed_on, san=san, file_name=file_name[:200], created_at=now, by=by)
    areas: set[bytes] = set()
    found = numbers_in(lines)
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        row = b"\t%d\n" % made.pk
        while some := list(islice(found, AT_ONCE)):
            areas.update({one[:3] for one in some})
            made.numbers += len(some)
            copy.write(row.join(some) + row)
    if not areas:
        raise DoNotCallError(EMPTY)
    made.area_codes = sorted(area.decode() for area in areas)
    _check_newest(made)
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE, [[int(area) for area in made.area_codes], made.pk])
    made.save(update_fields=["numbers", "area_codes"])
    return made


def check(lines: Iterable[bytes], *, scrubbed_on: date) -> None:
    """DoNotCallError when `take_list` would not take the file."""
    areas = {one[:3] for one in numbers_in(lines)}
    if not areas:
        raise DoNotCallError(EMPTY)
    _check_newest(DoNotCallList(scrubbed_on=scrubbed_on, area_codes=sorted(area.decode() for area in areas)))


def _check_newest(made: DoNotCallList) -> None:
    newer = DoNotCallList.objects.filter(scrubbed_on__gt=made.scrubbed_on, area_codes__overlap=made.area_codes).first()
    if newer is not None:
        area = min(set(newer.area_codes) & set(made.area_codes))
        raise DoNotCallError(NEWER.format(day=newer.scrubbed_on, area=area))
