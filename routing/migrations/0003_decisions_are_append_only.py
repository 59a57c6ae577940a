from django.db import migrations

from agency.appendonly import append_only


class Migration(migrations.Migration):
    """Decisions are only ever added."""

    dependencies = [("routing", "0002_waiting_state")]

    operations = [
        append_only("routing_routingdecision", "lead_id", "producer_id", "ruleset_id", "roster_id"),
    ]
