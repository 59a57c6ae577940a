from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "routing"
    verbose_name = "Routing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every change to the rules and the ladder counts, and every change to how people are reached."""
        from agency.agencyfile import register
        from agency.models import User
        from agency.revisions import AGENCY, RULES, watch
        from producers import leaving
        from routing import offboarding, schedule
        from routing.agencyfile import SECTIONS
        from routing.models import EscalationPolicy, Rule, RuleSet

        leaving.register(release=offboarding.release, look=offboarding.preview)
        watch(RULES, RuleSet, Rule, EscalationPolicy)
        watch(AGENCY, User, fields={"email", "phone"})
        for section in SECTIONS:
            register(section)
        schedule.register_duties()
