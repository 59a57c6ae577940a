"""Plans and templates in the admin: put in order, previewed, and not switched off under a rule's feet."""

import pytest
from django.test import Client

from agency.agencyfile import load
from agency.agencyfile.demo import FILE
from agency.models import User
from leads.admin.previews import CLAIMS, CLAIMS_ALONE
from leads.followup.words import claims_a_call, moment, sentence
from leads.models import Plan, PlanStep, Template
from tests.leads.conftest import TUESDAY
from tests.leads.following import DAY, HOUR, MINUTE

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa(client: Client) -> Client:
    """The manager's browser, in the demo agency."""
    load(FILE, now=TUESDAY)
    client.force_login(User.objects.get(username="rosa"))
    return client


def form_of(plan: Plan, **changes) -> dict[str, str]:
    """The plan's form as it stands, with changes."""
    steps = list(plan.steps.order_by("position"))
    data = {
        "name": plan.name, "starts": plan.starts, "when": "", "stops": f"[{', '.join(plan.stops)}]", "position": plan.position,
        "repeats": "30d" if plan.repeats else "", "steward": plan.steward_id or "", "active": "on" if plan.active else "",
        "steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": len(steps),
    }  # fmt: skip
    for number, step in enumerate(steps):
        row = {
            "id": step.pk, "plan": plan.pk, "position": step.position, "after": f"{int(step.after.total_seconds() // 60)}m",
            "channel": step.channel, "label": step.label, "template": step.template_id or "", "script": step.script_id or "",
            "only_if": step.only_if, "otherwise": step.otherwise_id or "", "start": step.start_id or "",
        }  # fmt: skip
        data |= {f"steps-{number}-{name}": str(value) for name, value in row.items()}
        if step.different_time_of_day:
            data[f"steps-{number}-different_time_of_day"] = "on"
    return {name: str(value) for name, value in (data | changes).items()}


def post(rosa: Client, plan: Plan, **changes):
    return rosa.post(f"/admin/leads/plan/{plan.pk}/change/", form_of(plan, **changes))


def problems(answer) -> list:
    """What the form that came back complains of."""
    return [answer.context["adminform"].errors, *(one.formset.errors for one in answer.context["inline_admin_formsets"])]


def test_steps_are_put_in_another_order(rosa):
    plan = Plan.objects.get(key="after_quote")
    before = list(plan.steps.order_by("position").values_list("label", flat=True))
    answer = post(rosa, plan, **{"steps-0-position": "1", "steps-1-position": "0"})
    assert answer.status_code == 302, problems(answer)
    after = list(plan.steps.order_by("position").values_list("label", flat=True))
    assert after == [before[1], before[0], *before[2:]]


def test_a_plan_is_told_in_a_line_and_warns_of_words_that_may_not_be_true(rosa):
    plan = Plan.objects.get(key="speed_to_lead")
    Template.objects.filter(key="last_try").update(body="Hi {{ lead.first_name }}, I called a few times.")
    page = rosa.get(f"/admin/leads/plan/{plan.pk}/change/").content.decode()
    assert "Minute 0 call, minute 5 text and e-mail, hour 1 call, hour 4 call and text" in page
    assert CLAIMS in page


def test_a_template_is_shown_as_it_will_be_sent_with_the_texts_it_takes(rosa):
    text = Template.objects.create(key="long", channel="sms", body="Hi {{ lead.first_name }}, we called. " + "x" * 150)
    page = rosa.get(f"/admin/leads/template/{text.pk}/change/").content.decode()
    assert "Hi Maria, we called." in page
    assert "2 texts, 171 characters in GSM-7." in page
    assert CLAIMS_ALONE in page


def test_a_nurture_plan_that_a_rule_names_cannot_be_switched_off(rosa):
    plan = Plan.objects.get(key="monthly")
    answer = post(rosa, plan, active="")
    assert answer.status_code == 200
    assert "puts leads to rest with this plan" in answer.content.decode()
    plan.refresh_from_db()
    assert plan.active


def test_another_plan_can_be_switched_off(rosa):
    plan = Plan.objects.get(key="after_quote")
    answer = post(rosa, plan, active="")
    assert answer.status_code == 302, problems(answer)
    plan.refresh_from_db()
    assert not plan.active
    assert PlanStep.objects.filter(plan=plan).exists()


@pytest.mark.parametrize(
    ("after", "words"), [(0 * MINUTE, "minute 0"), (90 * MINUTE, "minute 90"), (4 * HOUR, "hour 4"), (7 * DAY, "day 7")]
)
def test_moments(after, words):
    assert moment(after) == words


def test_a_sentence():
    steps = [(HOUR, "call"), (0 * HOUR, "call"), (5 * MINUTE, "sms"), (5 * MINUTE, "email"), (30 * DAY, "")]
    assert sentence(steps) == "minute 0 call, minute 5 text and e-mail, hour 1 call, day 30 another plan"


@pytest.mark.parametrize(
    ("words", "claims"),
    [
        ("I just called about your quote", True), ("I tried to call you", True), ("we left you a voicemail", True),
        ("I will call you shortly", False), ("call me at (212) 555-0111", False),
    ],
)  # fmt: skip
def test_words_that_claim_a_call(words, claims):
    assert claims_a_call(words) is claims
