"""Stored decisions are made again, and whatever does not stand is reported."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from routing.management.commands.recheck_decisions import NOT_A_TIME
from routing.models import RoutingDecision
from routing.recheck import recheck
from tests.routing.days import Days


def run(**options) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("recheck_decisions", stdout=out, **options)
    return out.getvalue()


def test_whatever_was_decided_stands(harbor):
    Days(harbor, seed=7).pass_by(60)
    assert [one.difference for one in recheck() if one.difference] == []
    count = RoutingDecision.objects.count()
    assert count > 30
    assert run() == f"{count} decisions were made again; all of them stand.\n"


def test_a_decision_that_does_not_stand_is_reported(harbor):
    lead = harbor.lead()
    row = RoutingDecision.objects.get()
    row.pk, row._state.adding, row.reason = None, True, "Because."
    row.save()
    err = StringIO()
    with pytest.raises(CommandError, match="2 decisions were made again; 1 came out differently"):
        call_command("recheck_decisions", stderr=err)
    assert err.getvalue().startswith(f"decision {row.pk} of lead {lead.pk} at 2026-11-24 20:00:00: reason was 'Because.'")


def test_a_period_bounds_it(harbor):
    harbor.lead()
    harbor.lead(now=harbor.later(days=1))
    assert run(since="2026-11-25").startswith("1 decisions")
    assert run(until="2026-11-25T20:00:00+00:00").startswith("1 decisions")
    assert run(since="2026-11-24", until="2026-11-26").startswith("2 decisions")
    with pytest.raises(CommandError, match=NOT_A_TIME.format(text="yesterday").split("'")[1]):
        run(since="yesterday")


def test_queries_do_not_grow_with_the_decisions(harbor, django_assert_num_queries):
    for _ in range(3):
        harbor.lead()
    list(recheck())  # the roster's version is known from now on
    with django_assert_num_queries(2):
        assert len(list(recheck())) == 3


def told_before(row: RoutingDecision, **changes) -> None:
    """The decision is one of before sentences had a version, told in other words."""
    row.pk, row._state.adding = None, True
    row.reason = "As it was once told."
    row.facts.pop("words")
    row.trace["rules"] = [[name, matched, "As it was once told"] for name, matched, _ in row.trace["rules"]]
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()


def test_other_words_of_an_earlier_version_are_no_other_decision(harbor):
    harbor.lead()
    told_before(RoutingDecision.objects.get())
    assert [one.difference for one in recheck()] == [None, None]


def test_another_person_is_another_decision_in_whatever_words(harbor):
    harbor.lead()
    told_before(RoutingDecision.objects.get(), producer=harbor.person("sarah"))
    assert [one.difference and one.difference.what for one in recheck()] == [None, "producer"]
