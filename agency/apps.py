from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class AgencyConfig(AppConfig):
    name = "agency"
    verbose_name = "Agency"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """After each migration and flush, roles have their groups, configuration its numbers, and the beat its duties."""
        from agency import schedule
        from agency.agencyfile import register
        from agency.agencyfile.agency import SECTION
        from agency.messaging import checks  # noqa: F401  # registers itself
        from agency.messaging.email import checks as email_checks  # noqa: F401  # and this one
        from agency.models import AlertPreference, PushDevice
        from agency.revisions import ALERTS, begin, watch
        from agency.roles import sync_groups

        # The signal comes once per app that has models, in order: after the last one's, every app's permissions are there.
        last = [config for config in apps.get_app_configs() if config.models_module is not None][-1]
        post_migrate.connect(sync_groups, sender=last, dispatch_uid="agency.roles")
        post_migrate.connect(begin, sender=self, dispatch_uid="agency.revisions")
        post_migrate.connect(schedule.write, sender=last, dispatch_uid="agency.schedule")
        watch(ALERTS, AlertPreference)
        watch(ALERTS, PushDevice, fields={"user", "label", "failure"})
        schedule.register(schedule.REACH)
        register(SECTION)
