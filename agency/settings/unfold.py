"""The admin's name, colors and menu."""

from collections.abc import Callable
from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy


def _may(*permissions: str) -> Callable[[Any], bool]:
    return lambda request: any(request.user.has_perm(permission) for permission in permissions)


def _records(title: str, icon: str, app: str, model: str) -> dict[str, Any]:
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{model}_changelist"),
        "permission": _may(f"{app}.view_{model}", f"{app}.change_{model}"),
    }


def _page(title: str, icon: str, name: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(name)}


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Leadline",
    "SITE_HEADER": "Leadline",
    "SITE_SUBHEADER": "Administration",
    "SITE_URL": "/",
    "SITE_SYMBOL": "conversion_path",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/icon.svg")}],
    "STYLES": [lambda request: static("css/admin.css")],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    # The one accent of the pages (static/css), lighter and darker.
    "COLORS": {
        "primary": {
            "50": "#f3f7fc",
            "100": "#e3edf8",
            "200": "#c6daf0",
            "300": "#9dc0e6",
            "400": "#6da0d8",
            "500": "#3d7fc6",
            "600": "#1b5fae",
            "700": "#154b8a",
            "800": "#123d70",
            "900": "#10325a",
            "950": "#0a2039",
        }
    },
    "COMMAND": {"search_models": ["leads.lead", "leads.client", "producers.producer"], "show_history": False},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": [
            {
                "title": "Pages",
                "items": [
                    _page("Inbox", "inbox", "leads:inbox"),
                    _page("Dashboard", "monitoring", "leads:dashboard"),
                    _page("License forecast", "badge", "leads:licences"),
                ],
            },
            {
                "title": "People",
                "separator": True,
                "items": [
                    _records("People", "group", "producers", "producer"),
                    _records("Teams", "diversity_3", "producers", "team"),
                    _records("Territories", "map", "producers", "territory"),
                    _records("Licenses", "badge", "producers", "license"),
                    _records("Appointments", "verified", "producers", "appointment"),
                    _records("Certifications", "school", "producers", "certification"),
                    _records("Time off", "event_busy", "producers", "timeoff"),
                    _records("Load now", "speed", "producers", "load"),
                    _records("Log-ins", "key", "agency", "user"),
                ],
            },
            {
                "title": "Routing",
                "separator": True,
                "items": [
                    _records("Rules", "rule", "routing", "ruleset"),
                    _records("Escalation", "stairs", "routing", "escalationpolicy"),
                    _records("Score models", "target", "leads", "scoremodel"),
                    _records("Rotations", "autorenew", "routing", "rotation"),
                    _records("Corrections of turns", "balance", "routing", "rotationcorrection"),
                    _records("Replays", "replay", "routing", "replayrun"),
                    _records("Decisions", "psychology", "routing", "routingdecision"),
                    _records("Assignments", "assignment_ind", "routing", "assignment"),
                ],
            },
            {
                "title": "Leads",
                "separator": True,
                "items": [
                    _records("Leads", "contacts", "leads", "lead"),
                    _records("Rejected intake", "report", "leads", "rejectedintake"),
                    _records("Clients", "handshake", "leads", "client"),
                    _records("Quotes", "request_quote", "leads", "quote"),
                    _records("Policies", "policy", "leads", "policy"),
                    _records("Consents", "fact_check", "leads", "consent"),
                    _records("Flagged scores", "flag", "leads", "scoreflag"),
                ],
            },
            {
                "title": "Messages",
                "separator": True,
                "items": [
                    _records("Outbox", "outbox", "agency", "message"),
                    _records("What people said", "inbox", "leads", "inboundmessage"),
                    _records("Calls", "call", "leads", "call"),
                    _records("Push devices", "devices", "agency", "pushdevice"),
                    _records("Alert choices", "notifications", "agency", "alertpreference"),
                    _records("Follow-up plans", "event_repeat", "leads", "plan"),
                    _records("Follow-up steps", "schedule_send", "leads", "followupstep"),
                    _records("Templates", "edit_note", "leads", "template"),
                ],
            },
            {
                "title": "Contact law",
                "separator": True,
                "items": [
                    _records("Contact rules", "gavel", "leads", "contactwindow"),
                    _records("Emergency stops", "front_hand", "leads", "emergencystop"),
                    _records("Do-not-call lists", "phone_disabled", "leads", "donotcalllist"),
                    _records("Refused contacts", "block", "leads", "contactrefusal"),
                ],
            },
            {
                "title": "Settings",
                "separator": True,
                "items": [
                    _records("Agency", "apartment", "agency", "agency"),
                    _records("Lines of business", "category", "producers", "lineofbusiness"),
                    _records("Sources", "input", "leads", "source"),
                    _records("API keys", "vpn_key", "leads", "apikey"),
                    _records("Heartbeats", "ecg_heart", "agency", "heartbeat"),
                    _records("Providers' events", "sync_alt", "agency", "providerevent"),
                ],
            },
        ],
    },
}
