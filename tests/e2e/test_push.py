"""Push in a real browser: turned on by its owner, shown by the real worker, and led back to our pages alone."""

import json

from playwright.sync_api import Page, Worker, expect

from agency.agencyfile.demo import PASSWORD
from agency.messaging import send_all, staff_drafts
from agency.messaging.push.webpush import payload
from agency.models import PushDevice, User
from tests.e2e.conftest import PHONE, START, Visit
from tests.messaging.pushing import Browser

ENDPOINT = "https://fcm.googleapis.com/fcm/send/sarahs-phone"
# A browser on a machine without a net has no push service to ask: it gets what one would have answered.
SUBSCRIBED = """
(() => {{
  const said = {said};
  let held = sessionStorage.getItem("held") === "yes";
  const subscription = (key) => ({{
    endpoint: said.endpoint,
    options: {{ applicationServerKey: key || Uint8Array.from(JSON.parse(sessionStorage.getItem("key"))).buffer }},
    toJSON: () => said,
    unsubscribe: async () => {{ sessionStorage.setItem("held", "no"); held = false; return true; }},
  }});
  PushManager.prototype.getSubscription = async () => held ? subscription() : null;
  PushManager.prototype.subscribe = async (options) => {{
    if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error("Not a key");
    sessionStorage.setItem("held", "yes");
    sessionStorage.setItem("key", JSON.stringify([...options.applicationServerKey]));
    held = true;
    return subscription(options.applicationServerKey.buffer);
  }};
}})();
"""


def turn_on(visit: Visit, **options: object) -> Page:
    """Sarah turns push on in a browser that may show notices."""
    browser = Browser()
    page = visit("sarah", permissions=["notifications"], **options)
    said = {"endpoint": ENDPOINT, "keys": {"p256dh": browser.p256dh, "auth": browser.auth}}
    page.context.add_init_script(SUBSCRIBED.format(said=json.dumps(said)))
    page.goto("/account/alerts/")
    page.get_by_role("button", name="Turn on push in this browser").click()
    expect(page.get_by_text("Push is on in this browser. Send yourself a test.")).to_be_visible()
    return page


def worker_of(page: Page) -> Worker:
    """The worker that the page registered."""
    workers = page.context.service_workers
    return workers[0] if workers else page.context.wait_for_event("serviceworker")


def push(page: Page, data: str) -> None:
    """The browser's push service delivers this to the worker."""
    wire = page.context.new_cdp_session(page)
    found: list[str] = []
    updated = "ServiceWorker.workerRegistrationUpdated"
    wire.on(updated, lambda event: found.extend(one["registrationId"] for one in event["registrations"]))
    wire.send("ServiceWorker.enable")
    while not found:
        page.wait_for_timeout(50)
    origin = page.evaluate("location.origin")
    wire.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": found[0], "data": data})


def shown(page: Page, *titles: str) -> dict[str, dict[str, object]]:
    """What the browser shows by its title, once it is these and no others."""
    page.wait_for_function(
        "async (titles) => (await (await navigator.serviceWorker.ready).getNotifications())"
        ".map((one) => one.title).sort().join() === titles.join()",
        arg=sorted(titles),
    )
    found: list[dict[str, object]] = page.evaluate(
        "async () => (await (await navigator.serviceWorker.ready).getNotifications())"
        ".map(({title, body, tag, data, requireInteraction}) => ({title, body, tag, data, requireInteraction}))"
    )
    return {str(one["title"]): one for one in found}


def test_push_is_turned_on_shown_and_turned_off(visit: Visit) -> None:
    page = turn_on(visit, viewport=PHONE)
    row = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="Remove"))
    expect(row.get_by_text("this browser")).to_be_visible()
    expect(page.get_by_role("button", name="Turn on push in this browser")).to_be_hidden()
    sarah = User.objects.get(username="sarah")
    assert [(one.user, one.endpoint) for one in PushDevice.objects.all()] == [(sarah, ENDPOINT)]

    drafts = staff_drafts(
        "lead_assigned",
        user=sarah,
        channels=["push"],
        subject="New hot lead: Ana Ruiz",
        path="/inbox/",
        severity="urgent",
        lead_id=None,
    )
    [message] = [one for one in send_all(drafts, START) if one.channel == "push"]
    push(page, json.dumps(payload(message)))
    assert shown(page, "New hot lead: Ana Ruiz")["New hot lead: Ana Ruiz"] == {
        "title": "New hot lead: Ana Ruiz",
        "body": "",
        "tag": f"message-{message.pk}",
        "data": {"path": "/inbox/"},
        "requireInteraction": True,
    }
    push(page, json.dumps(payload(message)))  # told twice, shown once
    push(page, "not what we sent")
    shown(page, "New hot lead: Ana Ruiz", "There is news for you")

    row.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Push is off in that browser.")).to_be_visible()
    expect(page.get_by_role("button", name="Turn on push in this browser")).to_be_visible()
    assert not PushDevice.objects.exists()


def test_the_worker_leads_to_our_pages_only_and_tells_of_a_new_address(visit: Visit) -> None:
    page = turn_on(visit)
    worker = worker_of(page)
    origin = page.evaluate("location.origin")
    assert worker.evaluate("['/leads/7/', 'https://evil.example/x', '//evil.example/x'].map(ours)") == [
        f"{origin}/leads/7/",
        f"{origin}/",
        f"{origin}/",
    ]
    fresh = Browser()
    said = {"endpoint": ENDPOINT + "-2", "keys": {"p256dh": fresh.p256dh, "auth": fresh.auth}}
    # Without the old subscription, as some browsers do: the page has kept its address for the worker.
    worker.evaluate("(said) => renew({ newSubscription: { endpoint: said.endpoint, toJSON: () => said } })", said)
    assert [(one.endpoint, one.p256dh) for one in PushDevice.objects.all()] == [(ENDPOINT + "-2", fresh.p256dh)]


def test_a_browser_that_was_told_no_says_how_to_change_that(visit: Visit) -> None:
    page = visit("sarah")
    page.context.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    page.goto("/account/alerts/")
    expect(page.get_by_text("was told to show no notices from here")).to_be_visible()


def test_alerts_are_set_without_a_script(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    page.goto("/login/?next=/account/alerts/")
    page.get_by_label("Username").fill("sarah")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Turning push on needs JavaScript")).to_be_visible()
    page.get_by_label("Quiet from").fill("22:00")
    page.get_by_label("Until").fill("07:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your alerts are set.")).to_be_visible()
    expect(page.get_by_label("Quiet from")).to_have_value("22:00")
