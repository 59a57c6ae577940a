import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from agency.appendonly import append_only


class Migration(migrations.Migration):
    """Somebody who asks to stop may be nobody we know, and a person may have written it down."""

    dependencies = [
        ("leads", "0002_history_is_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="consent",
            name="lead",
            field=models.ForeignKey(
                blank=True,
                help_text="None: nobody we know.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="consents",
                to="leads.lead",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Who wrote it down; nobody: they said it themselves.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(
            "DROP TRIGGER leads_consent_is_append_only ON leads_consent",
            reverse_sql="CREATE TRIGGER leads_consent_is_append_only BEFORE UPDATE ON leads_consent"
            " FOR EACH ROW EXECUTE FUNCTION refuse_update('lead_id')",
        ),
        append_only("leads_consent", "lead_id", "by_id"),
    ]
