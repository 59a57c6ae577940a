"""Every named address with each method it takes, what is sent, and what each role gets for it.

`login` is a redirect to the log-in, 302 any other one: where a page leads when it did what was asked.
"""

from typing import Any, NamedTuple

ROLES = ("nobody", "owner", "other", "csr", "manager", "marketing", "source", "expired")
"""Nobody; James, who owns Ana's lead; Sarah, who does not; Carla; Rosa; Mia; the website's key; a key of Rosa's that ended."""


class Call(NamedTuple):
    """One way to use one address: what each role gets."""

    name: str
    method: str
    codes: dict[str, str]


TABLE = """
#                           nobody owner other csr   manager marketing source expired
# the API
api:leads            GET    401    200   200   200   200     403       403    401
api:leads            POST   401    201   201   201   201     403       201    401
api:lead             GET    401    200   404   404   200     403       403    401
api:lead             PATCH  401    200   404   404   200     403       403    401
api:events           POST   401    201   404   404   201     403       201    401
api:touches          POST   401    201   404   404   201     403       403    401
api:notes            POST   401    201   404   404   201     403       403    401
api:accept           POST   401    200   404   404   200     403       403    401
api:decline          POST   401    200   404   404   403     403       403    401
api:reassign         POST   401    403   403   403   200     403       403    401
api:status           POST   401    200   404   404   200     403       403    401
api:flag_score       POST   401    201   404   404   201     403       403    401
api:follow_up        GET    401    200   404   404   200     403       403    401
api:pause            POST   401    200   404   404   200     403       403    401
api:resume           POST   401    409   404   404   409     403       403    401
api:skip             POST   401    200   404   404   200     403       403    401
api:timeline         GET    401    200   404   404   200     403       403    401
api:assignments      GET    401    200   404   404   200     403       403    401
api:decisions        GET    401    200   404   404   200     403       403    401
api:why_not_me       GET    401    200   200   200   200     403       403    401
api:producers        GET    401    200   200   200   200     200       403    401
api:producer         GET    401    200   200   200   200     200       403    401
api:producer         PATCH  401    403   403   403   200     403       403    401
api:me               GET    401    200   200   200   200     404       403    401
api:me               PATCH  401    200   200   200   200     404       403    401
api:territories      GET    401    403   403   403   200     403       403    401
api:territories      PUT    401    403   403   403   200     403       403    401
api:territory        GET    401    403   403   403   200     403       403    401
api:territory        PUT    401    403   403   403   200     403       403    401
api:licenses         GET    401    403   403   403   200     403       403    401
api:licenses         PUT    401    403   403   403   200     403       403    401
api:rulesets         GET    401    200   200   200   200     200       403    401
api:ruleset          GET    401    200   200   200   200     200       403    401
api:simulate         POST   401    403   403   403   200     403       403    401
api:replay           GET    401    403   403   403   200     403       403    401
api:replay           DELETE 401    403   403   403   200     403       403    401
api:ruleset_diff     GET    401    200   200   200   200     200       403    401
api:dashboard        GET    401    403   403   403   200     403       403    401
api:schema           GET    200    200   200   200   200     200       200    200
api:docs             GET    200    200   200   200   200     200       200    200
api:nothing          GET    404    404   404   404   404     404       404    404
# pages; nothing sweeps while tests run, so the health page says so, and no calls are set up, so Call is refused
home                 GET    login  302   302   302   302     302       login  login
login                GET    200    302   302   302   302     302       200    200
login                POST   302    302   302   302   302     302       302    302
logout               POST   login  login login login login   login     login  login
password_change      GET    login  200   200   200   200     200       login  login
password_change      POST   login  200   200   200   200     200       login  login
notices              GET    login  200   200   200   200     200       login  login
read_notices         POST   login  302   302   302   302     302       login  login
account_alerts       GET    login  200   200   200   200     200       login  login
account_alerts       POST   login  422   422   422   422     422       login  login
account_test         POST   login  302   302   302   302     302       login  login
account_device_add   POST   login  302   302   302   302     302       login  login
account_device_remove POST  login  404   404   404   404     404       login  login
push_renewed         POST   400    400   400   400   400     400       400    400
service_worker       GET    200    200   200   200   200     200       200    200
manifest             GET    200    200   200   200   200     200       200    200
favicon              GET    302    302   302   302   302     302       302    302
healthz              GET    503    503   503   503   503     503       503    503
leads:inbox          GET    login  200   200   200   200     403       login  login
leads:inbox_rows     GET    login  200   200   200   200     403       login  login
leads:dashboard      GET    login  403   403   403   200     200       login  login
leads:dashboard_rows GET    login  403   403   403   200     200       login  login
routing:fairness     GET    login  200   200   200   200     403       login  login
routing:fairness     POST   login  403   403   403   422     403       login  login
routing:fairness_rows GET   login  200   200   200   200     403       login  login
producers:presence   POST   login  302   302   302   302     403       login  login
leads:licences       GET    login  403   403   403   200     403       login  login
leads:stuck          GET    login  403   403   403   200     403       login  login
leads:stuck_decide   POST   login  403   403   403   302     403       login  login
leads:why_not_me     GET    login  200   200   200   200     403       login  login
leads:new            GET    login  200   200   200   200     403       login  login
leads:new            POST   login  422   422   422   422     403       login  login
leads:rejected       GET    login  403   403   403   200     403       login  login
leads:rejected_one   GET    login  403   403   403   200     403       login  login
leads:rejected_one   POST   login  403   403   403   422     403       login  login
leads:detail         GET    login  200   404   404   200     403       login  login
leads:edit           GET    login  200   404   404   200     403       login  login
leads:edit           POST   login  422   404   404   422     403       login  login
leads:accept         POST   login  302   404   404   302     403       login  login
leads:decline        POST   login  302   404   404   422     403       login  login
leads:call           POST   login  422   404   404   422     403       login  login
leads:touch          POST   login  302   404   404   302     403       login  login
leads:status         POST   login  302   404   404   302     403       login  login
leads:note           POST   login  302   404   404   302     403       login  login
leads:stop           POST   login  302   404   404   302     403       login  login
leads:flag           POST   login  302   404   404   302     403       login  login
leads:pause          POST   login  302   404   404   302     403       login  login
leads:resume         POST   login  422   404   404   422     403       login  login
leads:skip           POST   login  302   404   404   302     403       login  login
leads:reassign       POST   login  403   403   403   302     403       login  login
leads:twilio_sms     POST   403    403   403   403   403     403       403    403
leads:twilio_sms_status POST 403   403   403   403   403     403       403    403
leads:quote_form     GET    200    200   200   200   200     200       200    200
leads:quote_form     POST   422    422   422   422   422     422       422    422
leads:quote_thanks   GET    200    200   200   200   200     200       200    200
leads:unsubscribe    GET    200    200   200   200   200     200       200    200
leads:unsubscribe    POST   200    200   200   200   200     200       200    200
# doors for providers, shut while no secret is set
leads:voice_agent POST   403    403   403   403   403     403       403    403
leads:voice_agent_accept POST   403    403   403   403   403     403       403    403
leads:voice_status POST   403    403   403   403   403     403       403    403
leads:voice_leg_status POST   403    403   403   403   403     403       403    403
leads:voice_dial_done POST   403    403   403   403   403     403       403    403
leads:voice_recorded POST   403    403   403   403   403     403       403    403
leads:voice_notice POST   403    403   403   403   403     403       403    403
leads:voice_incoming POST   403    403   403   403   403     403       403    403
leads:voice_incoming_status POST   403    403   403   403   403     403       403    403
leads:voice_incoming_next POST   403    403   403   403   403     403       403    403
leads:voice_incoming_recorded POST   403    403   403   403   403     403       403    403
leads:voice_whisper POST   403    403   403   403   403     403       403    403
leads:voice_whisper_accept POST   403    403   403   403   403     403       403    403
leads:email_tracking POST   404    404   404   404   404     404       404    404
leads:email_inbound  POST   404    404   404   404   404     404       404    404
"""

BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("api:leads", "POST"): {"first_name": "Ben", "last_name": "Young", "phone": "(212) 555-0177", "zip_code": "10005"},
    ("api:lead", "PATCH"): {"heard_from": "a friend"},
    ("api:events", "POST"): {"kind": "pricing_view"},
    ("api:touches", "POST"): {"channel": "call", "outcome": "reached"},
    ("api:notes", "POST"): {"text": "Prefers evenings"},
    ("api:decline", "POST"): {"reason": "too_busy"},
    ("api:reassign", "POST"): {"producer": "sarah", "reason": "James is in court"},
    ("api:status", "POST"): {"status": "contacted"},
    ("api:flag_score", "POST"): {"verdict": "too_high"},
    ("login", "POST"): {"username": "james", "password": "james"},
    ("password_change", "POST"): {"old_password": "wrong"},
    ("account_alerts", "POST"): {"urgent_how": "own"},
    ("producers:presence", "POST"): {"presence": "busy"},
    ("leads:edit", "POST"): {"first_name": "Ana"},
    ("leads:decline", "POST"): {"reason": "too_busy"},
    ("leads:touch", "POST"): {"outcome": "no_answer"},
    ("leads:status", "POST"): {"status": "contacted"},
    ("leads:note", "POST"): {"text": "Prefers evenings"},
    ("leads:stop", "POST"): {"scope": "all"},
    ("leads:flag", "POST"): {"verdict": "too_high"},
    ("leads:stuck_decide", "POST"): {"decision": "leave"},
    ("leads:reassign", "POST"): {"reason": "James is in court"},
    ("leads:pause", "POST"): {"days": "7"},
    ("leads:quote_form", "POST"): {"first_name": "Ben"},
    ("leads:new", "POST"): {"first_name": "Ben"},
    ("api:producer", "PATCH"): {"level": "senior"},
    ("api:me", "PATCH"): {"availability": "away"},
    ("api:territories", "PUT"): {"key": "jersey", "name": "New Jersey", "states": ["NJ"]},
    ("api:territory", "PUT"): {"name": "New Jersey", "states": ["NJ"]},
    ("api:simulate", "POST"): {"since": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"},
    ("api:licenses", "PUT"): {
        "person": "james",
        "state": "NJ",
        "authority": ["life"],
        "effective": "2026-01-01",
        "expires": "2028-01-01",
    },
}


def calls() -> list[Call]:
    """The table, row by row."""
    rows = [line.split() for line in TABLE.strip().splitlines() if not line.startswith("#")]
    return [Call(name, method, dict(zip(ROLES, codes, strict=True))) for name, method, *codes in rows]
