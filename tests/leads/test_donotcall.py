"""Taking in the national do-not-call list as the FTC gives it out."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django.core.management import CommandError, call_command

from leads.donotcall import EMPTY, NEWER, NOT_A_NUMBER, DoNotCallError, take_list
from leads.followup.gate.rulebook import rulebook
from leads.models import DoNotCallList, DoNotCallNumber

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)


def take(text: bytes, day: date = date(2026, 12, 1)) -> DoNotCallList:
    return take_list(BytesIO(text), scrubbed_on=day, san="10012345", file_name="list.txt", by=None, now=NOW)


def listed() -> list[int]:
    return sorted(DoNotCallNumber.objects.values_list("number", flat=True))


def test_both_of_its_formats_are_read_line_by_line():
    made = take(b"212,5550150\r\n2125550151\r\n\r\n646,5550152\n")
    assert listed() == [2125550150, 2125550151, 6465550152]
    assert (made.numbers, made.area_codes) == (3, ["212", "646"])


def test_it_covers_the_area_codes_that_occur_in_it():
    take(b"2125550150\n")
    assert rulebook().scrubs == {"212": date(2026, 12, 1)}


def test_a_newer_download_replaces_what_older_ones_said_of_its_area_codes():
    take(b"2125550150\n2125550151\n6465550152\n", date(2026, 11, 1))
    take(b"2125550151\n")
    assert listed() == [2125550151, 6465550152]
    assert rulebook().scrubs == {"212": date(2026, 12, 1), "646": date(2026, 11, 1)}


def test_an_older_download_does_not_replace_a_newer_one():
    take(b"2125550150\n")
    with pytest.raises(DoNotCallError, match=NEWER.format(day="2026-12-01", area="212")):
        take(b"2125550151\n", date(2026, 11, 30))
    assert listed() == [2125550150]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"2125550150\n212555015\n", NOT_A_NUMBER.format(line=2)),
        (b"phone\n2125550150\n", NOT_A_NUMBER.format(line=1)),
        (b"\n\n", EMPTY),
    ],
)
def test_a_file_with_a_wrong_line_is_not_taken_at_all(text, problem):
    with pytest.raises(DoNotCallError) as error:
        take(text)
    assert str(error.value) == problem
    assert not DoNotCallList.objects.exists()
    assert not listed()


def test_more_numbers_than_are_handed_over_at_a_time():
    assert take(b"".join(b"212%07d\n" % number for number in range(45_000))).numbers == 45_000
    assert DoNotCallNumber.objects.count() == 45_000


def test_a_file_too_large_for_a_browser_is_taken_by_a_command(tmp_path, capsys):
    file = tmp_path / "list.txt"
    file.write_bytes(b"212,5550150\n646,5550151\n")
    call_command("donotcall", str(file), "--downloaded", "2026-11-01", "--san", "1001")
    assert capsys.readouterr().out == "2 numbers of 2 area codes are listed.\n"
    assert DoNotCallList.objects.get().file_name == "list.txt"
    file.write_bytes(b"none\n")
    with pytest.raises(CommandError, match="Line 1"):
        call_command("donotcall", str(file), "--downloaded", "2026-11-02")
