"""The lines of business an agency starts with, and what a license must carry for each.

Authorities follow the NAIC Producer Licensing Model Act (#218, section 7); states differ in the limited lines (pet, travel,
surety, crop), so every row can be edited in the admin. Codes are ACORD-style, as agency management systems use them.
"""

from dataclasses import dataclass
from typing import Any

from agency.revisions import ROSTER, bump
from producers.models import Family, LineOfBusiness


@dataclass(frozen=True, slots=True)
class StartingLine:
    """A line as it is first written; `requires` holds the sets of authorities of which any one suffices."""

    key: str
    name: str
    code: str
    requires: tuple[tuple[str, ...], ...]
    certifications: tuple[str, ...] = ()
    alt_codes: tuple[str, ...] = ()
    note: str = ""


P_AND_C = ("property", "casualty")
PROPERTY = ("property",)
CASUALTY = ("casualty",)
PERSONAL = ("personal_lines",)
LIFE = ("life",)
AH = ("ah",)

# Names of the training and registrations that some lines need beside the license.
FLOOD_TRAINING = "nfip_flood_training"
ANNUITY_TRAINING = "annuity_best_interest_training"
LTC_TRAINING = "ltc_partnership_training"
FINRA = "finra_6_or_7_and_63"
AHIP = "ahip_or_carrier_certification"
READY_TO_SELL = "carrier_ready_to_sell"

LIMITED = "Some states license this as a limited line: check yours."

_PERSONAL = (
    StartingLine("personal_auto", "Personal auto", "AUTOP", (P_AND_C, PERSONAL)),
    StartingLine("motorcycle", "Motorcycle", "CYCL", (P_AND_C, PERSONAL)),
    StartingLine("rv", "Recreational vehicle", "RECV", (P_AND_C, PERSONAL)),
    StartingLine("boat", "Boat", "BOAT", (P_AND_C, PERSONAL)),
    StartingLine("homeowners", "Homeowners", "HOME", (P_AND_C, PERSONAL)),
    StartingLine("condo", "Condo", "HOME", (P_AND_C, PERSONAL), alt_codes=("CONDO",), note="Form HO-6."),
    StartingLine("renters", "Renters", "HOME", (P_AND_C, PERSONAL), alt_codes=("RENT",), note="Form HO-4."),
    StartingLine("dwelling_fire", "Dwelling fire", "DFIRE", (P_AND_C, PERSONAL)),
    StartingLine("mobile_home", "Mobile home", "MHOME", (P_AND_C, PERSONAL)),
    StartingLine("flood", "Flood", "FLOOD", (PROPERTY, PERSONAL), (FLOOD_TRAINING,)),
    StartingLine("earthquake", "Earthquake", "EQ", (PROPERTY, PERSONAL)),
    StartingLine("personal_umbrella", "Personal umbrella", "UMBRP", (CASUALTY, PERSONAL), alt_codes=("PUMBR",)),
    StartingLine("personal_articles", "Personal articles", "INMRP", (PROPERTY, PERSONAL)),
    StartingLine("pet", "Pet", "PETIN", (P_AND_C, PERSONAL, ("pet",)), note=LIMITED),
    StartingLine("travel", "Travel", "TRAV", (P_AND_C, ("travel",)), note=LIMITED),
)

_COMMERCIAL = (
    StartingLine("general_liability", "General liability", "CGL", (CASUALTY,)),
    StartingLine("bop", "Business owner's policy", "BOP", (P_AND_C,)),
    StartingLine("commercial_property", "Commercial property", "PROPC", (PROPERTY,), alt_codes=("PROP",)),
    StartingLine("commercial_package", "Commercial package", "CPKGE", (P_AND_C,)),
    StartingLine(
        "workers_comp",
        "Workers' compensation",
        "WORK",
        (CASUALTY,),
        note="No private market in ND, OH, WA and WY: state funds only.",
    ),
    StartingLine("commercial_auto", "Commercial auto", "AUTOB", (P_AND_C,)),
    StartingLine("truckers", "Truckers", "TRUCK", (P_AND_C,), alt_codes=("TRKRS",)),
    StartingLine("garage", "Garage", "GARAG", (P_AND_C,)),
    StartingLine("commercial_umbrella", "Commercial umbrella", "UMBRC", (CASUALTY,), alt_codes=("CUMBR", "EXCES")),
    StartingLine("inland_marine", "Inland marine", "INMRC", (PROPERTY,)),
    StartingLine("builders_risk", "Builder's risk", "BLDRK", (PROPERTY,)),
    StartingLine("crime", "Crime", "CRIME", (CASUALTY,), alt_codes=("CRIM",)),
    StartingLine("cyber", "Cyber", "CYBER", (CASUALTY,), note="Some states want property as well for first-party cover."),
    StartingLine("epli", "Employment practices liability", "EPLI", (CASUALTY,)),
    StartingLine("professional_eo", "Professional liability", "EO", (CASUALTY,)),
    StartingLine("dno", "Directors and officers", "DO", (CASUALTY,)),
    StartingLine("surety_bond", "Surety bond", "SURE", (CASUALTY, ("surety",)), note=LIMITED),
    StartingLine("crop", "Crop", "CROP", (PROPERTY, ("crop",)), note=LIMITED),
    StartingLine(
        "surplus_lines",
        "Surplus lines",
        "",
        ((*P_AND_C, "surplus"),),
        note="A property of the risk, placed by who holds surplus lines.",
    ),
)

_LIFE = (
    StartingLine("life_term", "Term life", "LIFET", (LIFE,)),
    StartingLine("life_whole", "Whole life", "LIFEP", (LIFE,)),
    StartingLine("final_expense", "Final expense", "LIFE", (LIFE,)),
    StartingLine("annuity_fixed", "Fixed annuity", "ANFIX", (LIFE,), (ANNUITY_TRAINING,)),
    StartingLine("annuity_indexed", "Indexed annuity", "ANIDX", (LIFE,), (ANNUITY_TRAINING,)),
    StartingLine("variable_life_annuity", "Variable life and annuity", "ANVAR", ((*LIFE, "variable"),), (FINRA,)),
)

_HEALTH = (
    StartingLine("disability_income", "Disability income", "DISAB", (AH,)),
    StartingLine("long_term_care", "Long-term care", "LTC", (AH,), (LTC_TRAINING,)),
    StartingLine(
        "health_individual", "Individual health", "HLTH", (AH,), note="On the federal marketplace: yearly registration there."
    ),
    StartingLine("health_group", "Group health", "GRPHE", (AH,)),
    StartingLine("dental_vision", "Dental and vision", "DENTL", (AH,)),
)

_MEDICARE = (
    StartingLine("medicare_supplement", "Medicare supplement", "MEDSP", (AH,)),
    StartingLine("medicare_advantage", "Medicare Advantage", "MAPD", (AH,), (AHIP, READY_TO_SELL)),
    StartingLine("medicare_part_d", "Medicare Part D", "PDP", (AH,), (AHIP, READY_TO_SELL)),
)

STARTING_LINES = {
    Family.PERSONAL: _PERSONAL,
    Family.COMMERCIAL: _COMMERCIAL,
    Family.LIFE: _LIFE,
    Family.HEALTH: _HEALTH,
    Family.MEDICARE: _MEDICARE,
}


def write_lines(**_: Any) -> None:
    """Every starting line is there; one that is there already stays as it was edited. For `post_migrate`."""
    known = set(LineOfBusiness.objects.values_list("key", flat=True))
    rows = [
        LineOfBusiness(
            key=line.key,
            name=line.name,
            family=family,
            code=line.code,
            alt_codes=list(line.alt_codes),
            requires=[list(each) for each in line.requires],
            certifications=list(line.certifications),
            note=line.note,
        )
        for family, lines in STARTING_LINES.items()
        for line in lines
        if line.key not in known
    ]
    if rows:
        LineOfBusiness.objects.bulk_create(rows, ignore_conflicts=True)
        bump(ROSTER)
