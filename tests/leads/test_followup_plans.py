"""When the touches of a plan fall: hand-worked."""

from datetime import UTC, datetime, timedelta

from leads.followup.facts import PlanFacts, StepFacts, next_round, step_rows

NINE = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
DAY = timedelta(days=1)

CHASE = PlanFacts(
    id=1,
    key="chase",
    starts="assigned",
    steps=(
        StepFacts(id=11, position=0, after=timedelta(0), channel="call", label="First call"),
        StepFacts(id=12, position=1, after=timedelta(minutes=5), channel="sms"),
        StepFacts(id=13, position=2, after=30 * DAY),
    ),
)
MONTHLY = PlanFacts(
    id=2,
    key="monthly",
    starts="nurture",
    repeats=30 * DAY,
    steps=(
        StepFacts(id=21, position=0, after=timedelta(0), channel="email"),
        StepFacts(id=22, position=1, after=10 * DAY, channel="sms"),
    ),
)


def test_every_step_falls_so_long_after_the_start():
    rows = step_rows(CHASE, 7, NINE)
    assert [(row.position, row.due_at) for row in rows] == [
        (0, NINE),
        (1, datetime(2026, 11, 20, 14, 5, tzinfo=UTC)),
        (2, datetime(2026, 12, 20, 14, 0, tzinfo=UTC)),
    ]
    assert {(row.lead_id, row.plan_id, row.cycle, row.started_at) for row in rows} == {(7, 1, 0, NINE)}
    assert [(row.step_id, row.channel, row.label) for row in rows][:2] == [(11, "call", "First call"), (12, "sms", "")]


def test_the_second_round_of_a_repeating_plan_falls_a_period_later():
    rows = next_round(MONTHLY, 7, NINE, 0, now=NINE + 10 * DAY)
    assert [(row.cycle, row.position, row.due_at) for row in rows] == [
        (1, 0, NINE + 30 * DAY),
        (1, 1, NINE + 40 * DAY),
    ]


def test_rounds_missed_while_nothing_ran_are_left_out():
    rows = next_round(MONTHLY, 7, NINE, 0, now=NINE + 95 * DAY)
    assert [row.due_at for row in rows] == [NINE + 120 * DAY, NINE + 130 * DAY]


def test_a_plan_that_does_not_repeat_has_no_further_round():
    assert next_round(CHASE, 7, NINE, 0, now=NINE + 40 * DAY) == []
