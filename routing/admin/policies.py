"""The escalation ladder as it is set, and the ledgers of the rotations."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RangeDateTimeFilter

from agency.admin.base import OneRowAdmin, ReadOnlyAdmin, table
from agency.admin.fields import Written, WrittenFieldsMixin
from routing.admin.forms import EscalationPolicyForm
from routing.models import EscalationPolicy, Rotation, RotationCorrection

RUNG = ("after", "action", "channels", "to", "always", "when")
LADDER = ("name", "when", "sla", "rungs")
MILLIONTHS = 1_000_000


@admin.register(EscalationPolicy)
class EscalationPolicyAdmin(WrittenFieldsMixin, OneRowAdmin):
    """What happens to an owner who does not act."""

    form = EscalationPolicyForm
    written_fields = {"rungs": Written(list, 6, RUNG), "ladders": Written(list, 6, LADDER)}
    list_display = ("__str__", "max_reassignments", "ends_on")
    readonly_fields = ("ladder",)
    fields = ("ladder", "sla", "rungs", "ladders", "max_reassignments", "backup_minimum_capacity_score", "ends_on")

    @admin.display(description="the ladder")
    def ladder(self, policy: EscalationPolicy) -> SafeString:
        """Each rung in words."""
        ladders = [("every lead", policy.rungs), *((one.get("name") or "some leads", one["rungs"]) for one in policy.ladders)]
        rows = [
            (name, rung.get("after", ""), rung.get("action", ""), rung.get("to", ""), ", ".join(rung.get("channels", [])))
            for name, rungs in ladders
            for rung in rungs
        ]
        return table(("For", "After", "Action", "To", "By"), rows)


@admin.register(Rotation)
class RotationAdmin(ReadOnlyAdmin):
    """Whose turn it is under each rule: what everyone was due, received and is owed."""

    list_display = ("name", "people", "drift", "updated_at")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "turns", "updated_at")
    readonly_fields = ("turns",)

    @admin.display(description="people")
    def people(self, rotation: Rotation) -> int:
        """How many take turns."""
        return len(rotation.ledger)

    @admin.display(description="largest drift")
    def drift(self, rotation: Rotation) -> str:
        """The largest shortfall or surplus, in leads."""
        return _leads(max((abs(one["owed"]) for one in rotation.ledger.values()), default=0))

    @admin.display(description="turns")
    def turns(self, rotation: Rotation) -> SafeString:
        """Each person's entitlement, what they received and what they are owed, in leads."""
        rows = [
            (key, _leads(one["entitled"]), _leads(one["received"]), _leads(one["owed"]))
            for key, one in sorted(rotation.ledger.items())
        ]
        return table(("Person", "Entitled", "Received", "Owed"), rows)


@admin.register(RotationCorrection)
class RotationCorrectionAdmin(ReadOnlyAdmin):
    """What managers put right by hand in the ledgers of turns; made on the page Fairness."""

    list_display = ("at", "rotation", "giver", "taker", "leads", "reason", "by")
    list_select_related = ("rotation", "giver__user", "taker__user", "by")
    list_filter = (("at", RangeDateTimeFilter),)
    search_fields = ("rotation__name", "giver__user__name", "taker__user__name", "reason")
    ordering = ("-at", "-pk")

    @admin.display(description="leads", ordering="amount")
    def leads(self, correction: RotationCorrection) -> str:
        """How much of a lead moved."""
        return _leads(correction.amount)


def _leads(millionths: int) -> str:
    return f"{millionths / MILLIONTHS:.2f}"
