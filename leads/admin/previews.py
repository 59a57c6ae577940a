"""Plans and templates as they will be seen: shown beside the form they are written in."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from agency.admin.base import as_typed, table
from agency.messaging.letterhead import letterhead
from agency.messaging.sms.segments import size
from agency.models import User
from leads.followup import signature
from leads.followup.outcome import ONLY_IF
from leads.followup.templates import TemplateError, render
from leads.followup.words import claims_a_call, moment, sentence
from leads.models import Lead, Plan, PlanStep, Template
from producers import roster

NOT_YET = "Shown here once it is saved."
CLAIMS = "Says that somebody called, and goes out whether or not anybody did: choose “only if”."
CLAIMS_ALONE = "This says that somebody called. Use it in steps with “only if a call was made”."
OTHER_TIME = "at another time of day than calls nobody answered"
TEXTS = "{segments} {word}, {units} characters in {encoding}"
BECAUSE = "; {letters} make it {encoding}, which fits fewer"


def plan_preview(plan: Plan) -> SafeString | str:
    """The plan in one line, then each step with what it says and what is wrong with that."""
    if plan._state.adding:
        return NOT_YET
    steps = list(plan.steps.select_related("template", "otherwise", "script", "start").order_by("after", "position"))
    rows = [(moment(step.after), step.label or "–", _what(step), _amiss(step)) for step in steps]
    line = sentence([(step.after, step.channel) for step in steps])
    return format_html("<p>{}</p>{}", line.capitalize(), table(("When", "Step", "What", ""), rows))


def _what(step: PlanStep) -> str:
    if step.start:
        return f"begins “{step.start.name}”, if they were never reached"
    if step.channel == "call":
        script = f"call, script {step.script.key}" if step.script else "call"
        return f"{script}, {OTHER_TIME}" if step.different_time_of_day else script
    said = f"{step.get_channel_display().lower()} {step.template.key if step.template else '–'}"
    if not step.only_if:
        return said
    otherwise = f", else {step.otherwise.key}" if step.otherwise else ", else nothing"
    return f"{said} only if {ONLY_IF.get(step.only_if, step.only_if)}{otherwise}"


def _amiss(step: PlanStep) -> str:
    unasked = None if step.only_if else step.template
    said = [one for one in (unasked, step.otherwise) if one is not None]
    return CLAIMS if any(claims_a_call(f"{one.subject} {one.body}") for one in said) else ""


def template_preview(template: Template) -> SafeString | str:
    """The template as a person in New York would get it, and how many texts that is."""
    if template._state.adding:
        return NOT_YET
    lead = Lead(first_name="Maria", last_name="Lopez", line="homeowners", city="New York", state="NY")
    signer = User(name="Sarah M.", phone="+12125550111")
    values = signature.values(lead, signer, letterhead(), roster.static().lines)
    try:
        subject, body = render(template.subject, values), render(template.body, values)
    except TemplateError as error:
        return str(error)
    notes = [_length(body)] if template.channel == "sms" else []
    if template.channel in ("sms", "email") and claims_a_call(f"{subject} {body}"):
        notes.append(CLAIMS_ALONE)
    return format_html("{}{}<p>{}</p>", as_typed(subject) if subject else "", as_typed(body), " ".join(notes))


def _length(body: str) -> str:
    found = size(body)
    words = TEXTS.format(
        segments=found.segments, word="text" if found.segments == 1 else "texts", units=found.units, encoding=found.encoding
    )
    return f"{words}{BECAUSE.format(letters=found.forced_by, encoding=found.encoding)}." if found.forced_by else f"{words}."
