"""Calling from the pages: the button that rings one's own phone, and the question how it went."""

from datetime import timedelta

import pytest

from agency.due import DueState
from agency.models import Message, User
from leads.calls.placing import ALREADY, NO_PHONE, ON_A_CALL
from leads.models import Call, Touch
from tests.office import NOW, hand_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def voice(settings):
    settings.VOICE_URL = "twilio://AC123:s3cret@/?from=%2B12125550100&api=http://127.0.0.1:9"


@pytest.fixture
def ana(office):
    return hand_in(office)


@pytest.fixture
def owner(ana, browse):
    return browse(ana.owner.key)


def page_of(browser, lead) -> str:
    return browser.get(f"/leads/{lead.pk}/").content.decode()


def talked(lead, seconds=74, **more) -> Call:
    message = Message.objects.create(
        channel="voice", audience="staff", kind="call_bridge", state=DueState.DONE, due_at=NOW, created_at=NOW, lead=lead
    )
    about = {"state": "ended", "end": "completed", "bridged_at": NOW, "ended_at": NOW, "seconds": seconds, **more}
    return Call.objects.create(lead=lead, owner=lead.owner, message=message, created_at=NOW, due_at=NOW, **about)


def test_call_rings_ones_own_phone(voice, ana, owner):
    answer = owner.post(f"/leads/{ana.pk}/call/", follow=True)
    assert "Your phone rings. Press 1 to be connected with Ana Ruiz." in answer.content.decode()
    message = Message.objects.get(kind="call_bridge")
    assert (message.channel, message.to, message.user) == ("voice", str(ana.owner.user.phone), ana.owner.user)
    assert Call.objects.get().manual


def test_a_second_press_starts_no_second_call(voice, ana, owner):
    owner.post(f"/leads/{ana.pk}/call/")
    owner.post(f"/leads/{ana.pk}/call/")
    assert (Call.objects.count(), Message.objects.filter(kind="call_bridge").count()) == (1, 1)


def test_who_is_being_called_by_somebody_else_is_not_called(voice, ana, owner, browse):
    owner.post(f"/leads/{ana.pk}/call/")
    answer = browse("rosa").post(f"/leads/{ana.pk}/call/").content.decode()
    assert ALREADY.format(name=ana.owner.name) in answer


def test_whoever_is_on_a_call_cannot_start_another(voice, ana, owner, office):
    owner.post(f"/leads/{ana.pk}/call/")
    other = hand_in(office, first_name="Ben", email="ben@mail.example", phone="(212) 555-0144")
    other.owner = ana.owner
    other.save()
    assert ON_A_CALL in owner.post(f"/leads/{other.pk}/call/").content.decode()


def test_without_a_phone_of_ones_own_it_is_left_to_the_device(voice, ana, owner):
    User.objects.filter(pk=ana.owner.user.pk).update(phone="")
    shown = page_of(owner, ana)
    assert f"/leads/{ana.pk}/call/" not in shown
    assert 'href="tel:+12125550143"' in shown
    assert NO_PHONE in owner.post(f"/leads/{ana.pk}/call/").content.decode()


def test_with_voice_off_the_pages_are_as_before(ana, owner):
    talked(ana)
    shown, listed = page_of(owner, ana), owner.get("/inbox/").content.decode()
    for page in (shown, listed):
        assert f"/leads/{ana.pk}/call/" not in page
        assert "How did it go?" not in page


def test_the_button_is_a_form_that_needs_no_script(voice, ana, owner):
    for page in (page_of(owner, ana), owner.get("/inbox/").content.decode()):
        assert f'action="/leads/{ana.pk}/call/"' in page


def test_quiet_hours_warn_and_do_not_keep_a_person_from_calling(voice, ana, owner, afternoon):
    afternoon.move_to(NOW + timedelta(hours=8))
    assert owner.post(f"/leads/{ana.pk}/call/").status_code == 302
    assert Call.objects.count() == 1


def test_whoever_asked_us_to_stop_is_not_called_by_hand_either(voice, ana, owner):
    owner.post(f"/leads/{ana.pk}/touch/", {"outcome": "opted_out"})
    assert f"/leads/{ana.pk}/call/" not in page_of(owner, ana)
    assert "They asked" in owner.post(f"/leads/{ana.pk}/call/").content.decode()
    assert not Call.objects.exists()


def test_a_call_of_which_nobody_said_the_end_is_asked_about_in_both_places(voice, ana, owner):
    talked(ana)
    for page in (page_of(owner, ana), owner.get("/inbox/").content.decode()):
        assert "You were connected for 1 min 14 s. How did it go?" in page


def test_one_tap_answers_and_the_question_is_gone(voice, ana, owner):
    call = talked(ana)
    owner.post(f"/leads/{ana.pk}/touch/", {"channel": "call", "outcome": "reached"})
    call.refresh_from_db()
    assert call.result == "reached"
    assert Touch.objects.get().message == call.message
    assert "How did it go?" not in page_of(owner, ana)


def test_a_list_of_calls_takes_no_more_queries(voice, office, browse, django_assert_max_num_queries):
    for number in range(6):
        lead = hand_in(office, first_name=f"Ana{number}", email=f"ana{number}@mail.example", phone=f"(212) 555-01{number + 50}")
        talked(lead)
    rosa = browse("rosa")
    rosa.get("/inbox/?who=all")
    with django_assert_max_num_queries(18):
        assert rosa.get("/inbox/?who=all").content.decode().count("How did it go?") == 6


def test_a_missed_call_says_so_in_its_row(voice, ana, owner):
    Call.objects.create(
        lead=ana, owner=ana.owner, direction="in", state="ended", end="missed", created_at=NOW, due_at=NOW, ended_at=NOW
    )
    Touch.objects.create(lead=ana, channel="call", direction="in", outcome="replied", at=NOW)
    ana.status, ana.first_attempt_at = "contacted", NOW
    ana.save()
    assert "missed call" in owner.get("/inbox/").content.decode()
    assert "missed call" in page_of(owner, ana)


def test_people_say_for_themselves_whether_their_phone_rings_by_itself(voice, ana, owner):
    assert "My phone rings by itself" in owner.get("/account/alerts/").content.decode()
    owner.post("/account/alerts/", {"urgent_how": "agency", "normal_how": "agency"})
    ana.owner.user.refresh_from_db()
    assert not ana.owner.user.auto_dial
