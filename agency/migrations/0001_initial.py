import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import phonenumber_field.modelfields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('due', 'Due'), ('in_flight', 'In flight'), ('waiting', 'Waiting for a person'), ('done', 'Done'), ('skipped', 'Skipped'), ('stuck', 'Stuck'), ('failed', 'Failed')], default='due', max_length=12)),
                ('due_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, help_text='What came of it, or why it was not done.', max_length=300)),
                ('channel', models.CharField(choices=[('in_app', 'In the app'), ('email', 'E-mail'), ('sms', 'Text'), ('voice', 'Call'), ('push', 'Push')], max_length=10)),
                ('audience', models.CharField(choices=[('staff', 'Staff'), ('consumer', 'Consumer')], max_length=10)),
                ('kind', models.CharField(help_text='What the message is about, such as lead_assigned.', max_length=40)),
                ('to', models.CharField(blank=True, help_text='Address or number; empty in the app.', max_length=254)),
                ('subject', models.CharField(blank=True, max_length=300)),
                ('body', models.TextField(blank=True)),
                ('path', models.CharField(blank=True, help_text='The page the message is about.', max_length=200)),
                ('dedupe_key', models.CharField(blank=True, help_text='A second message with the same key cannot exist.', max_length=120, null=True)),
                ('provider_id', models.CharField(blank=True, max_length=120)),
                ('created_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('number', models.BigAutoField(primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('name', models.CharField(max_length=150)),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, help_text='Where alerts and bridged calls go.', max_length=128, region=None)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=128, region=None)),
                ('address', models.CharField(blank=True, help_text='Every commercial e-mail carries it.', max_length=300)),
                ('website', models.URLField(blank=True)),
                ('timezone', models.CharField(default='America/New_York', max_length=64)),
                ('hours', models.JSONField(default=dict, help_text='Opening hours by weekday: {"mon": ["09:00-18:00"], ...}.')),
                ('holidays', models.CharField(blank=True, help_text='Calendar of the `holidays` library, such as US.', max_length=20)),
                ('idle_minutes', models.PositiveSmallIntegerField(db_default=0, default=0, help_text='After so many minutes without a request people count as away; 0: never.')),
                ('notify', models.JSONField(blank=True, default=dict, help_text='Channels by which people hear of things.')),
                ('targets', models.JSONField(blank=True, default=dict, help_text='What the dashboard and the monthly report are held against.')),
                ('appointments', models.CharField(choices=[('warn', 'Note it and tell the managers'), ('require', 'Do not allow it')], default='warn', help_text="What happens when a policy is bound with a carrier that has not appointed its producer in the lead's state.", max_length=7, verbose_name='carrier appointments')),
                ('fallback', models.ForeignKey(blank=True, help_text='The owner of last resort.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'agency',
                'permissions': [('see_all_leads', 'Can see every lead, not only their own'), ('see_personal_data', 'Can see names, numbers and addresses of leads and clients'), ('work_leads', 'Can accept, decline, log touches and move the status of leads they can see'), ('enter_leads', 'Can enter a walk-in or a phone call as a new lead'), ('reassign_leads', 'Can give a lead to someone else'), ('overrule_caps', 'Can give someone more leads than their cap'), ('publish_rules', 'Can publish routing rules and score models'), ('see_dashboard', 'Can see the live dashboard of the whole agency'), ('see_reports', 'Can see the reports on sources, routing and scoring')],
            },
        ),
    ]
