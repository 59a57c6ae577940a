"""Whose leads somebody sees: a producer's own, a manager's all, marketing's none."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from agency.models import User
from leads.models import Household, Lead, Source, Status, Submission
from leads.selectors import get_visible, leads_of_source, leads_visible_to, with_names
from producers.models import Producer
from tests.office import NOW, Office, open_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return open_office()


def written(source: Source, *, owner: Producer | None = None, **fields) -> Lead:
    """A lead as it lies in the table."""
    fields = {"first_name": "Ana", "last_name": "Ruiz", "email": "ana@mail.example", **fields}
    return Lead.objects.create(
        household=Household.objects.create(created_at=NOW),
        source=source,
        owner=owner,
        held_until=None if owner else NOW + timedelta(seconds=30),
        received_at=NOW,
        updated_at=NOW,
        last_activity_at=NOW,
        **fields,
    )


def test_a_producer_sees_their_own_leads_whatever_became_of_them(office):
    mine = {written(office.website, owner=office.sarah, status=status).pk for status in ("new", "bound", "lost")}
    written(office.website, owner=office.james)
    assert set(leads_visible_to(office.sarah.user, NOW).values_list("pk", flat=True)) == mine


def test_a_steward_sees_what_nurture_holds_for_them_and_nothing_else(office):
    nurtured = written(office.website, status=Status.NURTURE, steward=office.carla)
    left_nurture = written(office.website, owner=office.james, steward=office.carla)
    assert list(leads_visible_to(office.carla.user, NOW)) == [nurtured]
    assert left_nurture in leads_visible_to(office.james.user, NOW)


def test_managers_and_superusers_see_all(office):
    both = {written(office.website, owner=office.sarah).pk, written(office.vendor).pk}
    root = User.objects.create(username="root", name="Root", is_superuser=True)
    assert set(leads_visible_to(office.rosa.user, NOW).values_list("pk", flat=True)) == both
    assert set(leads_visible_to(root, NOW).values_list("pk", flat=True)) == both


def test_marketing_strangers_and_the_roleless_see_none(office):
    written(office.website, owner=office.sarah)
    stranger = User.objects.create(username="stranger", name="Stranger")
    for user in (office.mia, AnonymousUser(), stranger):
        assert not leads_visible_to(user, NOW).exists()


def test_a_lead_of_somebody_else_is_not_found(office):
    theirs = written(office.website, owner=office.james)
    assert get_visible(office.james.user, theirs.pk, NOW) == theirs
    with pytest.raises(Http404):
        get_visible(office.sarah.user, theirs.pk, NOW)
    with pytest.raises(Http404):
        get_visible(office.rosa.user, 10**30, NOW)


def test_the_names_of_a_lead_come_with_it(office, django_assert_num_queries):
    theirs = written(office.website, owner=office.james)
    user = User.objects.get(pk=office.rosa.user.pk)
    with django_assert_num_queries(2):  # the role, then the lead with its names
        lead = get_visible(user, theirs.pk, NOW)
        assert (lead.source.key, lead.owner.name) == ("website", "James K.")


def test_a_source_has_the_leads_it_brought_first_or_again(office):
    first = written(office.website, owner=office.sarah)
    joined = written(office.website, owner=office.sarah)
    Submission.objects.create(
        lead=joined, source=office.vendor, door="api", payload={}, body_hash="", created=False, received_at=NOW
    )
    assert set(leads_of_source(office.website)) == {first, joined}
    assert set(with_names(leads_of_source(office.vendor))) == {joined}
