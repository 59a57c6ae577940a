"""How forms look."""

from typing import Any

from django import forms


class Styled(forms.Form):
    """Every field has the class of its kind."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
                style = "form-check-input"
            elif isinstance(field.widget, forms.Select):
                style = "form-select"
            else:
                style = "form-control"
            field.widget.attrs["class"] = style
