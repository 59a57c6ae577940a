"""What everyone is due, for everyone to check; and a balance put right by hand, on record."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import Error, transaction

from routing.fairness import NO_REASON, NOT_SO_MUCH, SAME_PERSON, CorrectionError, correct, fairness
from routing.models import Rotation, RotationCorrection
from routing.rulesets import load_rules
from tests.routing.conftest import POD
from tests.routing.people import TUESDAY


def put_right(
    harbor, leads: str = "0.5", giver: str = "james", taker: str = "sarah", reason: str = "A test lead"
) -> RotationCorrection:
    return correct(
        Rotation.objects.get(name=POD),
        giver=harbor.person(giver),
        taker=harbor.person(taker),
        leads=Decimal(leads),
        reason=reason,
        by=harbor.user("rosa"),
        now=TUESDAY,
    )


def lines(shown) -> list[tuple[str, float, float, float]]:
    (turns,) = shown.rotations
    return [(line.key, line.entitled, line.received, line.owed) for line in turns.lines]


def test_entitled_received_and_owed_of_everyone_most_owed_first(harbor):
    for _ in range(3):
        harbor.lead()  # James, Sarah, James
    shown = fairness()
    assert lines(shown) == [("sarah", 1.5, 1.0, 0.5), ("james", 1.5, 2.0, -0.5)]
    (turns,) = shown.rotations
    assert (turns.name, turns.in_force, turns.drift) == (POD, True, 0.5)
    assert [line.name for line in turns.lines] == ["Sarah M.", "James K."]
    assert [line.means for line in turns.lines] == ["is owed 0.50 of a lead", "is ahead by 0.50 of a lead"]


def test_a_producer_sees_one_line_and_nobody_else_s_figures(harbor):
    harbor.lead()
    put_right(harbor)
    shown = fairness(only=harbor.user("james"))
    assert lines(shown) == [("james", 0.0, 1.0, -1.0)]
    assert shown.rotations[0].drift == 1.0
    (correction,) = shown.corrections
    assert (correction.giver, correction.taker, correction.leads) == ("James K.", "", 0.5)
    assert "Sarah" not in repr(shown)
    assert fairness(only=harbor.user("rachel")).rotations == fairness(only=harbor.user("rachel")).corrections == ()


def test_a_rotation_whose_rule_is_gone_is_still_there_and_says_so(harbor):
    harbor.lead()
    load_rules([{"name": "All to Rosa", "then": {"person": "rosa"}}], note="", now=TUESDAY)
    assert [turns.in_force for turns in fairness().rotations] == [False]


def test_a_correction_moves_what_is_owed_and_keeps_the_sum(harbor):
    harbor.lead()  # James: Sarah is owed half a lead
    put_right(harbor, leads="1.25")
    assert harbor.owed() == {"james": -1_750_000, "sarah": 1_750_000}
    (turns,) = fairness().rotations
    assert [line.means for line in turns.lines] == ["is owed 1.75 leads", "is ahead by 1.75 leads"]
    assert (turns.widest, [line.wide for line in turns.lines]) == ("1.75 leads", [False, False])
    ledger = Rotation.objects.get(name=POD).ledger
    assert all(one["owed"] == one["entitled"] - one["received"] for one in ledger.values())
    assert [harbor.owner(harbor.lead()) for _ in range(5)] == ["sarah", "sarah", "sarah", "sarah", "james"]


def test_a_correction_is_on_record_and_is_never_changed(harbor):
    harbor.lead()
    row = put_right(harbor, reason="  James had a lead that was a test ")
    assert (row.amount, row.reason, row.by, row.at) == (500_000, "James had a lead that was a test", harbor.user("rosa"), TUESDAY)
    (shown,) = fairness().corrections
    assert (shown.rotation, shown.giver, shown.taker, shown.leads, shown.by) == (POD, "James K.", "Sarah M.", 0.5, "Rosa V.")
    row.reason = "Because"
    with pytest.raises(Error, match="only ever added"), transaction.atomic():
        row.save()


def test_somebody_new_to_a_rotation_can_be_given_a_start(harbor):
    harbor.lead()
    put_right(harbor, taker="rachel")
    assert harbor.owed() == {"james": -1_000_000, "sarah": 500_000, "rachel": 500_000}


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"taker": "james"}, "taker", SAME_PERSON),
        ({"leads": "0"}, "leads", NOT_SO_MUCH),
        ({"leads": "10.01"}, "leads", NOT_SO_MUCH),
        ({"leads": "-1"}, "leads", NOT_SO_MUCH),
        ({"reason": "  "}, "reason", NO_REASON),
    ],
)
def test_what_cannot_be_corrected_is_said_and_nothing_moves(harbor, values, field, message):
    harbor.lead()
    before = harbor.owed()
    with pytest.raises(CorrectionError) as raised:
        put_right(harbor, **values)
    assert (raised.value.field, str(raised.value)) == (field, message)
    assert harbor.owed() == before
    assert not RotationCorrection.objects.exists()


def test_the_page_costs_the_same_however_many_there_are(harbor, django_assert_num_queries):
    harbor.lead()
    fairness()
    with django_assert_num_queries(3):
        fairness()
    for n in range(5):
        harbor.lead(now=TUESDAY + timedelta(minutes=n))
        put_right(harbor)
    with django_assert_num_queries(3):
        fairness()
