"""From an alert to a browser: encrypted, signed, to each device once, and gone devices forgotten."""

import socket
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agency.due import DueState
from agency.messaging import deliver_due, send_all, staff_drafts
from agency.messaging.checks import check_push
from agency.messaging.devices import PushDevice
from agency.messaging.models import Message
from agency.messaging.personal import AlertError, device_label, renew_device, save_device, save_preference
from agency.messaging.preferences import book
from agency.messaging.push import hosts, keys
from agency.messaging.push.hosts import NotAllowedError
from agency.messaging.push.webpush import BUSY, GONE, NO_DEVICE, REFUSED, SILENT
from tests.messaging.pushing import PHONE, Browser, push_service, who_signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(settings):
    with push_service() as running:
        settings.PUSH_HOSTS = [running.origin]
        yield running


@pytest.fixture
def browser():
    return Browser()


@pytest.fixture
def phone(sarah, service, browser, now):
    """Sarah's phone has push on."""
    return browser.device(sarah, f"{service.origin}/phone", now)


def alert(user, now, severity="urgent", channels=("push",), **more):
    said = {"subject": "New hot lead: Ana Ruiz, Personal auto", "body": "Hot, 75 points.", "path": "/leads/12/", "lead_id": None}
    drafts = staff_drafts("lead_assigned", user=user, channels=channels, severity=severity, **{**said, **more})
    return send_all(drafts, now)


def pushes():
    return list(Message.objects.filter(channel="push").order_by("pk"))


def test_a_push_arrives_encrypted_for_the_device_and_signed_by_this_server(sarah, phone, service, browser, now, settings):
    alert(sarah, now, subject="This is a test")
    assert deliver_due(now) == 1
    [message], [pushed] = pushes(), service.seen
    assert (message.state, message.to, message.provider_id) == (DueState.DONE, f"Chrome on Android #{phone.pk}", "phone")
    assert browser.read(pushed) == {"id": message.pk, "title": "This is a test", "path": "/leads/12/", "urgent": True}
    assert b"test" not in pushed.body
    assert (pushed.path, pushed.headers["ttl"], pushed.headers["urgency"]) == ("/phone", "3600", "high")
    key, claims = who_signed(pushed)
    assert key == keys.public_key()
    assert len(key) == 87
    assert claims["aud"] == service.origin
    assert claims["sub"] == settings.VAPID_SUBJECT
    assert time.time() < claims["exp"] <= time.time() + 24 * 3600


def test_what_is_not_urgent_may_wait_for_the_device_for_a_day(sarah, phone, service, now):
    alert(sarah, now, severity="normal")
    deliver_due(now)
    assert (service.seen[0].headers["ttl"], service.seen[0].headers["urgency"]) == ("86400", "normal")


def test_every_device_of_the_person_is_told_once_and_nobody_elses(sarah, james, phone, service, browser, now):
    other = Browser()
    other.device(sarah, f"{service.origin}/desk", now, "Firefox on Windows")
    Browser().device(james, f"{service.origin}/james", now)
    alert(sarah, now, dedupe_key="lead:1")
    alert(sarah, now, dedupe_key="lead:1")
    deliver_due(now)
    assert sorted(one.path for one in service.seen) == ["/desk", "/phone"]
    by_path = {one.path: one for one in service.seen}
    assert browser.read(by_path["/phone"])["id"] != other.read(by_path["/desk"])["id"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_gone_is_removed_and_the_others_are_told(sarah, phone, service, now, status):
    Browser().device(sarah, f"{service.origin}/desk", now)
    service.answers["/phone"] = (status, {})
    alert(sarah, now)
    deliver_due(now)
    assert [(one.state, one.outcome) for one in pushes()] == [(DueState.FAILED, GONE), (DueState.DONE, "")]
    assert [one.endpoint for one in PushDevice.objects.all()] == [f"{service.origin}/desk"]
    service.seen.clear()
    alert(sarah, now + timedelta(minutes=1))
    deliver_due(now + timedelta(minutes=1))
    assert [one.path for one in service.seen] == ["/desk"]


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [(503, {}, 10), (429, {}, 10), (429, {"Retry-After": "120"}, 120), (429, {"Retry-After": "3"}, 10)],
)
def test_a_service_that_is_busy_is_asked_again_later(sarah, phone, service, now, status, headers, wait):
    service.answers["/phone"] = (status, headers)
    alert(sarah, now)
    deliver_due(now)
    [message] = pushes()
    assert (message.state, message.outcome) == (DueState.DUE, BUSY.format(code=status))
    assert message.due_at == now + timedelta(seconds=wait)
    service.answers.clear()
    deliver_due(message.due_at)
    assert pushes()[0].state == DueState.DONE


def test_a_service_that_is_not_there_is_asked_again_later(sarah, browser, now, settings):
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        settings.PUSH_HOSTS = [origin := f"http://127.0.0.1:{taken.getsockname()[1]}"]
        browser.device(sarah, f"{origin}/phone", now)
        alert(sarah, now)
        deliver_due(now)
    assert [(one.state, one.outcome) for one in pushes()] == [(DueState.DUE, SILENT)]


def test_a_device_whose_service_refuses_us_is_marked_until_it_takes_one(sarah, phone, service, now):
    service.answers["/phone"] = (403, {})
    alert(sarah, now)
    deliver_due(now)
    assert [(one.state, one.outcome) for one in pushes()] == [(DueState.FAILED, REFUSED.format(code=403))]
    phone.refresh_from_db()
    assert phone.failure == "The push service refused it (403)."
    assert [one.sound for one in book().devices[sarah.pk]] == [False]
    service.answers.clear()
    alert(sarah, now + timedelta(minutes=1))
    deliver_due(now + timedelta(minutes=1))
    phone.refresh_from_db()
    assert phone.failure == ""
    assert [one.sound for one in book().devices[sarah.pk]] == [True]


def test_no_redirect_is_followed(sarah, phone, service, now):
    service.answers["/phone"] = (307, {"Location": f"{service.origin}/elsewhere"})
    alert(sarah, now)
    deliver_due(now)
    assert [one.path for one in service.seen] == ["/phone"]
    assert pushes()[0].state == DueState.FAILED


def test_a_push_for_a_device_that_was_removed_meanwhile_fails_visibly(sarah, phone, service, now):
    alert(sarah, now)
    phone.delete()
    deliver_due(now)
    assert [(one.state, one.outcome) for one in pushes()] == [(DueState.FAILED, NO_DEVICE)]


def test_a_device_that_is_somebody_elses_now_does_not_show_what_was_meant_for_the_first(sarah, james, phone, service, now):
    alert(sarah, now)
    PushDevice.objects.update(user=james)
    deliver_due(now)
    assert (pushes()[0].outcome, service.seen) == (NO_DEVICE, [])


def test_a_locked_screen_names_no_lead_unless_the_person_wants_it_to(sarah, phone, now):
    def title(**more):
        [push] = [
            one for one in staff_drafts("k", user=sarah, channels=["push"], subject="Ana Ruiz", lead_id=1, **more) if one.to
        ]
        assert push.body == ""
        return push.subject

    assert title(brief="New hot lead") == "New hot lead"
    assert title() == "News about one of your leads"
    save_preference(user=sarah, urgent=None, normal=None, quiet=None, timezone="", urgent_in_quiet=True, names_on_push=True)
    assert title(brief="New hot lead") == "Ana Ruiz"


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://db5p.notify.windows.com/w/?token=abc",
        "https://web.push.apple.com/QLabc",
        "https://fcm.googleapis.com:443/fcm/send/abc",
    ],
)
def test_the_browsers_push_services_are_known(endpoint):
    hosts.check(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com:8443/fcm/send/abc",
        "https://fcm.googleapis.com.evil.example/abc",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com@evil.example/abc",
        "https://user:pass@fcm.googleapis.com/abc",
        "https://notify.windows.com/abc",
        "https://evilpush.services.mozilla.com/abc",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/abc",
        "https://[::1]/abc",
        "https://fcm.googleapis.com:port/abc",
        "file:///etc/passwd",
        "https://web.push.apple.com\\@evil.example/",
    ],
)
def test_nothing_else_is_called(endpoint):
    with pytest.raises(NotAllowedError):
        hosts.check(endpoint)


@given(st.text(max_size=60))
def test_no_other_host_passes_however_it_is_written(name):
    try:
        hosts.check(f"https://{name}/x")
    except NotAllowedError:
        return
    assert hosts.SERVICES.fullmatch(hosts.urlsplit(f"https://{name}/x").hostname)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fe80::1%eth0", "192.168.1.4", "100.64.0.1"]
)
def test_a_known_name_that_leads_to_a_private_address_is_not_called(sarah, browser, now, monkeypatch, address):
    monkeypatch.setattr(hosts.socket, "getaddrinfo", lambda *args, **more: [(0, 0, 0, "", (address, 443))])
    browser.device(sarah, "https://web.push.apple.com/abc", now)
    alert(sarah, now)
    deliver_due(now)
    assert [(one.state, one.outcome) for one in pushes()] == [(DueState.FAILED, hosts.PRIVATE)]


def test_a_browser_turns_push_on_and_another_person_takes_it_over(sarah, james, browser, now):
    said = {"endpoint": "https://fcm.googleapis.com/x", "p256dh": browser.p256dh, "auth": browser.auth, "user_agent": PHONE}
    save_device(user=sarah, now=now, **said)
    assert [(one.label, one.created_at) for one in PushDevice.objects.all()] == [("Chrome on Android", now)]
    save_device(user=james, now=now + timedelta(days=1), **said)
    assert [(one.user, one.created_at, one.seen_at) for one in PushDevice.objects.all()] == [
        (james, now, now + timedelta(days=1))
    ]
    assert (book().devices.get(sarah.pk), len(book().devices[james.pk])) == (None, 1)


@pytest.mark.parametrize(("p256dh", "auth"), [("", ""), ("BAAA", "MDEyMzQ1Njc4OWFiY2RlZg"), ("é", "x"), (None, "MDEyMw")])
def test_keys_that_are_none_are_refused(sarah, browser, now, p256dh, auth):
    with pytest.raises(AlertError):
        save_device(
            user=sarah,
            endpoint="https://fcm.googleapis.com/x",
            p256dh=browser.p256dh if p256dh is None else p256dh,
            auth=auth,
            user_agent="",
            now=now,
        )


def test_a_renewed_address_takes_the_place_of_the_old_one(sarah, browser, now):
    browser.device(sarah, "https://fcm.googleapis.com/old", now)
    fresh = Browser()
    said = {"endpoint": "https://fcm.googleapis.com/new", "p256dh": fresh.p256dh, "auth": fresh.auth, "now": now}
    with pytest.raises(AlertError):
        renew_device(old="https://fcm.googleapis.com/guessed", **said)
    renew_device(old="https://fcm.googleapis.com/old", **said)
    assert [(one.user, one.endpoint, one.p256dh) for one in PushDevice.objects.all()] == [
        (sarah, "https://fcm.googleapis.com/new", fresh.p256dh)
    ]


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        (PHONE, "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605 Version/18.5 Mobile Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Mac"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/142.0 Safari/537.36", "Chrome on Chromebook"),
        ("", "A browser"),
    ],
)
def test_a_device_has_the_name_people_know_it_by(agent, label):
    assert device_label(agent) == label


@pytest.mark.parametrize(
    ("key", "subject", "is_wrong"),
    [
        (None, "mailto:ops@harborpoint.example", False),
        (None, "https://leads.harborpoint.example", False),
        ("nonsense", "mailto:ops@harborpoint.example", True),
        (None, "ops@harborpoint.example", True),
    ],
)
def test_a_key_that_services_would_not_take_is_an_error_at_start(settings, key, subject, is_wrong):
    settings.VAPID_PRIVATE_KEY, settings.VAPID_SUBJECT = key or settings.VAPID_PRIVATE_KEY, subject
    found = [str(one.msg) for one in check_push(None)]
    assert bool(found) == is_wrong
    assert all("nonsense" not in one for one in found)
