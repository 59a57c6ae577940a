"""Rosa keeps the contact rules, stops a state, and uploads a do-not-call list."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from leads.admin.contact_forms import IN_FUTURE, NO_LIST, NOT_FEDERAL
from leads.donotcall import NOT_A_NUMBER
from leads.followup.gate.rulebook import rulebook
from leads.models import ContactRefusal, ContactWindow, DoNotCallList, DoNotCallNumber, EmergencyStop

RULES = "/admin/leads/contactwindow/"
FLORIDA = {
    "hours": "mon: 08:00-20:00\ntue: 08:00-20:00",
    "holidays": "allowed",
    "kind": "all",
    "texts": "on",
    "cap_attempts": "3",
    "cap_hours": "24",
    "confidence": "V",
    "as_of": "2026-12-01",
}


def row(key: str) -> ContactWindow:
    return ContactWindow.objects.get(key=key, superseded_at__isnull=True)


def save(client, key: str, **changes: str):
    return client.post(f"{RULES}{row(key).pk}/change/", {**FLORIDA, **changes}, follow=True)


def said(page) -> str:
    return page.content.decode()


def test_the_list_says_as_of_when_it_was_checked(rosa):
    page = said(rosa.get(RULES))
    assert "checked against these rows, as of November 20, 2026" in page
    assert "mon-sat 08:00-20:00; none sun" in page
    assert "compliant" not in page


def test_a_change_is_a_new_version_with_her_name_and_what_it_said_before(rosa, office):
    page = save(rosa, "FL")
    assert page.status_code == 200
    new = row("FL")
    assert (new.version, new.by, new.hours) == (2, office.rosa.user, {"mon": "08:00-20:00", "tue": "08:00-20:00"})
    old = ContactWindow.objects.get(key="FL", version=1)
    assert old.superseded_at is not None
    assert old.hours["sun"] == "08:00-20:00"
    history = said(rosa.get(f"{RULES}{new.pk}/change/"))
    assert "Rosa V." in history
    assert "hours: " in history


def test_an_old_version_is_only_read(rosa):
    old = row("FL")
    save(rosa, "FL")
    assert 'name="_save"' not in said(rosa.get(f"{RULES}{old.pk}/change/"))
    assert rosa.post(f"{RULES}{old.pk}/change/", FLORIDA).status_code == 403


@pytest.mark.parametrize(
    ("key", "change", "problem"),
    [
        ("FL", {"hours": "someday: 08:00-20:00"}, "is no day of the week"),
        ("FL", {"hours": "mon: late"}, "is no stretch of hours"),
        ("FL", {"holidays": "none", "holiday_list": "ZZ"}, NO_LIST[:30]),
        ("FL", {"holidays": "none"}, "Say whose holidays."),
        ("FL", {"cap_hours": ""}, "go together"),
        ("FL", {"timezone": "America/Miami"}, "is no timezone"),
        ("US", {"relax": "consent"}, NOT_FEDERAL),
    ],
)
def test_a_rule_that_could_not_be_held_against_anybody_is_refused(rosa, key, change, problem):
    assert problem in said(save(rosa, key, **change)).replace("&#x27;", "'")
    assert row(key).version == 1


def test_a_shipped_row_is_taken_again_from_the_list(rosa):
    save(rosa, "FL")
    rosa.post(RULES, {"action": "take_shipped", "_selected_action": [row("FL").pk]})
    assert (row("FL").version, row("FL").shipped) == (3, True)


def test_she_stops_a_state_and_ends_it(rosa, office):
    stop = {"state": "la", "since_0": "2026-12-01", "since_1": "08:00", "until_0": "", "until_1": "", "reason": "Hurricane"}
    rosa.post("/admin/leads/emergencystop/add/", stop)
    made = EmergencyStop.objects.get()
    assert (made.state, made.by, made.until) == ("LA", office.rosa.user, None)
    assert [one.state for one in rulebook().stops] == ["LA"]
    rosa.post(reverse("admin:leads_emergencystop_end_now", args=[made.pk]), {"_form_submitted": "True"})
    made.refresh_from_db()
    assert made.until is not None
    assert made.ended_by == office.rosa.user


def upload(client, text: bytes, day: str = "2026-11-01"):
    file = SimpleUploadedFile("list.txt", text)
    return client.post("/admin/leads/donotcalllist/add/", {"scrubbed_on": day, "san": "1001", "file": file}, follow=True)


def test_she_uploads_a_list(rosa, office):
    assert "2 numbers of 1 area codes are listed." in said(upload(rosa, b"212,5550150\n212,5550151\n"))
    made = DoNotCallList.objects.get()
    assert (made.scrubbed_on, made.by, made.file_name) == (date(2026, 11, 1), office.rosa.user, "list.txt")
    assert "2125550150" in said(rosa.get("/admin/leads/donotcallnumber/?q=2125550150"))


def test_a_file_with_a_wrong_line_is_refused_with_its_number(rosa):
    assert NOT_A_NUMBER.format(line=2) in said(upload(rosa, b"2125550150\nno\n"))
    assert IN_FUTURE in said(upload(rosa, b"2125550150\n", "2099-01-01"))
    assert not DoNotCallNumber.objects.exists()


def test_producers_do_not_get_in(sarah):
    assert sarah.get(RULES).status_code == 302


def test_refusals_are_read_and_never_written(rosa, office):
    ContactRefusal.objects.create(channel="sms", rule="FL hours v1", reason="Quiet.", at=row("FL").created_at)
    assert "FL hours v1" in said(rosa.get("/admin/leads/contactrefusal/"))
    assert rosa.get("/admin/leads/contactrefusal/add/").status_code == 403
