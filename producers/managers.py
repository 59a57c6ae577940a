"""Who manages: whom something is told that is nobody's lead and everybody's concern."""

from django.db.models import QuerySet

from producers.models import Producer, Role


def active_managers() -> QuerySet[Producer]:
    """Every manager who works here and can log in, by key, with their log-ins."""
    return Producer.objects.filter(role=Role.MANAGER, active=True, user__is_active=True).select_related("user").order_by("key")
