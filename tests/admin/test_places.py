"""Territories, lines and the agency itself, edited in the admin and checked as in the agency file."""

from leads.intake import receive
from producers.models import LineOfBusiness, Territory
from routing import rulesets
from routing.decisions import stored
from tests.admin.browser import errors_of, page, send
from tests.office import ANA, NOW


def test_a_territory_moved_to_another_team_takes_effect_on_the_next_lead(rosa, office):
    south = office.sarah.teams.get().__class__.objects.create(key="south", name="South County")
    office.sarah.teams.set([south])
    then = {"distribute": "round_robin", "among": "territory"}
    rulesets.load_rules([{"name": "By territory", "then": then}], note="", now=NOW)
    assert receive(ANA, source=office.website, now=NOW).lead.owner == office.james
    send(rosa, page("producers_territory_change", Territory.objects.get().pk), team=south.pk)
    assert receive(ANA | {"email": "b@mail.example", "phone": ""}, source=office.website, now=NOW).lead.owner == office.sarah


def test_a_zip_range_that_runs_backwards_is_refused_in_words(rosa, office):
    answer = send(rosa, page("producers_territory_change", Territory.objects.get().pk), zips="10099-10001")
    assert any(error.startswith("zips: ") and "10099-10001" in error for error in errors_of(answer))
    assert Territory.objects.get().zips == ["10001-10099"]


def test_areas_are_typed_one_to_the_line(rosa, office):
    url = page("producers_territory_change", Territory.objects.get().pk)
    answer = send(rosa, url, zips="10001-10050\n10060", counties="NY/Kings County", states="NJ")
    territory = Territory.objects.get()
    assert (territory.zips, territory.counties, territory.states) == (["10001-10050", "10060"], ["NY/Kings County"], ["NJ"]), (
        answer
    )


def test_what_a_line_requires_takes_effect_on_the_next_lead(rosa, office):
    line = LineOfBusiness.objects.get(key="personal_auto")
    send(rosa, page("producers_lineofbusiness_change", line.pk), requires="- [life]")
    assert receive(ANA, source=office.website, now=NOW).lead.unplaced


def test_an_unknown_authority_is_refused_in_words(rosa, office):
    line = LineOfBusiness.objects.get(key="personal_auto")
    answer = send(rosa, page("producers_lineofbusiness_change", line.pk), requires="- [proprety]")
    assert any("proprety" in error for error in errors_of(answer))


def test_the_agency_is_one_row(rosa, office):
    assert rosa.get(page("agency_agency_add")).status_code == 403
    assert rosa.post(page("agency_agency_delete", 1), {"post": "yes"}).status_code == 403


def test_the_agencys_hours_take_effect_on_the_next_lead(rosa, office):
    # Closed on Tuesdays: everyone is off shift, and the second pass says so.
    answer = send(rosa, page("agency_agency_change", 1), hours='mon: ["09:00-18:00"]\ntue: []')
    assert not answer.context.get("errors")
    lead = receive(ANA, source=office.website, now=NOW).lead
    assert stored(lead.decisions.get()).off_shift


def test_a_wrong_hour_timezone_or_channel_is_refused_where_it_was_typed(rosa, office):
    url = page("agency_agency_change", 1)
    answer = send(rosa, url, hours="mon: [25:00-26:00]", timezone="New York", notify="assigned: [pigeon]")
    fields = {error.split(":")[0] for error in errors_of(answer)}
    assert {"hours", "timezone", "notify"} <= fields


def test_what_cannot_be_read_says_where(rosa, office):
    answer = send(rosa, page("agency_agency_change", 1), targets="a: [1, 2")
    assert any(error.startswith("targets: line ") for error in errors_of(answer))


def test_the_owner_of_last_resort_must_be_able_to_own(rosa, office):
    answer = send(rosa, page("agency_agency_change", 1), fallback=office.mia.pk)
    assert any(error.startswith("fallback: ") for error in errors_of(answer))
