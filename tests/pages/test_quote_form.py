"""The public form, as a visitor meets it."""

import re
from typing import Any

import pytest
from django.test import Client

from leads.forms import CONSENT_TEXT
from leads.models import Consent, Lead, Source, Submission
from leads.views.quote import POSTS_ALLOWED, TOO_MANY
from tests.office import ANA, Office

REQUIRED = ("first_name", "last_name", "email", "phone", "zip_code", "line")
NAMES = (*REQUIRED, "current_carrier", "policy_expires_on", "heard_from", "notes")


@pytest.fixture
def visitor(office: Office) -> Client:
    return Client(enforce_csrf_checks=False, headers={"User-Agent": "Firefox on a kitchen table"})


def send(visitor: Client, path: str = "/quote/", **fields: Any) -> Any:
    return visitor.post(path, {**ANA, "token": "first-form", **fields})


def test_the_form_has_every_field_and_an_unticked_box(visitor: Client) -> None:
    page = visitor.get("/quote/").content.decode()
    for name in NAMES:
        assert f'name="{name}"' in page
    box = re.search(r'<input[^>]*name="consent"[^>]*>', page)
    assert box
    assert "checked" not in box[0]
    assert "Harbor Point Insurance may call and text me" in page
    assert "no condition of buying" in page


def test_a_good_form_becomes_a_lead_with_an_owner(visitor: Client) -> None:
    answer = send(
        visitor, current_carrier="Acme Mutual", policy_expires_on="2027-01-10", heard_from="A neighbor", notes="Two cars"
    )
    assert answer.url == "/quote/thanks/"
    lead = Lead.objects.get()
    assert (lead.name, lead.source.key, lead.state) == ("Ana Ruiz", "website", "NY")
    assert (lead.current_carrier, str(lead.policy_expires_on), lead.heard_from) == ("Acme Mutual", "2027-01-10", "A neighbor")
    assert lead.notes.get().text == "Two cars"
    assert lead.owner.key in {"sarah", "james"}
    assert lead.submissions.get().door == "form"


def test_the_thank_you_page_can_be_reloaded(visitor: Client) -> None:
    send(visitor)
    assert visitor.get("/quote/thanks/").status_code == 200
    assert Lead.objects.count() == 1


def test_the_same_form_twice_is_one_request(visitor: Client) -> None:
    send(visitor, consent="on")
    assert send(visitor, consent="on").url == "/quote/thanks/"
    assert Submission.objects.count() == 1


def test_a_corrected_form_is_a_second_request_of_the_same_person(visitor: Client) -> None:
    send(visitor)
    assert send(visitor, zip_code="10006").url == "/quote/thanks/"
    assert Submission.objects.count() == 2
    assert Lead.objects.count() == 1


def test_every_form_page_has_a_token_of_its_own(visitor: Client) -> None:
    tokens = {re.search(r'name="token" value="(\w+)"', visitor.get("/quote/").content.decode())[1] for _ in range(2)}
    assert len(tokens) == 2


def test_consent_is_kept_word_for_word_with_where_it_came_from(visitor: Client) -> None:
    send(visitor, consent="on")
    consent = Consent.objects.get()
    assert consent.text == CONSENT_TEXT.format(agency="Harbor Point Insurance")
    assert set(consent.channels) == {"call", "sms"}
    assert (consent.ip, consent.user_agent, consent.phone) == ("127.0.0.1", "Firefox on a kitchen table", "+12125550143")


def test_without_the_tick_nothing_is_agreed_and_the_lead_comes_in_all_the_same(visitor: Client) -> None:
    send(visitor)
    assert Lead.objects.count() == 1
    assert not Consent.objects.exists()


def test_a_wrong_field_comes_back_beside_its_words_and_keeps_the_rest(visitor: Client) -> None:
    answer = send(visitor, phone="12", notes="Two cars")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(r'id="id_phone_error">[^<]+', page)
    assert 'aria-invalid="true"' in page
    assert "Two cars" in page
    assert 'value="Ana"' in page
    assert not Lead.objects.exists()


@pytest.mark.parametrize("name", REQUIRED)
def test_required_fields_are_required(visitor: Client, name: str) -> None:
    page = send(visitor, **{name: " "}).content.decode()
    assert f'id="id_{name}_error"' in page
    assert not Lead.objects.exists()


def test_an_unknown_zip_is_taken_and_flagged(visitor: Client) -> None:
    assert send(visitor, zip_code="00000").status_code == 302
    assert Lead.objects.get().flags


def test_a_program_that_fills_in_the_trap_is_thanked_and_forgotten(visitor: Client) -> None:
    assert send(visitor, website="https://spam.example").url == "/quote/thanks/"
    assert not Lead.objects.exists()


def test_one_address_cannot_flood_us(visitor: Client) -> None:
    for n in range(POSTS_ALLOWED):
        assert send(visitor, token=str(n), email=f"ana{n}@mail.example", phone="").status_code == 422
    answer = send(visitor)
    assert answer.status_code == 429
    assert TOO_MANY in answer.content.decode()
    assert 'value="Ana"' in answer.content.decode()
    assert not Lead.objects.exists()


def test_the_address_may_name_another_source(visitor: Client) -> None:
    send(visitor, "/quote/?source=quotewizard")
    assert Lead.objects.get().source.key == "quotewizard"


def test_an_unknown_or_retired_source_falls_back_to_the_website(visitor: Client) -> None:
    Source.objects.filter(key="quotewizard").update(active=False)
    from agency import revisions

    revisions.bump(revisions.SOURCES)
    send(visitor, "/quote/?source=quotewizard")
    send(visitor, "/quote/?source=nonsense", email="b@mail.example", phone="(212) 555-0144")
    assert set(Lead.objects.values_list("source__key", flat=True)) == {"website"}


def test_the_campaign_stays_with_the_lead(visitor: Client) -> None:
    page = visitor.get("/quote/?utm_source=news&utm_campaign=fall-home&gclid=abc").content.decode()
    assert 'name="utm_campaign" value="fall-home"' in page
    send(visitor, utm_source="news", utm_campaign="fall-home", gclid="abc")
    assert Lead.objects.get().attributes == {"utm_source": "news", "utm_campaign": "fall-home", "gclid": "abc"}


def test_a_form_from_elsewhere_is_refused_in_plain_words(office: Office) -> None:
    answer = Client(enforce_csrf_checks=True).post("/quote/", ANA)
    assert answer.status_code == 403
    assert "expired" in answer.content.decode()


def test_what_a_visitor_types_is_never_markup(visitor: Client, office: Office) -> None:
    page = send(visitor, first_name="<b>Ana</b>", phone="").content.decode()
    assert "<b>Ana" not in page
