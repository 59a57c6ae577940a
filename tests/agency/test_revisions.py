"""Numbers of configuration: new with every change, never used twice."""

import pytest
from django.db import transaction

from agency import revisions
from agency.models import Agency, Revision, User
from agency.revisions import AGENCY, NAMES, PLANS, ROSTER, RULES, bump, current

pytestmark = pytest.mark.django_db


def test_every_kind_has_a_number_after_a_migration() -> None:
    assert set(current()) == set(NAMES)
    assert all(current().values())


def test_a_bump_changes_the_numbers_named_and_no_other(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    before = current()
    with django_assert_num_queries(1):
        bump(RULES, ROSTER)
    with django_assert_num_queries(1):
        after = current()
    assert {name for name in NAMES if before[name] != after[name]} == {RULES, ROSTER}


def test_no_number_is_ever_used_twice() -> None:
    seen = set(current().values())
    for _ in range(3):
        with pytest.raises(RuntimeError), transaction.atomic():
            bump(*NAMES)
            tried = set(current().values())
            raise RuntimeError
        assert not seen & tried
        seen |= tried


def test_what_happens_together_is_one_change_and_none_when_it_fails(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    before = current()
    with django_assert_num_queries(1), revisions.together():
        bump(ROSTER)
        bump(PLANS, ROSTER)
    assert {name for name in NAMES if before[name] != current()[name]} == {ROSTER, PLANS}
    before = current()
    with pytest.raises(RuntimeError), revisions.together():
        bump(ROSTER)
        raise RuntimeError
    assert current() == before


def test_saving_and_deleting_what_is_watched_counts_and_other_fields_do_not() -> None:
    before = current()[AGENCY]
    Agency.objects.create(name="Harbor Point Insurance")
    created = current()[AGENCY]
    Agency.objects.get().delete()
    assert len({before, created, current()[AGENCY]}) == 3
    user = User.objects.create(username="rosa", name="Rosa")
    roster = current()[ROSTER]
    user.save(update_fields=["last_login"])
    assert current()[ROSTER] == roster
    user.save(update_fields=["name", "last_login"])
    assert current()[ROSTER] != roster


def test_an_emptied_database_gets_numbers_that_no_process_knows() -> None:
    before = set(current().values())
    Revision.objects.all().delete()
    revisions.begin()
    assert not before & set(current().values())
