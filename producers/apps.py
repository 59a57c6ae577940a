from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ProducersConfig(AppConfig):
    name = "producers"
    verbose_name = "People"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every change to the roster counts, the starting lines are there after a migration or flush, and requests are noted."""
        from agency.agencyfile import register
        from agency.models import Agency, User
        from agency.pages import on_seen
        from agency.revisions import AGENCY, ROSTER, watch
        from producers import models, presence
        from producers.agencyfile import SECTIONS
        from producers.lines import write_lines

        watch(
            ROSTER,
            Agency,
            models.LineOfBusiness,
            models.Team,
            models.Producer,
            models.License,
            models.Certification,
            models.Appointment,
            models.CapacityCap,
            models.WorkingHours,
            models.TimeOff,
            models.Territory,
        )
        watch(ROSTER, User, fields={"name", "is_active", "username"})
        watch(AGENCY, Agency)
        on_seen(presence.note_seen)
        post_migrate.connect(write_lines, sender=self, dispatch_uid="producers.lines")
        for section in SECTIONS:
            register(section)
