from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("agency", "0007_contact_cap")]

    operations = [
        migrations.AddIndex(
            model_name='message',
            index=models.Index(condition=models.Q(('audience', 'consumer'), ('channel__in', ['sms', 'voice'])), fields=['to', 'finished_at'], name='message_to_number'),
        ),
    ]
