"""Who may do what: the written table, and the groups it is turned into. docs/permissions.md shows the same table to people."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser, Group, Permission

from agency.models import User

PRODUCER = "producer"
CSR = "csr"
MANAGER = "manager"
MARKETING = "marketing"

GROUPS: Mapping[str, str] = {PRODUCER: "Producer", CSR: "CSR", MANAGER: "Manager", MARKETING: "Marketing"}
"""Role → the group of the same meaning. Someone in several has the first of `_RANK`."""

_RANK = (MANAGER, CSR, PRODUCER, MARKETING)

ABILITIES: Mapping[str, tuple[str, ...]] = {
    "see_all_leads": (MANAGER,),
    "see_personal_data": (PRODUCER, CSR, MANAGER),
    "work_leads": (PRODUCER, CSR, MANAGER),
    "enter_leads": (PRODUCER, CSR, MANAGER),
    "reassign_leads": (MANAGER,),
    "overrule_caps": (MANAGER,),
    "publish_rules": (MANAGER,),
    "see_dashboard": (MANAGER,),
    "see_reports": (MANAGER, MARKETING),
}
"""What goes beyond one model: permissions of the agency itself, `agency.<name>`."""

_ACTIONS = {"v": "view", "a": "add", "c": "change", "d": "delete"}

# Model → what each role may do: v(iew), a(dd), c(hange), d(elete). Roles in the order producer, CSR, manager, marketing.
# People see rows only through the selectors: "v" on leads is their own leads, for a producer.
_TABLE = """
    agency.agency                -     -     vc    -
    agency.user                  -     -     vac   -
    agency.message               -     -     vc    -
    agency.providerevent         -     -     v     -
    agency.pushdevice            -     -     vd    -
    agency.alertpreference       -     -     v     -
    agency.revision              -     -     v     -
    agency.heartbeat             -     -     v     -
    auth.group                   -     -     v     -
    producers.lineofbusiness     v     v     vac   v
    producers.team               v     v     vac   v
    producers.producer           v     v     vac   v
    producers.license            -     -     vacd  -
    producers.certification      -     -     vacd  -
    producers.appointment        -     -     vacd  -
    producers.capacitycap        -     -     vacd  -
    producers.workinghours       -     -     vacd  -
    producers.timeoff            -     -     vacd  -
    producers.territory          v     v     vac   v
    producers.rosterversion      -     -     v     -
    producers.load               -     -     v     -
    producers.performanceday     -     -     v     v
    routing.ruleset              v     v     vac   v
    routing.rule                 v     v     vacd  v
    routing.rotation             v     v     v     -
    routing.rotationcorrection   -     -     v     -
    routing.routingdecision      v     v     v     -
    routing.assignment           v     v     v     -
    routing.ladderstep           v     v     v     -
    routing.replayrun            -     -     v     -
    routing.hold                 v     v     v     -
    routing.escalationpolicy     v     v     vc    -
    leads.source                 v     v     vac   v
    leads.apikey                 -     -     vac   -
    leads.scoremodel             v     v     vac   v
    leads.template               v     v     vac   v
    leads.plan                   v     v     vac   v
    leads.planstep               v     v     vacd  v
    leads.followupstep           v     v     v     -
    leads.followuppause          v     v     v     -
    leads.lead                   vac   vac   vac   -
    leads.household              v     v     vc    -
    leads.client                 v     vac   vac   -
    leads.quote                  vac   vac   vac   -
    leads.policy                 vac   vac   vac   -
    leads.submission             v     v     v     -
    leads.event                  va    va    va    -
    leads.touch                  va    va    va    -
    leads.call                   v     v     v     -
    leads.note                   va    va    va    -
    leads.statuschange           v     v     v     -
    leads.scoreflag              va    va    va    -
    leads.consent                va    va    va    -
    leads.inboundmessage         -     -     vc    -
    leads.contactwindow          v     v     vac   v
    leads.emergencystop          v     v     vac   -
    leads.donotcalllist          -     -     va    -
    leads.donotcallnumber        -     -     v     -
    leads.contactrefusal         v     v     v     -
    leads.rejectedintake         -     -     vc    -
"""


def _parse(table: str) -> dict[str, dict[str, tuple[str, ...]]]:
    rows = (line.split() for line in table.strip().splitlines())
    return {
        model: {
            role: tuple(_ACTIONS[letter] for letter in cell if letter != "-") for role, cell in zip(GROUPS, cells, strict=True)
        }
        for model, *cells in rows
    }


GRANTS: Mapping[str, Mapping[str, tuple[str, ...]]] = _parse(_TABLE)
"""Model → role → what it may do with it. Every model of ours is here, with nothing for a role that may do nothing."""


def permissions_of(role: str) -> frozenset[str]:
    """All permissions of a role as Django writes them, `app.codename`."""
    held = {f"agency.{name}" for name, roles in ABILITIES.items() if role in roles}
    for label, grants in GRANTS.items():
        app, model = label.split(".")
        held |= {f"{app}.{action}_{model}" for action in grants[role]}
    return frozenset(held)


def sync_groups(**_: Any) -> None:
    """Each role's group exists and has exactly the table's permissions; a few queries, and no write where nothing changed."""
    known = {f"{app}.{name}": pk for pk, app, name in Permission.objects.values_list("pk", "content_type__app_label", "codename")}
    groups = {role: Group.objects.get_or_create(name=name)[0].pk for role, name in GROUPS.items()}
    links = Group.permissions.through._default_manager
    held = set(links.filter(group__in=groups.values()).values_list("group_id", "permission_id"))
    wanted = {(pk, known[each]) for role, pk in groups.items() for each in permissions_of(role) if each in known}
    new = [links.model(group_id=group, permission_id=permission) for group, permission in sorted(wanted - held)]
    links.bulk_create(new, ignore_conflicts=True)
    for group, permission in held - wanted:
        links.filter(group_id=group, permission_id=permission).delete()


def set_group(user: User, role: str) -> None:
    """The user is in the group of `role` and in no other role's, and is staff exactly as a manager; in the caller's transaction.

    Groups that are no roles, and a superuser's staff mark, stay as they are.
    """
    wanted = GROUPS[role]
    held = set(user.groups.filter(name__in=GROUPS.values()).values_list("name", flat=True))
    if held != {wanted}:
        user.groups.remove(*Group.objects.filter(name__in=held - {wanted}))
        user.groups.add(Group.objects.get_or_create(name=wanted)[0])
        user.__dict__.pop("_role", None)
    staff = role == MANAGER or user.is_superuser
    if user.is_staff != staff:
        user.is_staff = staff
        user.save(update_fields=["is_staff"])


def role_of(user: User | AnonymousUser) -> str:
    """`manager` for superusers, else the role of their group, or nothing; one query the first time it is asked of an instance."""
    if not isinstance(user, User):
        return ""
    if user.is_superuser:
        return MANAGER
    if "_role" not in user.__dict__:
        user.__dict__["_role"] = _highest(user.groups.values_list("name", flat=True))
    role: str = user.__dict__["_role"]
    return role


def is_manager(user: User | AnonymousUser) -> bool:
    """Whether they see and steer the whole agency."""
    return role_of(user) == MANAGER


def _highest(names: Iterable[str]) -> str:
    held = set(names)
    return next((role for role in _RANK if GROUPS[role] in held), "")
