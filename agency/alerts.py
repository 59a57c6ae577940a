"""A person's page for their own alerts, and what a browser asks for to take pushes: the worker and the manifest."""

import json
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agency.forms import Styled
from agency.messaging import personal, reach, voice
from agency.messaging.alerts import heard_on
from agency.messaging.channels import address_of, is_silent
from agency.messaging.devices import AlertPreference, PushDevice
from agency.messaging.models import Channel, Severity
from agency.messaging.preferences import book
from agency.messaging.push import keys
from agency.models import Agency, User
from agency.pages import PageRequest, client_ip, page, the_agency, within_rate

AGENCY_WAY, OWN_WAY = "agency", "own"
DEFAULT_CHANNELS = (Channel.IN_APP.value, Channel.EMAIL.value)
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
)
TESTS, TEST_WINDOW = 6, 600
RENEWALS, RENEWAL_WINDOW = 60, 600

SAVED = "Your alerts are set."
DEVICE_ON = "Push is on in this browser. Send yourself a test."
DEVICE_OFF = "Push is off in that browser."
TEST_SENT = "A test is on its way: {ways}."
TOO_MANY_TESTS = "Those were enough tests for now. Try again in ten minutes."
CHOOSE_ONE = "Choose at least one way for what cannot wait."
BOTH_ENDS = "Quiet hours need a beginning and an end."
ALL_DAY = "Quiet hours cannot take the whole day."


class AlertForm(Styled):
    """How someone wants to hear of things."""

    WAYS = [(one.value, one.label) for one in reach.OUTSIDE]
    HOW = [(AGENCY_WAY, "As the agency does"), (OWN_WAY, "In the ways I choose")]

    urgent_how = forms.ChoiceField(choices=HOW, widget=forms.Select(attrs={"aria-label": "How you hear of what cannot wait"}))
    urgent = forms.MultipleChoiceField(choices=WAYS, required=False, widget=forms.CheckboxSelectMultiple, label="Ways")
    normal_how = forms.ChoiceField(choices=HOW, widget=forms.Select(attrs={"aria-label": "How you hear of everything else"}))
    normal = forms.MultipleChoiceField(choices=WAYS, required=False, widget=forms.CheckboxSelectMultiple, label="Ways")
    quiet_from = forms.TimeField(
        required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), label="Quiet from"
    )
    quiet_until = forms.TimeField(required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), label="Until")
    timezone = forms.ChoiceField(required=False, label="By the clock of")
    urgent_in_quiet = forms.BooleanField(required=False, label="What cannot wait comes in quiet hours too")
    names_on_push = forms.BooleanField(required=False, label="A push may name the lead, where others may see the screen")
    auto_dial = forms.BooleanField(required=False, label="My phone rings by itself when a call of mine is due")

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not voice.is_on():
            del self.fields["auto_dial"]
        places = [("", f"As at the agency: {_place(zone)}"), *((one, _place(one)) for one in ZONES)]
        cast(forms.ChoiceField, self.fields["timezone"]).choices = places

    def clean(self) -> dict[str, Any]:
        """Somewhere to go for what cannot wait, and quiet hours with two ends, or neither."""
        data = dict(super().clean() or {})
        if data.get("urgent_how") == OWN_WAY and not data.get("urgent"):
            self.add_error("urgent", CHOOSE_ONE)
        ends = data.get("quiet_from"), data.get("quiet_until")
        if (ends[0] is None) != (ends[1] is None) and not self.errors.keys() & {"quiet_from", "quiet_until"}:
            self.add_error("quiet_until", BOTH_ENDS)
        elif ends[0] is not None and ends[0] == ends[1]:
            self.add_error("quiet_until", ALL_DAY)
        return data

    def save(self, user: User) -> None:
        """The person's alerts are as the form says."""
        data = self.cleaned_data
        personal.save_preference(
            user=user,
            urgent=data["urgent"] if data["urgent_how"] == OWN_WAY else None,
            normal=data["normal"] if data["normal_how"] == OWN_WAY else None,
            quiet=(data["quiet_from"], data["quiet_until"]) if data["quiet_from"] is not None else None,
            timezone=data["timezone"],
            urgent_in_quiet=data["urgent_in_quiet"],
            names_on_push=data["names_on_push"],
        )
        if "auto_dial" in data:
            personal.set_auto_dial(user=user, rings=data["auto_dial"])


@page()
@require_http_methods(["GET", "HEAD", "POST"])
def alerts(request: HttpRequest) -> HttpResponse:
    """The person's browsers with push on, how they hear of things, and a test."""
    user, agency = cast(User, request.user), cast(PageRequest, request).agency
    form = AlertForm(request.POST or None, zone=agency.timezone, initial=_initial(user))
    if request.method == "POST" and form.is_valid():
        form.save(user)
        messages.success(request, SAVED)
        return redirect("account_alerts")
    known = book()
    context = {
        "form": form,
        "devices": PushDevice.objects.filter(user=user),
        "key": keys.public_key(),
        "urgent": _heard(user, agency, Severity.URGENT),
        "normal": _heard(user, agency, Severity.NORMAL),
        "reached": reach.reached_by(user, known),
        "now": timezone.now(),
    }
    return render(request, "agency/alerts.html", context, status=422 if form.errors else 200)


@page()
@require_POST
def add_device(request: HttpRequest) -> HttpResponse:
    """Pushes come to this browser too."""
    try:
        personal.save_device(
            user=cast(User, request.user),
            endpoint=request.POST.get("endpoint", ""),
            p256dh=request.POST.get("p256dh", ""),
            auth=request.POST.get("auth", ""),
            user_agent=request.headers.get("User-Agent", ""),
            now=timezone.now(),
        )
    except personal.AlertError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, DEVICE_ON)
    return redirect("account_alerts")


@page()
@require_POST
def remove_device(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing more comes to one of the person's browsers."""
    if not personal.remove_device(user=cast(User, request.user), pk=pk):
        raise Http404
    messages.success(request, DEVICE_OFF)
    return redirect("account_alerts")


@page()
@require_POST
def send_test(request: HttpRequest) -> HttpResponse:
    """An alert about nothing is on its way to the person."""
    user, agency = cast(User, request.user), cast(PageRequest, request).agency
    if within_rate(f"alert-test:{user.pk}", TESTS, TEST_WINDOW):
        sent = personal.send_test(user=user, channels=_assigned(agency), now=timezone.now())
        ways = ", ".join(dict.fromkeys(Channel(one.channel).label.lower() for one in sent))
        messages.success(request, TEST_SENT.format(ways=ways))
    else:
        messages.error(request, TOO_MANY_TESTS)
    return redirect("account_alerts")


@csrf_exempt
@require_POST
def renew_device(request: HttpRequest) -> HttpResponse:
    """A browser's worker says that its push service gave it another address; the old one, a secret, is its proof."""
    if not within_rate(f"push-renewed:{client_ip(request)}", RENEWALS, RENEWAL_WINDOW):
        return HttpResponse(status=429)
    try:
        said = json.loads(request.body)
        given = {"old": said["old"], "endpoint": said["endpoint"], **{name: said["keys"][name] for name in ("p256dh", "auth")}}
        if not all(isinstance(value, str) for value in given.values()):
            raise TypeError
        personal.renew_device(**given, now=timezone.now())
    except (ValueError, KeyError, TypeError, personal.AlertError):
        return HttpResponse(status=400)
    return HttpResponse(status=204)


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows pushes while no page is open. At the root: it speaks for every page. Never stale."""
    answer = render(request, "agency/sw.js", {"key": keys.public_key()}, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the program on its home screen."""
    name = the_agency().name
    icons = [{"src": static(f"img/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)]
    about = {
        "id": "/",
        "name": name,
        "short_name": name[:12].strip(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f5f6f8",
        "theme_color": "#1b5fae",
        "icons": icons,
    }
    answer = JsonResponse(about, content_type="application/manifest+json")
    answer["Cache-Control"] = "no-cache"
    return answer


def _place(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def _assigned(agency: Agency) -> tuple[str, ...]:
    return tuple(agency.notify.get("assigned") or DEFAULT_CHANNELS)


def _heard(user: User, agency: Agency, severity: Severity) -> list[dict[str, Any]]:
    """The ways in which a new lead of this severity is told, each with whether it is only recorded."""
    known = book()
    own, devices = known.of(user.pk), known.devices.get(user.pk, ())
    ways = heard_on(
        _assigned(agency), severity, own, lambda name: bool(devices if name == Channel.PUSH else address_of(name, user))
    )
    return [{"label": Channel(name).label, "silent": name != Channel.IN_APP and is_silent(name)} for name in ways]


def _initial(user: User) -> dict[str, Any]:
    own = AlertPreference.objects.filter(user=user).first() or AlertPreference(user=user)
    return {
        "urgent_how": AGENCY_WAY if own.urgent is None else OWN_WAY,
        "urgent": own.urgent or [],
        "normal_how": AGENCY_WAY if own.normal is None else OWN_WAY,
        "normal": own.normal or [],
        "quiet_from": own.quiet_from,
        "quiet_until": own.quiet_until,
        "timezone": own.timezone,
        "urgent_in_quiet": own.urgent_in_quiet,
        "names_on_push": own.names_on_push,
        "auto_dial": user.auto_dial,
    }
