"""Twilio's account from its URL, and its signatures: the vectors are those of its own documentation."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory
from twilio.request_validator import RequestValidator

from agency.messaging.twilio import Account, account, account_of, client, is_signed

URL = "twilio://AC123:12345@/?from=%2B12125550100"
CALL = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
SHA256 = {"X-Twilio-Webhooks-Signature-Settings": "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}


@pytest.fixture(autouse=True)
def public(settings):
    settings.PUBLIC_BASE_URL = "https://mycompany.com"


def called(signature, headers=None, **changes):
    sent = {"X-Twilio-Signature": signature, **(headers or {})}
    return RequestFactory().post("/myapp.php?foo=1&bar=2", {**CALL, **changes}, headers=sent)


def test_a_url_names_the_account_and_whom_it_speaks_for():
    assert account(f"{URL}&messaging_service=MG9&api=http://127.0.0.1:9/") == Account(
        sid="AC123", token="12345", sender="+12125550100", messaging_service="MG9", api="http://127.0.0.1:9"
    )


def test_a_token_with_odd_letters_is_understood():
    assert account("twilio://AC1:a%2Fb%40c@/?from=%2B12125550100").token == "a/b@c"


@pytest.mark.parametrize("url", ["twilio://AC123@/?from=%2B12125550100", "twilio://AC123:secret@/"])
def test_an_account_without_token_or_sender_is_an_error_that_keeps_its_secret(url):
    with pytest.raises(ImproperlyConfigured) as error:
        account(url)
    assert "secret" not in str(error.value)
    assert account_of(url) is None


@pytest.mark.parametrize("url", ["", "console://", "other://AC1:2@/?from=1"])
def test_another_provider_has_no_account(url):
    assert account_of(url) is None


def test_an_account_does_not_show_its_token():
    assert "12345" not in repr(account(URL))


def test_the_client_speaks_to_where_the_url_says():
    assert client(account(f"{URL}&api=http://127.0.0.1:9")).api.base_url == "http://127.0.0.1:9"
    assert client(account(URL)).api.base_url == "https://api.twilio.com"


def test_the_documented_signature_is_theirs():
    assert is_signed(called("RSOYDt4T1cUTdK1PDd93/VVr8B8="), account(URL))


def test_the_newer_signature_is_theirs():
    assert is_signed(called("033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s=", SHA256), account(URL))


def test_the_newer_signature_may_have_a_key_of_its_own():
    signature = RequestValidator("shared").compute_signature("https://mycompany.com/myapp.php?foo=1&bar=2", CALL, "HMAC_SHA256")
    assert is_signed(called(signature, SHA256), account(f"{URL}&shared_key=shared"))
    assert not is_signed(called(signature, SHA256), account(URL))


@pytest.mark.parametrize("signature", ["", "RSOYDt4T1cUTdK1PDd93/VVr8B8", "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s="])
def test_another_signature_is_not(signature):
    assert not is_signed(called(signature), account(URL))


def test_a_changed_word_breaks_the_signature():
    assert not is_signed(called("RSOYDt4T1cUTdK1PDd93/VVr8B8=", Digits="1235"), account(URL))


def test_a_signature_of_a_kind_we_do_not_know_is_refused():
    settings = {"X-Twilio-Webhooks-Signature-Settings": "key=1,algorithm=ROT13"}
    assert not is_signed(called("RSOYDt4T1cUTdK1PDd93/VVr8B8=", settings), account(URL))


def test_what_the_request_itself_says_of_its_address_does_not_count(settings):
    settings.PUBLIC_BASE_URL = "https://elsewhere.example"
    assert not is_signed(called("RSOYDt4T1cUTdK1PDd93/VVr8B8="), account(URL))
