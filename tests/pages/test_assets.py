"""What pages are made of: every symbol exists, other people's files are named, words and figures read well."""

import gzip
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from phonenumber_field.phonenumber import PhoneNumber

from agency.context import PLACES
from agency.templatetags import pages
from leads.dossier import STEP_ICONS

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
STATIC = settings.BASE_DIR / "static"
VENDOR = STATIC / "vendor"
FIRST_LOAD = 80_000  # bytes, of the 150 kB a page may weigh: the rest is for the page itself


def test_every_symbol_a_page_uses_is_in_the_sprite() -> None:
    sprite = (VENDOR / "bootstrap-icons" / "sprite.svg").read_text()
    held = set(re.findall(r'<symbol[^>]*\sid="([\w-]+)"', sprite))
    named = {name for path in TEMPLATES for name in re.findall(r'{% icon "([\w-]+)"', path.read_text())}
    used = named | set(pages.ENTRY_ICONS.values()) | set(STEP_ICONS.values()) | {icon for _, _, icon, _ in PLACES} | {"clock"}
    assert used == held


def test_other_peoples_files_are_named_with_version_and_licence() -> None:
    versions = (VENDOR / "VERSIONS").read_text()
    for path in VENDOR.rglob("*"):
        if path.is_file() and path.name not in {"VERSIONS", "LICENSE"} and path.suffix != ".map":
            assert str(path.relative_to(VENDOR)) in versions, path


NOT_PAGES = {"letter.html": "an e-mail: mail programs read no style sheet"}


def test_no_template_writes_style_or_script_inline() -> None:
    for path in TEMPLATES:
        text = path.read_text()
        forbidden = r"\son\w+=[\"']" if path.name in NOT_PAGES else r"\s(style|on\w+)=[\"']"
        assert not re.search(forbidden, text), path
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path
        assert "hx-on" not in text, path


def test_what_every_page_loads_is_light() -> None:
    own = ["css/tokens.css", "css/app.css", "js/theme.js", "js/app.js", "img/icon.svg"]
    vendor = ["bootstrap/bootstrap.min.css", "htmx/htmx.min.js", "idiomorph/idiomorph-ext.min.js", "bootstrap-icons/sprite.svg"]
    loaded = [STATIC / name for name in own] + [VENDOR / name for name in vendor]
    assert sum(len(gzip.compress(path.read_bytes())) for path in loaded) < FIRST_LOAD


def test_dark_is_the_same_with_and_without_a_script() -> None:
    css = (STATIC / "css" / "tokens.css").read_text()
    by_script = re.search(r'\[data-bs-theme="dark"\] {(.*?)}', css, re.DOTALL)
    by_system = re.search(r":root:not\(\[data-bs-theme\]\) {\s+color-scheme: dark;(.*?)}", css, re.DOTALL)
    assert by_script
    assert by_system
    assert by_script[1].split() == by_system[1].split()


NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "written"),
    [
        (timedelta(seconds=47), "00:47"),
        (timedelta(minutes=4, seconds=12), "04:12"),
        (timedelta(hours=1, minutes=4, seconds=12), "1:04:12"),
        (timedelta(days=2, hours=3), "2 d 3 h"),
        (timedelta(seconds=-3), "00:00"),
    ],
)
def test_clocks_are_written_as_people_read_them(ago: timedelta, written: str) -> None:
    assert pages.clock(NOW - ago, NOW) == written


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (NOW + timedelta(minutes=5), "8:05 pm"),
        (NOW + timedelta(days=1), "tomorrow 8:00 pm"),
        (NOW - timedelta(hours=21), "yesterday 11:00 pm"),
        (NOW + timedelta(days=3), "Nov 27, 8:00 pm"),
        (NOW - timedelta(days=400), "Oct 20, 2025"),
    ],
)
def test_instants_are_written_as_people_say_them(at: datetime, written: str) -> None:
    assert pages.moment(at, NOW) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, "–"), (47, "47 s"), (480, "8 min"), (7800, "2 h 10 min"), (7200, "2 h"), (timedelta(days=3), "3 d")],
)
def test_stretches_are_written_in_one_or_two_units(value: object, written: str) -> None:
    assert pages.stretch(value) == written  # type: ignore[arg-type]


def test_numbers_are_written_the_american_way() -> None:
    assert pages.phone(PhoneNumber.from_string("+12125550143")) == "(212) 555-0143"
    assert pages.money(Decimal("1840.00")) == "$1,840"
    assert pages.money(Decimal("1790.50")) == "$1,790.50"
    assert (pages.signed(25), pages.signed(-20), pages.signed(2.5)) == ("+25", "−20", "+2.5")
    assert (pages.share(0.75), pages.share(None)) == ("75 %", "–")
