"""Lines of business."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from agency.admin.base import KeyedAdmin
from agency.admin.fields import Written, WrittenFieldsMixin
from producers.admin.forms import LineOfBusinessForm
from producers.models import Authority, LineOfBusiness


@admin.register(LineOfBusiness)
class LineOfBusinessAdmin(WrittenFieldsMixin, KeyedAdmin):
    """Lines, with what a license must carry to sell each."""

    form = LineOfBusinessForm
    written_fields = {"requires": Written(list)}
    list_display = ("name", "key", "family", "needs", "code", "active")
    list_filter = (("family", ChoicesDropdownFilter), "active")
    search_fields = ("name", "key", "code")
    fieldsets = (
        (None, {"fields": ("key", "name", "family", ("code", "alt_codes"), "active")}),
        ("What it takes to sell it", {"fields": ("requires", "certifications", "note")}),
    )

    @admin.display(description="license must carry")
    def needs(self, line: LineOfBusiness) -> str:
        """The sets of authorities in words."""
        names = dict(Authority.choices)
        sets = [" and ".join(str(names.get(one, one)) for one in each) for each in line.requires]
        words = ", or ".join(sets) or "any license in the state"
        return f"{words}; certified in {', '.join(line.certifications)}" if line.certifications else words
