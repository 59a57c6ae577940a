from django.db import migrations

from agency.appendonly import append_only


class Migration(migrations.Migration):
    """Decisions and corrections of turns are only ever added."""

    dependencies = [("routing", "0001_initial")]

    operations = [
        append_only("routing_routingdecision", "lead_id", "producer_id", "ruleset_id", "roster_id"),
        append_only("routing_rotationcorrection", "rotation_id", "giver_id", "taker_id", "by_id"),
    ]
