"""What is certain of a replay: it gives the record again, and says of other rules what they would really have done."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from leads import work
from producers import services
from producers.models import CapacityCap, Load
from routing.fairness import correct
from routing.models import Rotation, RoutingDecision, RuleSet
from routing.simulation import replay
from tests.routing.conftest import POD, Harbor
from tests.routing.days import SELLERS, Days, draft_of

BUSY_RULES = [
    {"name": "Existing clients go to whoever serves them", "when": {"existing_client": True}, "then": {"owner": "account"}},
    {"name": "Cold leads are nurtured first", "when": {"tier": "cold"}, "then": {"nurture": "monthly"}},
    {
        "name": "Hot leads go to who closes most",
        "when": {"tier": "hot"},
        "then": {"distribute": "close_rate", "among": "everyone", "hold_seconds": 30},
    },
    {
        "name": "Commercial goes to the commercial desk",
        "when": {"line_families": ["commercial"]},
        "then": {"distribute": "best_fit", "among": {"team": "metro"}},
    },
    {"name": POD, "then": {"distribute": "weighted_round_robin", "among": "territory"}},
    {"name": "Whoever has fewest", "then": {"distribute": "least_loaded", "among": "everyone"}},
]
IN_TURN = [
    {
        "name": "Commercial goes to the commercial desk",
        "when": {"line_families": ["commercial"]},
        "then": {"distribute": "round_robin", "among": {"team": "metro"}},
    },
    {"name": POD, "then": {"distribute": "round_robin", "among": "territory"}},
    {"name": "Anyone", "then": {"distribute": "weighted_round_robin", "among": "everyone"}},
]
IN_OTHER_TURN = [
    {
        "name": "Commercial fits best",
        "when": {"line_families": ["commercial"]},
        "then": {"distribute": "best_fit", "among": {"team": "metro"}},
    },
    {"name": "Hot to the least loaded", "when": {"tier": "hot"}, "then": {"distribute": "least_loaded", "among": "everyone"}},
    {"name": POD, "then": {"distribute": "weighted_round_robin", "among": "territory"}},
    {"name": "All in turn", "then": {"distribute": "round_robin", "among": "everyone"}},
]


def differences(ruleset: RuleSet | None, since: datetime, until: datetime) -> list[tuple]:
    """Every decision of the period that the replay would have made in another way, or not at all."""
    found = []

    def watch(row, decision):
        was = (row.outcome, row.producer, row.rule or None, row.plan, row.rotation, row.reason)
        names = ("outcome", "producer", "rule", "plan", "rotation", "reason")
        would = decision and tuple(getattr(decision, name) for name in names)
        if was != would:
            found.append((row.id, row.cause, was, would))

    result = replay(ruleset, since, until, observe=watch)
    assert (result.moved, result.otherwise, result.kept) == (0, 0, 0) or found
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_the_record_comes_out_again_whatever_happened_in_between(harbor, seed):
    """Also what people chose by hand, which stands; and from any moment on."""
    days = Days(harbor, seed)
    CapacityCap.objects.create(producer=harbor.person("david"), period="day", family="personal", limit=2)
    days.pass_by(90)
    busiest = Load.objects.filter(producer__key__in=SELLERS).select_related("producer").order_by("-open_leads", "pk")[0]
    services.deactivate(busiest.producer, by=harbor.user("rosa"), now=days.now)
    published_at = days.now + timedelta(microseconds=1)
    published = days.publish(BUSY_RULES)
    days.pass_by(90)
    end = days.now + timedelta(seconds=1)
    causes = Counter(RoutingDecision.objects.values_list("cause", flat=True))
    assert set(causes) >= {"intake", "decline", "escalation", "manual", "reopen", "event", "offboard"}, causes
    assert differences(None, harbor.now, end) == []
    assert differences(None, harbor.now + (end - harbor.now) / 3, end) == []
    assert differences(published, published_at, end) == []


def live(harbor: Harbor, rules: Sequence[dict], seed: int) -> datetime:
    """The agency has lived some days under these rules; returns when they ended."""
    CapacityCap.objects.create(producer=harbor.person("james"), period="week", family="personal", tier="warm", limit=3)
    CapacityCap.objects.create(producer=harbor.person("david"), period="open", family="commercial", limit=2)
    days = Days(harbor, seed)
    days.deeds = days.of_the_agency
    days.publish(list(rules))
    days.pass_by(90)
    return days.now + timedelta(seconds=1)


def decided() -> list[tuple]:
    """Every decision on record, in order."""
    return list(RoutingDecision.objects.order_by("id").values_list("outcome", "producer__key", "rule", "reason"))


@pytest.mark.parametrize("seed", [3, 4])
def test_what_would_have_been_is_what_is_once_the_rules_are_in_force(harbor, seed):
    """The same days lived twice, once under either rule set: the replay of the first foretells the second.

    Nobody declines, is slow or chooses by hand in them: what people do with a lead is theirs, and is not foretold.
    """
    with transaction.atomic():
        live(harbor, IN_OTHER_TURN, seed)
        really = decided()
        transaction.set_rollback(True)
    end = live(Harbor(), IN_TURN, seed)
    then = decided()
    draft = draft_of(IN_OTHER_TURN, end)
    foretold = []
    watch = lambda _, one: foretold.append((one.outcome, one.producer, one.rule or "", one.reason))  # noqa: E731
    result = replay(draft, harbor.now, end, observe=watch)
    assert foretold == really
    assert len(then) == len(really) == result.asked
    assert result.moved == sum(was[:2] != would[:2] for was, would in zip(then, really, strict=True)) > 0
    assert any("cap" in " ".join(why) for why in why_not())


def why_not() -> list[list[str]]:
    """What ruled people out, on record."""
    return [one[2] for trace in RoutingDecision.objects.values_list("trace", flat=True) for one in trace["considered"]]


def test_the_record_comes_out_again_when_leads_turn_out_to_be_elsewhere(harbor):
    """Whether somebody else has them then, or whoever has them just keeps them."""
    days = Days(harbor, 3)
    days.deeds = [*[days.arrive] * 3, *[days.mend] * 4, days.give, days.caps]
    days.pass_by(70)
    mended = RoutingDecision.objects.filter(cause="edit")
    assert mended.filter(assignments=None).exclude(producer=None).exists()
    assert mended.filter(assignments__isnull=False).exists()
    assert differences(None, harbor.now, days.now + timedelta(seconds=1)) == []


def test_the_record_comes_out_again_where_turns_stayed_spent(harbor):
    """Also where a balance was corrected just before somebody was given a lead by hand, which decided whether its turn moved."""
    leads = [harbor.lead(now=harbor.later(minutes=n)) for n in range(8)]
    now = harbor.later(minutes=10)
    people = {"giver": harbor.person("james"), "taker": harbor.person("sarah")}
    for number, lead in enumerate(leads[::2]):  # each undone turn owes James half a lead: the third would be too far
        if number == 3:
            rotation = Rotation.objects.get(name=POD)
            correct(rotation, **people, leads=Decimal(1), reason="A test lead", by=harbor.user("rosa"), now=now)
        work.reassign(lead, by=harbor.user("rosa"), producer=harbor.person("david"), reason="Old friends", now=now)
    work.reassign(leads[1], by=harbor.user("rosa"), producer=None, reason="Too slow", now=now)
    assert harbor.owed() == {"james": 0, "sarah": 0}
    harbor.lead(now=now)  # the reason names what its owner was owed
    services.deactivate(harbor.person("sarah"), by=harbor.user("rosa"), now=now)
    harbor.lead(now=harbor.later(minutes=11))
    moved = RoutingDecision.objects.filter(cause="manual").order_by("id")
    assert [one.facts["undone"] for one in moved] == [True, True, False, True, True]
    assert differences(None, harbor.now, harbor.later(minutes=12)) == []
