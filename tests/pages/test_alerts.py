"""A person's own page for alerts, and what a browser asks for to take pushes."""

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client

from agency.alerts import ALL_DAY, BOTH_ENDS, CHOOSE_ONE, TESTS, TOO_MANY_TESTS
from agency.messaging.models import Message
from agency.messaging.push import keys
from agency.models import AlertPreference, PushDevice, User
from tests.messaging.pushing import PHONE, Browser
from tests.office import NOW, Office

Browse = Callable[[str], Client]
PAGE = "/account/alerts/"
FORM = {"urgent_how": "agency", "normal_how": "agency", "urgent_in_quiet": "on", "timezone": ""}


def words(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def device(user: User, name: str = "a") -> PushDevice:
    return Browser().device(user, f"https://web.push.apple.com/{name}", NOW)


def test_the_page_says_how_the_person_hears_of_things(browse: Browse, settings) -> None:
    settings.SMS_URL = settings.EMAIL_URL = ""
    page = words(browse("sarah").get(PAGE))
    assert "A hot lead In the app, E-mail (only recorded: it is not set up here)" in page
    assert "Nothing reaches you outside the app." in page
    assert keys.public_key() in browse("sarah").get(PAGE).content.decode()


def test_a_choice_is_kept_and_shown(browse: Browse, office: Office) -> None:
    sarah = browse("sarah")
    said = {
        **FORM,
        "urgent_how": "own",
        "urgent": ["sms", "push"],
        "normal_how": "own",
        "quiet_from": "22:00",
        "quiet_until": "07:00",
        "timezone": "America/Chicago",
        "names_on_push": "on",
    }
    assert sarah.post(PAGE, said).url == PAGE
    own = AlertPreference.objects.get(user=office.sarah.user)
    assert (own.urgent, own.normal, own.timezone, own.urgent_in_quiet, own.names_on_push) == (
        ["sms", "push"],
        [],
        "America/Chicago",
        True,
        True,
    )
    assert (own.quiet_from.hour, own.quiet_until.hour) == (22, 7)
    page = words(sarah.get(PAGE))
    assert "A hot lead In the app, Text" in page
    assert "Other leads In the app Push" in page
    assert sarah.post(PAGE, FORM).status_code == 302
    own.refresh_from_db()
    assert (own.urgent, own.normal, own.quiet_from) == (None, None, None)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"urgent_how": "own"}, CHOOSE_ONE),
        ({"quiet_from": "22:00"}, BOTH_ENDS),
        ({"quiet_until": "07:00"}, BOTH_ENDS),
        ({"quiet_from": "07:00", "quiet_until": "07:00"}, ALL_DAY),
        ({"timezone": "Mars/Olympus"}, "Select a valid choice"),
        ({"urgent_how": "own", "urgent": ["pigeon"]}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_and_not_kept(browse: Browse, said: dict[str, object], why: str) -> None:
    answer = browse("sarah").post(PAGE, {**FORM, **said})
    assert answer.status_code == 422
    assert why in words(answer)
    assert not AlertPreference.objects.exists()


def test_a_browser_is_added_listed_and_removed(browse: Browse, office: Office) -> None:
    sarah, browser = browse("sarah"), Browser()
    said = {"endpoint": "https://fcm.googleapis.com/fcm/send/x", "p256dh": browser.p256dh, "auth": browser.auth}
    assert sarah.post(f"{PAGE}devices/", said, headers={"User-Agent": PHONE}).url == PAGE
    page = words(sarah.get(PAGE))
    assert "Push is on in this browser. Send yourself a test." in page
    assert "Chrome on Android" in page
    mine = PushDevice.objects.get()
    assert browse("james").post(f"{PAGE}devices/{mine.pk}/remove/").status_code == 404
    assert sarah.post(f"{PAGE}devices/{mine.pk}/remove/").url == PAGE
    assert not PushDevice.objects.exists()


def test_an_address_that_is_no_push_service_is_refused(browse: Browse, office: Office) -> None:
    sarah, browser = browse("sarah"), Browser()
    sarah.post(f"{PAGE}devices/", {"endpoint": "https://10.0.0.7/x", "p256dh": browser.p256dh, "auth": browser.auth})
    assert "push service is not one that is known" in words(sarah.get(PAGE))
    assert not PushDevice.objects.exists()


def test_a_test_goes_to_every_device_and_says_so(browse: Browse, office: Office) -> None:
    device(office.sarah.user, "a"), device(office.sarah.user, "b")
    sarah = browse("sarah")
    sarah.post(f"{PAGE}test/")
    assert "A test is on its way: in the app, push, e-mail." in words(sarah.get(PAGE))
    told = Message.objects.filter(kind="alert_test", user=office.sarah.user)
    assert sorted(told.values_list("channel", flat=True)) == ["email", "in_app", "push", "push"]
    for _ in range(TESTS):
        sarah.post(f"{PAGE}test/")
    assert TOO_MANY_TESTS in words(sarah.get(PAGE))
    assert told.count() == 4 * TESTS


def test_the_page_costs_no_more_however_many_devices(browse: Browse, office: Office, django_assert_num_queries) -> None:
    sarah = browse("sarah")
    sarah.get(PAGE)
    device(office.sarah.user, "a")
    sarah.get(PAGE)
    # session, person, agency; role, preference, numbers thrice, devices; presence, bell
    with django_assert_num_queries(11):
        sarah.get(PAGE)
    for name in "bcdefgh":
        device(office.sarah.user, name)
    sarah.get(PAGE)
    with django_assert_num_queries(11):
        sarah.get(PAGE)


# --- What a browser asks for ---


def test_the_worker_is_a_script_at_the_root_asked_for_each_time(office: Office) -> None:
    answer = Client().get("/sw.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert f'const KEY = "{keys.public_key()}"' in answer.content.decode()


def test_the_manifest_lets_a_phone_install_it(office: Office) -> None:
    answer = Client().get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    about = json.loads(answer.content)
    assert (about["name"], about["display"], about["start_url"], about["scope"]) == (
        "Harbor Point Insurance",
        "standalone",
        "/",
        "/",
    )
    assert [icon["sizes"] for icon in about["icons"]] == ["192x192", "512x512"]
    assert b'rel="manifest" href="/manifest.webmanifest"' in Client().get("/login/").content


def test_a_worker_says_that_its_address_changed_and_proves_itself_by_the_old_one(office: Office) -> None:
    device(office.sarah.user, "old")
    fresh, anyone = Browser(), Client(enforce_csrf_checks=True)

    def renewed(old: str, **more: object) -> int:
        keys_ = {"p256dh": fresh.p256dh, "auth": fresh.auth}
        said = {"old": f"https://web.push.apple.com/{old}", "endpoint": "https://web.push.apple.com/new", "keys": keys_, **more}
        return anyone.post("/push/renewed/", json.dumps(said), content_type="application/json").status_code

    assert renewed("guessed") == 400
    assert renewed("old", endpoint="https://10.0.0.7/") == 400
    assert renewed("old", keys={"p256dh": 1, "auth": None}) == 400
    assert renewed("old", keys=[]) == 400
    assert anyone.post("/push/renewed/", "[", content_type="application/json").status_code == 400
    assert PushDevice.objects.get().endpoint.endswith("/old")
    assert renewed("old") == 204
    assert [(one.user, one.endpoint) for one in PushDevice.objects.all()] == [
        (office.sarah.user, "https://web.push.apple.com/new")
    ]
    assert renewed("old") == 400
