"""A person's licenses, caps, hours, absences and certifications, inside their page."""

from agency.admin.base import TabularInline
from producers.admin.forms import AppointmentForm, LicenseForm, WorkingHoursFormSet
from producers.models import Appointment, CapacityCap, Certification, License, TimeOff, WorkingHours


class LicenseInline(TabularInline):
    """State licenses."""

    model = License
    form = LicenseForm
    fields = ("state", "number", "authority", "effective", "expires", "resident", "active", "source", "verified_on")
    tab = True


class CapacityCapInline(TabularInline):
    """The most leads of each period."""

    model = CapacityCap
    verbose_name_plural = "caps"
    tab = True


class WorkingHoursInline(TabularInline):
    """Own hours; none: the agency's."""

    model = WorkingHours
    formset = WorkingHoursFormSet
    tab = True


class TimeOffInline(TabularInline):
    """Days away."""

    model = TimeOff
    tab = True


class CertificationInline(TabularInline):
    """Trainings and registrations."""

    model = Certification
    tab = True


class AppointmentInline(TabularInline):
    """Carriers' permissions to sell their policies."""

    model = Appointment
    form = AppointmentForm
    tab = True
