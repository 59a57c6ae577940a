"""What the agency calls itself in what it sends."""

from dataclasses import dataclass

from django.apps import apps


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The agency's name, number, postal address and site."""

    name: str = ""
    phone: str = ""
    address: str = ""
    website: str = ""


def letterhead() -> Letterhead:
    """The agency's own, or an empty one before the agency is set up; one query."""
    # By name: `agency.models` imports this package's models, so this package cannot import them back.
    agency = apps.get_model("agency", "Agency")._default_manager.values("name", "phone", "address", "website").first()
    return Letterhead(**{key: str(value or "") for key, value in agency.items()}) if agency else Letterhead()
