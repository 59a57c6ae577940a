from django.db import migrations

from agency.appendonly import append_only


class Migration(migrations.Migration):
    """Versions of contact rules, and refusals, are only ever added; a version is marked when the next one takes its place."""

    dependencies = [("leads", "0007_consent_outlives_its_lead")]

    operations = [
        append_only("leads_contactwindow", "superseded_at", "by_id"),
        append_only("leads_contactrefusal", "lead_id", "step_id", "message_id"),
    ]
