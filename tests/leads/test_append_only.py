"""History cannot be rewritten, not even by whoever sits at the database."""

import pytest
from django.db import IntegrityError, transaction

from agency.models import User
from leads import work
from leads.models import Consent, ContactWindow, Event, StatusChange, Submission, Touch
from routing.models import RoutingDecision


@pytest.fixture
def ana(harbor):
    lead = harbor.receive(consent={"channels": ["call"], "text": "Yes"}).lead
    work.log_touch(lead, by=lead.owner.user, channel="call", outcome="reached", now=harbor.now)
    return lead


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Submission, {"payload": {}}),
        (Submission, {"cost": 0}),
        (Event, {"kind": "other"}),
        (Touch, {"outcome": "voicemail"}),
        (StatusChange, {"after": "lost"}),
        (Consent, {"granted": False}),
        (RoutingDecision, {"reason": "another"}),
        (RoutingDecision, {"trace": {}}),
    ],
)
def test_a_row_of_history_cannot_be_changed(ana, model, change):
    assert model.objects.exists()
    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
        model.objects.update(**change)


def test_a_reference_may_move_when_what_it_points_to_goes(ana, harbor):
    guest = User.objects.create(username="guest", name="Guest")
    Touch.objects.update(by=guest)
    guest.delete()
    assert Touch.objects.get().by is None


def test_an_update_that_changes_nothing_is_let_through(ana):
    assert Event.objects.update(kind="quote_request") == 1


@pytest.mark.parametrize("model", [Consent, ContactWindow])
def test_what_closes_a_number_cannot_be_deleted(ana, model):
    assert model.objects.exists()
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        model.objects.all().delete()


def test_whole_leads_may_still_be_deleted(ana):
    from leads.models import FollowUpStep
    from routing.models import Assignment, LadderStep

    LadderStep.objects.all().delete()
    FollowUpStep.objects.all().delete()
    Assignment.objects.all().delete()
    ana.delete()
    assert not any(model.objects.exists() for model in (Submission, Event, Touch, StatusChange, RoutingDecision))
    assert Consent.objects.get().lead is None, "the number may have been closed: the ledger outlives the lead"
