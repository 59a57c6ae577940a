"""What tells an administrator whether the program itself is well."""

from django.contrib import admin
from django_celery_beat import models as beat

from agency.admin.base import ReadOnlyAdmin
from agency.models import Heartbeat, ProviderEvent, Revision

admin.site.index_title = "Administration"

# The schedule is written by the program; Django's pages for it would only offer ways to break it.
for _model in (beat.PeriodicTask, beat.IntervalSchedule, beat.CrontabSchedule, beat.SolarSchedule, beat.ClockedSchedule):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    """How often each kind of configuration changed."""

    list_display = ("name", "number")
    search_fields = ("name",)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """When each background duty last ran."""

    list_display = ("name", "at")
    search_fields = ("name",)


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnlyAdmin):
    """What providers told us, by their own numbers, so that nothing is taken in twice."""

    list_display = ("received_at", "provider", "event_id")
    list_filter = ("provider",)
    search_fields = ("=event_id",)
    ordering = ("-received_at", "-id")
