"""An owner who does nothing: reminded, warned, relieved of the lead, and a manager who sees it in red."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from agency.messaging.models import Message
from agency.models import User
from leads.models import Lead
from leads.sweep import sweep
from tests.e2e.conftest import Visit
from tests.e2e.test_story import ask_for_a_quote
from tests.messaging.pushing import Browser, PushService, push_service


@pytest.fixture
def phone_service(settings: Any) -> Iterator[PushService]:
    with push_service() as running:
        settings.PUSH_HOSTS = [running.origin]
        yield running


def test_a_slow_owner_loses_the_lead_and_the_manager_sees_it(
    visit: Visit, agency: time_machine.Traveller, phone_service: PushService
) -> None:
    phone = Browser()
    phone.device(User.objects.get(username="james"), f"{phone_service.origin}/james", timezone.now())
    james = visit("james")
    ask_for_a_quote(visit(), **{"ZIP code": "10005"})
    row = james.get_by_role("listitem").filter(has_text="Ana Ruiz")
    expect(row).to_be_visible(timeout=4000)

    after(agency, minutes=5)
    assert told("ladder_alert") == {("james", "in_app"), ("james", "push")}
    assert phone.read(phone_service.seen[-1])["path"] == f"/leads/{Lead.objects.get().pk}/"
    james.reload()  # its own timers do not see a clock that a test has put forward
    expect(row).to_contain_text("late")

    after(agency, minutes=15)
    assert told("ladder_warn") == {("james", "in_app"), ("james", "sms"), ("james", "email")}

    after(agency, minutes=30)
    sarah = visit("sarah")
    expect(sarah.get_by_role("listitem").filter(has_text="Ana Ruiz")).to_be_visible()
    james.reload()
    expect(james.get_by_text("All done")).to_be_visible()
    james.goto("/notices/")
    expect(james.get_by_text("Ana Ruiz has gone to Sarah M.")).to_be_visible()
    expect(james.get_by_text("You did not try to reach Ana Ruiz in time, so Sarah M. has the lead now.")).to_be_visible()

    after(agency, minutes=60)
    assert {who for who, _ in told("ladder_alert", subject__startswith="Without an action for 60 minutes")} == {"rosa"}
    rosa = visit("rosa")
    late = rosa.get_by_role("row").filter(has_text="Ana Ruiz").locator(".lead-clock.is-late")
    expect(late).to_contain_text("late")
    assert Lead.objects.get().owner.key == "david"  # Sarah did nothing either


def after(clock: time_machine.Traveller, **time: float) -> None:
    """So long after the lead arrived, everything due until then has happened."""
    clock.move_to(Lead.objects.get().received_at + timedelta(**time), tick=True)
    while any(sweep(timezone.now()).values()):
        pass


def told(kind: str, **where: Any) -> set[tuple[str, str]]:
    """Who was told of something, and on which channel."""
    return set(Message.objects.filter(kind=kind, **where).values_list("user__username", "channel"))
