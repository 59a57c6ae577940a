from django.db import migrations

from agency.appendonly import append_only


class Migration(migrations.Migration):
    """Submissions, events, touches, status changes and consents are only ever added."""

    dependencies = [("leads", "0001_initial")]

    operations = [
        append_only("leads_submission", "lead_id", "source_id"),
        append_only("leads_event", "lead_id", "source_id"),
        append_only("leads_touch", "lead_id", "by_id", "message_id"),
        append_only("leads_statuschange", "lead_id", "by_id"),
        append_only("leads_consent", "lead_id"),
    ]
