import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("leads", "0006_contact_rules")]

    operations = [
        migrations.AlterField(
            model_name='consent',
            name='lead',
            field=models.ForeignKey(blank=True, help_text='None: nobody we know.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='consents', to='leads.lead'),
        ),
    ]
