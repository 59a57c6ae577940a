"""The `follow_up` section: plans and their steps; the order of the steps counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from agency.agencyfile.durations import write_duration
from agency.agencyfile.fields import Fields, Problems, keyed_rows, names_in
from agency.agencyfile.sections import CHANGED, Section, Writing, put, put_keyed
from leads.followup.outcome import ONLY_IF
from leads.models import Plan, PlanStep, Template
from producers.models import Producer, Role
from routing.agencyfile import known_of
from routing.engine import conditions

KEY = "follow_up"

STARTS = ("assigned", "quoted", "nurture")
STOPS = ("reached", "replied", "wrong_number", "opted_out", "quoted", "bound", "lost")
DEFAULT_STOPS = {
    "assigned": ("reached", "replied", "opted_out", "quoted", "bound", "lost"),
    "quoted": ("bound", "lost", "opted_out"),
    "nurture": ("reached", "replied", "opted_out", "bound", "lost"),
}
CHANNELS = ("call", "sms", "email")

ONE_OF_TWO = "must say either a channel or the plan it starts"
NO_TEMPLATE = "needs a template"
NO_SPEECH = "is for calls; a text or an e-mail has a template"
NOT_CALLS = "is for texts and e-mails; a call has a script"
ONLY_WITH = "says nothing without only_if"
ITSELF = "a plan cannot start itself: say how often it repeats"
NO_TIME = "must be longer than nothing"


@dataclass(frozen=True, slots=True)
class StepEntry:
    """A step as the file has it."""

    after: timedelta
    channel: str
    label: str
    template: str | None
    script: str | None
    only_if: str
    otherwise: str | None
    different_time_of_day: bool
    start: str | None


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """A plan as the file has it."""

    key: str
    name: str
    starts: str
    when: Mapping[str, Any]
    stops: tuple[str, ...]
    repeats: timedelta | None
    steward: str | None
    steps: tuple[StepEntry, ...]


def _check(raw: Any, problems: Problems) -> tuple[PlanEntry, ...]:
    return tuple(_plan(row, problems) for row in keyed_rows(raw, "follow_up", problems))


def _plan(row: Fields, problems: Problems) -> PlanEntry:
    key, starts = row.slug("key"), row.one_of("starts", STARTS)
    when = row.take("when", {})
    problems.found += conditions.problems(when, row.at("when"), known_of(problems))
    entry = PlanEntry(
        key=key,
        name=row.text("name", longest=120),
        starts=starts,
        when=when,
        stops=row.some_of("stops", STOPS, DEFAULT_STOPS[starts]),
        repeats=row.duration("repeats", None),
        steward=row.known("steward", "owner"),
        steps=tuple(_step(step, key) for step in row.rows("steps")),
    )
    if entry.repeats == timedelta(0):
        row.note("repeats", NO_TIME)
    return entry


def _step(row: Fields, plan: str) -> StepEntry:
    channel = row.one_of("channel", CHANNELS, "")
    kind = f"{channel} template" if channel else "template"
    step = StepEntry(
        after=row.duration("after"),
        channel=channel,
        label=row.text("label", "", longest=120),
        template=row.known("template", kind),
        script=row.known("script", "call template"),
        only_if=row.one_of("only_if", ONLY_IF, ""),
        otherwise=row.known("otherwise", kind),
        different_time_of_day=row.flag("different_time_of_day", False),
        start=row.known("start", "plan"),
    )
    if row.has("channel") == row.has("start"):
        row.problems.note(row.path, ONE_OF_TWO)
    if step.start == plan:
        row.note("start", ITSELF)
    speaks = channel in ("sms", "email")
    if speaks and not row.has("template"):
        row.note("template", NO_TEMPLATE)
    if row.has("template") and not speaks:
        row.note("template", NOT_CALLS)
    if row.has("script") and channel != "call":
        row.note("script", NO_SPEECH)
    if row.has("otherwise") and not row.has("only_if"):
        row.note("otherwise", ONLY_WITH)
    return step


def _write(entries: tuple[PlanEntry, ...], writing: Writing) -> None:
    people = dict(Producer.objects.values_list("key", "pk"))
    wanted = {
        entry.key: {
            "name": entry.name,
            "starts": entry.starts,
            "when": entry.when,
            "stops": list(entry.stops),
            "repeats": entry.repeats,
            "steward_id": people[entry.steward] if entry.steward else None,
            "position": position,
        }
        for position, entry in enumerate(entries)
    }
    put_keyed(KEY, Plan, wanted, writing)


def _link(entries: tuple[PlanEntry, ...], writing: Writing) -> None:
    """Steps name templates and other plans: they are written when those are there, in place, so that what runs keeps its step."""
    plans = {plan.key: plan for plan in Plan.objects.prefetch_related("steps")}
    templates = dict(Template.objects.values_list("key", "pk"))
    for entry in entries:
        plan = plans[entry.key]
        stored = {step.position: step for step in plan.steps.all()}
        for position, step in enumerate(entry.steps):
            record = stored.pop(position, None) or PlanStep(plan=plan, position=position)
            writing.count(KEY, entry.key, CHANGED if put(record, _row(step, plans, templates)) else "")
        for surplus in stored.values():
            surplus.delete()
            writing.count(KEY, entry.key, CHANGED)


def _row(step: StepEntry, plans: Mapping[str, Plan], templates: Mapping[str, int]) -> dict[str, Any]:
    return {
        "after": step.after,
        "channel": step.channel,
        "label": step.label,
        "template_id": templates[step.template] if step.template else None,
        "script_id": templates[step.script] if step.script else None,
        "only_if": step.only_if,
        "otherwise_id": templates[step.otherwise] if step.otherwise else None,
        "different_time_of_day": step.different_time_of_day,
        "start_id": plans[step.start].pk if step.start else None,
    }


def _dump() -> list[dict[str, Any]]:
    related = ("steps__template", "steps__script", "steps__otherwise", "steps__start")
    plans = Plan.objects.filter(active=True).select_related("steward").prefetch_related(*related).order_by("position", "key")
    return [_dump_plan(plan) for plan in plans]


def _dump_plan(plan: Plan) -> dict[str, Any]:
    steward = plan.steward if plan.steward and plan.steward.active and plan.steward.role != Role.MARKETING else None
    values = {
        "key": plan.key,
        "name": plan.name,
        "starts": plan.starts,
        "when": plan.when,
        "stops": plan.stops,
        "repeats": write_duration(plan.repeats) if plan.repeats else None,
        "steward": steward.key if steward else None,
        "steps": [_dump_step(step) for step in plan.steps.all()],
    }
    return {key: value for key, value in values.items() if value or key == "stops"}


def _dump_step(step: PlanStep) -> dict[str, Any]:
    values = {
        "after": write_duration(step.after),
        "channel": step.channel,
        "template": step.template and step.template.key,
        "script": step.script and step.script.key,
        "only_if": step.only_if,
        "otherwise": step.otherwise and step.otherwise.key,
        "label": step.label,
        "different_time_of_day": step.different_time_of_day,
        "start": step.start and step.start.key,
    }
    return {key: value for key, value in values.items() if value}


def _names(raw: Any) -> Mapping[str, frozenset[str]]:
    """The plans, and those of them that a rule may put a lead to rest with."""
    rows = [one for one in raw if isinstance(one, Mapping)] if isinstance(raw, list | tuple) else []
    return {"plan": names_in(raw), "nurture_plan": names_in([one for one in rows if one.get("starts") == "nurture"])}


SECTION = Section(key=KEY, place=80, check=_check, write=_write, link=_link, dump=_dump, names=_names)
