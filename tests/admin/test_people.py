"""People edited in the admin: what is saved there decides who gets the next lead."""

import re
from datetime import date, timedelta

import pytest
from django.contrib.auth import authenticate

from leads.intake import receive
from leads.models import Lead
from producers.admin.forms import ENDS_BEFORE_IT_BEGINS, HOURS_OVERLAP, KEY_TAKEN, OWN_BACKUP
from producers.models import License, Load, Producer
from tests.admin.browser import add_row, errors_of, form_of, page, row, send
from tests.messaging.pushing import Browser
from tests.office import ANA, NOW


def lead(office, name: str = "ana", now=NOW, **changes) -> Lead:
    """A personal auto lead from New York that arrives at `now`; a new person for each name."""
    person = ANA | {"email": f"{name}@mail.example", "phone": f"(212) 555-{0o100 + len(name):04}", "first_name": name} | changes
    return receive(person, source=office.website, now=now).lead


def owners(office, count: int, prefix: str, now=NOW) -> set[str]:
    """Who gets so many leads."""
    bodies = [{"email": f"{prefix}{n}@mail.example", "phone": ""} for n in range(count)]
    return {receive(ANA | body, source=office.website, now=now).lead.owner.key for body in bodies}


def person_page(person) -> str:
    return page("producers_producer_change", person.pk)


def test_both_producers_take_turns_before_anything_is_changed(office):
    assert owners(office, 4, "before") == {"sarah", "james"}


def test_a_new_person_comes_with_a_log_in_a_role_and_its_permissions(rosa, office):
    url = page("producers_producer_add")
    send(
        rosa,
        url,
        key="dana",
        name="Dana W.",
        email="dana@harborpoint.example",
        phone="(212) 555-0119",
        role="producer",
        password="calm-harbor-42",
        active="on",
    )
    dana = Producer.objects.get(key="dana")
    assert dana.user.name == "Dana W."
    assert str(dana.user.phone) == "+12125550119"
    assert authenticate(username="dana", password="calm-harbor-42") == dana.user
    assert [group.name for group in dana.user.groups.all()] == ["Producer"]
    assert not dana.user.is_staff
    assert Load.objects.filter(producer=dana).exists()


def test_a_key_that_somebody_logs_in_with_is_taken(rosa, office):
    answer = send(
        rosa, page("producers_producer_add"), key="sarah", name="Another", email="x@harborpoint.example", role="producer"
    )
    assert f"key: {KEY_TAKEN}" in errors_of(answer)


def test_a_weak_first_password_is_refused(rosa, office):
    answer = send(
        rosa,
        page("producers_producer_add"),
        key="dana",
        name="Dana W.",
        email="d@harborpoint.example",
        role="producer",
        password="password",
    )
    assert any(error.startswith("password: ") for error in errors_of(answer))
    assert not Producer.objects.filter(key="dana").exists()


def test_making_someone_a_manager_lets_them_into_the_admin(rosa, office):
    send(rosa, person_page(office.james), role="manager")
    office.james.user.refresh_from_db()
    assert office.james.user.is_staff
    assert [group.name for group in office.james.user.groups.all()] == ["Manager"]


def test_a_new_name_and_address_reach_the_log_in(rosa, office):
    send(rosa, person_page(office.james), name="James Kelly", email="jk@harborpoint.example")
    office.james.user.refresh_from_db()
    assert (office.james.user.name, office.james.user.email) == ("James Kelly", "jk@harborpoint.example")


def test_a_licence_that_is_made_to_expire_takes_effect_on_the_next_lead(rosa, office):
    url = person_page(office.james)
    licence = row(form_of(rosa, url), "licenses", state="NY")
    send(rosa, url, **{f"{licence}-expires": "2026-11-23"})
    assert owners(office, 3, "after") == {"sarah"}


def test_a_new_licence_takes_effect_on_the_next_lead(rosa, office):
    in_jersey = {"zip_code": "07030"}
    assert lead(office, "nobody", **in_jersey).unplaced
    url = person_page(office.james)
    cells = {
        "state": "nj",
        "number": "77",
        "authority": ["property", "casualty"],
        "effective": "2026-01-01",
        "expires": "2027-01-01",
    }
    answer = send(rosa, url, **add_row(form_of(rosa, url), "licenses", **cells, active="on"))
    assert License.objects.filter(producer=office.james, state="NJ", number="77").exists(), errors_of(answer)
    assert lead(office, "somebody", **in_jersey).owner == office.james


def test_a_licence_cannot_end_before_it_begins(rosa, office):
    url = person_page(office.james)
    licence = row(form_of(rosa, url), "licenses", state="NY")
    answer = send(rosa, url, **{f"{licence}-expires": "2019-01-01"})
    assert f"expires: {ENDS_BEFORE_IT_BEGINS}" in errors_of(answer)


@pytest.mark.parametrize("state", ["ZZ", "N", "New York"])
def test_a_licence_names_a_state_that_exists(rosa, office, state):
    url = person_page(office.james)
    licence = row(form_of(rosa, url), "licenses", state="NY")
    assert errors_of(send(rosa, url, **{f"{licence}-state": state}))
    assert License.objects.get(producer=office.james).state == "NY"


def test_a_cap_lowered_to_what_someone_holds_takes_effect_on_the_next_lead(rosa, office):
    owners(office, 2, "first")
    url = person_page(office.james)
    cap = row(form_of(rosa, url), "caps", period="open")
    send(rosa, url, **{f"{cap}-limit": "1"})
    assert owners(office, 3, "then") == {"sarah"}


def test_time_off_takes_effect_on_the_next_lead(rosa, office):
    url = person_page(office.james)
    send(rosa, url, **add_row(form_of(rosa, url), "time_off", starts_on="2026-11-24", ends_on="2026-11-24"))
    assert owners(office, 3, "away") == {"sarah"}
    assert "james" in owners(office, 3, "back", now=NOW + timedelta(days=1))


def test_working_hours_take_effect_on_the_next_lead(rosa, office):
    # It is three in the afternoon on a Tuesday; James works Tuesdays till noon.
    url = person_page(office.james)
    send(rosa, url, **add_row(form_of(rosa, url), "hours", weekday="1", opens="09:00", closes="12:00"))
    assert owners(office, 3, "late") == {"sarah"}


def test_stretches_of_one_day_must_not_overlap(rosa, office):
    url = person_page(office.james)
    changes = add_row(form_of(rosa, url), "hours", weekday="1", opens="09:00", closes="12:00")
    changes |= {"hours-TOTAL_FORMS": 2, "hours-1-weekday": "1", "hours-1-opens": "11:00", "hours-1-closes": "15:00"}
    assert HOURS_OVERLAP.format(day="Tuesday", first="09:00-12:00", second="11:00-15:00") in errors_of(send(rosa, url, **changes))


def test_whoever_is_switched_off_gets_no_more_leads_and_cannot_log_in(rosa, office):
    values = form_of(rosa, person_page(office.james))
    values.pop("active", None)
    rosa.post(person_page(office.james), values)
    office.james.user.refresh_from_db()
    assert not office.james.user.is_active
    assert owners(office, 3, "gone") == {"sarah"}


def test_the_owner_of_last_resort_cannot_be_switched_off(rosa, office):
    values = form_of(rosa, person_page(office.rosa))
    values.pop("active")
    answer = rosa.post(person_page(office.rosa), values)
    assert "owner of last resort" in " ".join(errors_of(answer))


def test_nobody_is_their_own_backup(rosa, office):
    answer = send(rosa, person_page(office.james), backup=office.james.pk)
    assert f"backup: {OWN_BACKUP}" in errors_of(answer)


def test_the_page_shows_what_someone_holds_beside_their_caps(rosa, office):
    owners(office, 2, "held")
    text = rosa.get(person_page(office.james)).content.decode()
    assert "Open leads" in text
    assert ">20<" in text
    assert "november 2026" in text.lower()


def test_the_lists_of_people_say_how_alerts_reach_each_of_them(rosa, office, settings):
    settings.EMAIL_URL = settings.SMS_URL = ""
    Browser().device(office.sarah.user, "https://web.push.apple.com/a", NOW)
    for name in ("producers_producer_changelist", "agency_user_changelist"):
        text = rosa.get(page(name)).content.decode()
        assert (text.count("only in the app"), "alerts outside the app" in text.lower()) == (4, True)
        assert re.search(r"Sarah M\..*?\bpush\b", text, re.DOTALL)


def test_licences_are_found_by_how_soon_they_expire(rosa, office):
    License.objects.filter(producer=office.james).update(expires=date(2020, 2, 1))
    answer = rosa.get(page("producers_license_changelist"), {"expiry": "expired"})
    assert [one.producer.key for one in answer.context["cl"].result_list] == ["james"]


def test_a_license_needs_its_number(rosa, office):
    url = page("producers_producer_change", office.sarah.pk)
    values = form_of(rosa, url)
    cells = {"state": "NJ", "number": "", "authority": ["property"], "effective": "2026-01-01", "expires": "2028-01-01"}
    answer = send(rosa, url, **add_row(values, "licenses", **cells))
    assert any(error.startswith("number: ") for error in errors_of(answer))
    assert not office.sarah.licenses.filter(state="NJ").exists()


def test_languages_are_typed_on_one_line(rosa, office):
    url = page("producers_producer_change", office.sarah.pk)
    send(rosa, url, languages="en, es")
    office.sarah.refresh_from_db()
    assert office.sarah.languages == ["en", "es"]
    assert form_of(rosa, url)["languages"] == ["en, es"]


def test_the_way_to_a_person_is_named_as_in_the_menu(rosa, office):
    answer = rosa.get(page("producers_producer_change", office.sarah.pk))
    text = answer.content.decode()
    assert "Producers" not in text
    assert "People" in text
