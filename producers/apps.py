from django.apps import AppConfig


class ProducersConfig(AppConfig):
    name = "producers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every change to what the roster is made of counted."""
        from agency.models import Agency, User
        from agency.revisions import AGENCY, ROSTER, watch
        from producers import models

        watch(
            ROSTER,
            Agency,
            models.LineOfBusiness,
            models.Team,
            models.Producer,
            models.License,
            models.Certification,
            models.CapacityCap,
            models.WorkingHours,
            models.TimeOff,
            models.Territory,
        )
        watch(ROSTER, User, fields={"name", "is_active", "username"})
        watch(AGENCY, Agency)
