from django.db import migrations, models

from agency.appendonly import never_deleted


class Migration(migrations.Migration):
    """A consent says whether it lifts an earlier withdrawal; the ledger and the contact rules cannot be deleted."""

    dependencies = [("leads", "0013_whose_license_is_the_proof")]

    operations = [
        migrations.AddField(
            model_name="consent",
            name="reopens",
            field=models.BooleanField(
                default=True, help_text="Off: handed on by somebody else without its own time, so it lifts no earlier withdrawal."
            ),
        ),
        never_deleted("leads_consent"),
        never_deleted("leads_contactwindow"),
    ]
