"""An agency small enough to follow one lead through: Rosa, Sarah and James, the plans of the starting agency, and Maria."""

from datetime import UTC, date, datetime, timedelta

from agency import revisions
from agency.models import Agency, User
from leads.models import Consent, FollowUpStep, Household, Lead, Plan, PlanStep, Source, Template
from producers.models import License, Producer

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
"""Noon in New York on a Friday."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

TEMPLATES = {
    "first_text": ("sms", "", "Hi {{ lead.first_name }}, {{ producer.name }} from {{ agency.name }}. I just called."),
    "first_text_no_call": ("sms", "", "Hi {{ lead.first_name }}, {{ producer.name }} here. I will call you shortly."),
    "second_text": ("sms", "", "{{ producer.name }} again: {{ producer.phone }}"),
    "intro": ("email", "Your {{ lead.line }} quote", "Hi {{ lead.first_name }},\n\n{{ producer.name }}, {{ producer.phone }}"),
    "last_try": ("email", "Shall I keep your quote open?", "Hi {{ lead.first_name }}"),
    "final": ("email", "Here when you are ready", "{{ producer.name }}"),
    "nurture": ("email", "Is your cover still right?", "We compare {{ lead.line }} cover. {{ agency.name }}"),
    "check_in": ("email", "Your quote", "Is anything unclear?"),
}

SPEED_TO_LEAD = [
    {"after": 0 * MINUTE, "channel": "call", "label": "First call"},
    {
        "after": 5 * MINUTE,
        "channel": "sms",
        "template": "first_text",
        "only_if": "call_logged",
        "otherwise": "first_text_no_call",
    },
    {"after": 5 * MINUTE, "channel": "email", "template": "intro", "label": "Introduction"},
    {"after": 1 * HOUR, "channel": "call", "label": "Second call"},
    {"after": 4 * HOUR, "channel": "call", "label": "Third call"},
    {"after": 4 * HOUR, "channel": "sms", "template": "second_text", "label": "Second text"},
    {"after": 24 * HOUR, "channel": "call", "label": "Fourth call"},
    {"after": 48 * HOUR, "channel": "call", "label": "Fifth call"},
    {"after": 48 * HOUR, "channel": "email", "template": "last_try", "label": "Last try"},
    {"after": 7 * DAY, "channel": "email", "template": "final", "label": "Final e-mail"},
    {"after": 30 * DAY, "start": "monthly", "label": "Nurture begins"},
]
AFTER_QUOTE = [
    {"after": 1 * DAY, "channel": "call", "label": "Any questions"},
    {"after": 3 * DAY, "channel": "email", "template": "check_in", "label": "Check in"},
]


STATES = (
    "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA PR RI"
    " SC SD TN TX UT VA VT WA WI WV WY"
)


def person(key: str, name: str, **more) -> Producer:
    """Somebody who may sell everywhere."""
    user = User.objects.create(username=key, name=name, email=f"{key}@harborpoint.example", **more)
    producer = Producer.objects.create(key=key, user=user)
    always = {"effective": date(2020, 1, 1), "expires": date(2099, 12, 31), "authority": ["property", "casualty"]}
    License.objects.bulk_create(
        License(producer=producer, state=state, number=f"{state}-{key}", **always) for state in STATES.split()
    )
    revisions.bump(revisions.ROSTER)
    return producer


def office() -> dict[str, Producer]:
    """Harbor Point with its people, plans and templates; what is returned are the people by key."""
    Agency.objects.create(
        name="Harbor Point Insurance",
        phone="+12125550100",
        address="1 Harbor Plaza, New York",
        website="https://harborpoint.example",
    )
    people = {
        "rosa": person("rosa", "Rosa V.", phone="+12125550110"),
        "sarah": person("sarah", "Sarah M.", phone="+12125550111"),
        "james": person("james", "James K.", phone="+12125550112"),
    }
    for key, (channel, subject, body) in TEMPLATES.items():
        Template.objects.create(key=key, channel=channel, subject=subject, body=body)
    plan("monthly", "nurture", [{"after": 0 * DAY, "channel": "email", "template": "nurture", "label": "Monthly e-mail"}],
         stops=["reached", "replied", "opted_out", "bound", "lost"], repeats=30 * DAY, steward=people["rosa"])  # fmt: skip
    plan("speed_to_lead", "assigned", SPEED_TO_LEAD, stops=["reached", "replied", "opted_out", "quoted", "bound", "lost"])
    plan("after_quote", "quoted", AFTER_QUOTE, stops=["bound", "lost", "opted_out"])
    return people


def plan(key: str, starts: str, steps: list[dict], **more) -> Plan:
    """The plan, with its steps."""
    made = Plan.objects.create(key=key, name=key.replace("_", " ").capitalize(), starts=starts, **more)
    for position, given in enumerate(steps):
        step = dict(given)
        for name in ("template", "otherwise"):
            if name in step:
                step[name] = Template.objects.get(key=step[name])
        if "start" in step:
            step["start"] = Plan.objects.get(key=step["start"])
        PlanStep.objects.create(plan=made, position=position, **step)
    revisions.bump(revisions.PLANS)
    return made


def maria(owner: Producer | None, now: datetime = NOON, consent: bool = True, **more) -> Lead:
    """Maria's homeowners lead, new and with `owner`."""
    source, _ = Source.objects.get_or_create(key="website", defaults={"name": "Website", "kind": "organic"})
    lead = Lead.objects.create(
        **{
            "household": Household.objects.create(created_at=now),
            "source": source,
            "first_name": "Maria",
            "last_name": "Lopez",
            "email": "maria@home.example",
            "phone": "+12125550150",
            "line": "homeowners",
            "family": "personal",
            "state": "NY",
            "timezone": "America/New_York",
            "owner": owner,
            "owned_since": now if owner else None,
            "status": "new" if owner else "nurture",
            "received_at": now,
            "updated_at": now,
            "last_activity_at": now,
            **more,
        }
    )
    if consent:
        agree(lead, now)
    return lead


def agree(lead: Lead, at: datetime, channels: tuple[str, ...] = ("call", "sms", "email"), granted: bool = True) -> Consent:
    """An entry in the ledger for the lead's number and address."""
    return Consent.objects.create(
        lead=lead, phone=str(lead.phone), email=lead.email, channels=list(channels), granted=granted, text="I agree.", at=at
    )


def steps_of(lead: Lead, **which) -> list[FollowUpStep]:
    """The lead's steps in the order in which they fall due."""
    return list(FollowUpStep.objects.filter(lead=lead, **which).order_by("due_at", "position", "pk"))


def step_of(lead: Lead, label: str) -> FollowUpStep:
    return FollowUpStep.objects.filter(lead=lead, label=label).latest("pk")
