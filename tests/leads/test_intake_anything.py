"""Whatever JSON is sent: a lead, or a refusal that names the fields. Nothing else, and nothing half done."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.intake import IntakeError, receive
from leads.models import Lead, RejectedIntake, Submission
from tests.leads.conftest import ANA

TEXTS = st.text(max_size=30) | st.sampled_from(
    ["\x00", "\ud800", "\u202eabc", "' OR 1=1 --", "{{ 7*7 }}", "9" * 200, "2026-11-24"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)
FIELDS = [
    *ANA, "current_carrier", "policy_expires_on", "heard_from", "external_id", "kind", "exclusive", "premium_estimate", "notes",
    "callback_at", "language", "attributes", "consent", "events", "something_else",
]  # fmt: skip
EVENTS = st.lists(st.fixed_dictionaries({"kind": TEXTS}, optional={"at": SCALARS, "data": ANYTHING}), max_size=3)
CONSENTS = st.fixed_dictionaries(
    {"channels": st.lists(st.sampled_from(["call", "text", "email", "smoke"]), max_size=3)},
    optional={"text": TEXTS, "at": SCALARS, "ip": TEXTS, "user_agent": ANYTHING, "certificate_url": TEXTS},
)
CHANGES = st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=3)
LIKELY = st.fixed_dictionaries(
    {}, optional={"events": EVENTS, "consent": CONSENTS, "attributes": st.dictionaries(TEXTS, SCALARS)}
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(CHANGES, LIKELY)
def test_anything_is_a_lead_or_a_refusal(harbor, changes, likely):
    source = harbor.source("referral")
    before = (Lead.objects.count(), Submission.objects.count(), RejectedIntake.objects.count())
    try:
        receipt = receive({**ANA, **likely, **changes}, source=source, now=harbor.now)
    except IntakeError as error:
        assert error.errors
        assert set(error.errors) <= set(FIELDS)
        assert json.dumps(error.errors).isprintable()
        assert (Lead.objects.count(), Submission.objects.count(), RejectedIntake.objects.count()) == (*before[:2], before[2] + 1)
    else:
        lead = Lead.objects.get(pk=receipt.lead.pk)
        assert sum(line["points"] for line in lead.score_reasons) == lead.score
        assert lead.owner_id or lead.status == "nurture" or lead.held_until


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(ANYTHING)
def test_any_body_is_a_lead_or_a_refusal(harbor, body):
    try:
        receive(body, source=harbor.source("referral"), now=harbor.now)
    except IntakeError as error:
        assert error.errors
