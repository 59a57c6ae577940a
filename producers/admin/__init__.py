"""The admin of the people: who they are, what they may sell, where, when and how much of it."""

from producers.admin.inlines import (
    AppointmentInline,
    CapacityCapInline,
    CertificationInline,
    LicenseInline,
    TimeOffInline,
    WorkingHoursInline,
)
from producers.admin.lines import LineOfBusinessAdmin
from producers.admin.people import ProducerAdmin
from producers.admin.places import TeamAdmin, TerritoryAdmin
from producers.admin.records import (
    AppointmentAdmin,
    CertificationAdmin,
    LicenseAdmin,
    LoadAdmin,
    PerformanceDayAdmin,
    RosterVersionAdmin,
    TimeOffAdmin,
)

__all__ = [
    "AppointmentAdmin",
    "AppointmentInline",
    "CapacityCapInline",
    "CertificationAdmin",
    "CertificationInline",
    "LicenseAdmin",
    "LicenseInline",
    "LineOfBusinessAdmin",
    "LoadAdmin",
    "PerformanceDayAdmin",
    "ProducerAdmin",
    "RosterVersionAdmin",
    "TeamAdmin",
    "TerritoryAdmin",
    "TimeOffAdmin",
    "TimeOffInline",
    "WorkingHoursInline",
]
