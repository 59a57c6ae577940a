"""What a manager types about turns."""

from typing import Any, cast

from django import forms
from django.db.models import CharField, F, Func

from producers.models import Producer, Role
from routing import fairness
from routing.models import Rotation


class CorrectionForm(forms.Form):
    """A balance put right: in which rotation, from whom to whom, how much, and why. Offered is who has a balance anywhere."""

    rotation = forms.ModelChoiceField(Rotation.objects.order_by("name"), empty_label=None)
    giver = forms.ModelChoiceField(Producer.objects.none(), label="Is owed less", empty_label="Who?")
    taker = forms.ModelChoiceField(Producer.objects.none(), label="Is owed more", empty_label="Who?")
    leads = forms.DecimalField(
        min_value=fairness.LEAST, max_value=fairness.MOST, decimal_places=2, help_text="1 is a whole lead, 0.5 half of one."
    )
    reason = forms.CharField(max_length=300, help_text="Stays on record.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "auto_id": "correct_%s", **kwargs})
        key = Func(F("ledger"), function="jsonb_object_keys", output_field=CharField())
        turns = Rotation.objects.annotate(person=key).values("person")
        here = Producer.objects.filter(active=True, key__in=turns).exclude(role=Role.MARKETING)
        people = here.select_related("user").order_by("user__name")
        cast("forms.ModelChoiceField[Producer]", self.fields["giver"]).queryset = people
        cast("forms.ModelChoiceField[Producer]", self.fields["taker"]).queryset = people
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
