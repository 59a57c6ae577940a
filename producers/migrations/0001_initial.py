import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LineOfBusiness',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('family', models.CharField(choices=[('personal', 'Personal'), ('commercial', 'Commercial'), ('life', 'Life'), ('health', 'Health'), ('medicare', 'Medicare')], max_length=12)),
                ('code', models.CharField(blank=True, help_text='The ACORD-style code an agency management system uses.', max_length=10)),
                ('alt_codes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), blank=True, default=list, help_text='Other codes in use for the same line.', size=None)),
                ('requires', models.JSONField(default=list, help_text='Any one of these sets of authorities suffices: [["property", "casualty"], ["personal_lines"]].')),
                ('certifications', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, help_text='Each one must be held and in date.', size=None)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('active', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name_plural': 'lines of business',
                'ordering': ['family', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Producer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True)),
                ('role', models.CharField(choices=[('producer', 'Producer'), ('csr', 'CSR'), ('manager', 'Manager'), ('marketing', 'Marketing')], default='producer', max_length=10)),
                ('level', models.CharField(blank=True, help_text='A name rules can refer to, such as senior.', max_length=40)),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), blank=True, default=list, help_text='Codes such as en, es.', size=None)),
                ('weight', models.DecimalField(decimal_places=3, default=1, help_text='Share in weighted rotation.', max_digits=6, validators=[django.core.validators.MinValueValidator(0)])),
                ('resident_state', models.CharField(blank=True, max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$', 'Two capital letters, such as NY.')])),
                ('npn', models.CharField(blank=True, max_length=10, validators=[django.core.validators.RegexValidator('^\\d{1,10}$', 'Up to ten digits.')], verbose_name='national producer number')),
                ('notify', models.JSONField(blank=True, default=dict, help_text="Own channels by event; empty: the agency's.")),
                ('active', models.BooleanField(default=True)),
                ('backup', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='backs_up', to='producers.producer')),
                ('lines', models.ManyToManyField(blank=True, help_text='What they specialize in: a preference, never a gate.', related_name='specialists', to='producers.lineofbusiness')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='producer', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ['key'],
            },
        ),
        migrations.CreateModel(
            name='RosterVersion',
            fields=[
                ('number', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ('data', models.JSONField()),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Load',
            fields=[
                ('producer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='load', serialize=False, to='producers.producer')),
                ('open_leads', models.PositiveIntegerField(default=0)),
                ('day', models.DateField(blank=True, help_text="The agency's day that `day_count` counts.", null=True)),
                ('day_count', models.PositiveIntegerField(default=0)),
                ('week', models.DateField(blank=True, help_text='Monday of the week that `week_count` counts.', null=True)),
                ('week_count', models.PositiveIntegerField(default=0)),
                ('month', models.DateField(blank=True, help_text='First day of the month that `month_count` counts.', null=True)),
                ('month_count', models.PositiveIntegerField(default=0)),
                ('last_assigned_at', models.DateTimeField(blank=True, null=True)),
                ('presence', models.CharField(choices=[('available', 'Available'), ('busy', 'Busy'), ('away', 'Away')], default='available', max_length=10)),
                ('presence_at', models.DateTimeField(blank=True, null=True)),
                ('presence_cause', models.CharField(choices=[('self', 'Their own word'), ('call', 'A call'), ('idle', 'No request for some time')], db_default='self', default='self', max_length=4)),
                ('presence_until', models.DateTimeField(blank=True, help_text="When it ends by itself; empty: by somebody's word.", null=True)),
                ('presence_after', models.CharField(choices=[('available', 'Available'), ('busy', 'Busy'), ('away', 'Away')], db_default='available', default='available', max_length=10)),
                ('seen_at', models.DateTimeField(blank=True, help_text='Their last request, to the minute, where silence counts.', null=True)),
                ('other_load', models.PositiveIntegerField(db_default=0, default=0, help_text="Renewals, service and the like, in leads' worth of work.")),
                ('received_90d', models.PositiveIntegerField(default=0)),
                ('bound_90d', models.PositiveIntegerField(default=0)),
                ('responses_90d', models.PositiveIntegerField(default=0)),
                ('response_seconds_90d', models.PositiveBigIntegerField(default=0, help_text='Working seconds to the first attempt, summed.')),
                ('kinds_90d', models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, help_text='Received, bound by kind.')),
            ],
        ),
        migrations.CreateModel(
            name='Certification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('effective', models.DateField()),
                ('expires', models.DateField(blank=True, null=True)),
                ('producer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='certifications', to='producers.producer')),
            ],
            options={
                'ordering': ['producer', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Team',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('active', models.BooleanField(default=True)),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='leads_teams', to='producers.producer')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='producer',
            name='teams',
            field=models.ManyToManyField(blank=True, related_name='members', to='producers.team'),
        ),
        migrations.CreateModel(
            name='Territory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('zips', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=11), blank=True, default=list, help_text='ZIPs or ranges: 10001-10099.', size=None)),
                ('counties', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), blank=True, default=list, help_text='Such as NY/Kings County.', size=None)),
                ('states', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$', 'Two capital letters, such as NY.')]), blank=True, default=list, size=None)),
                ('position', models.PositiveIntegerField(default=0, help_text='Among equals the first wins.')),
                ('active', models.BooleanField(default=True)),
                ('backup', models.ForeignKey(blank=True, help_text='Who takes over from a slow owner.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='producers.producer')),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='territories', to='producers.team')),
            ],
            options={
                'verbose_name_plural': 'territories',
                'ordering': ['position', 'key'],
            },
        ),
        migrations.CreateModel(
            name='License',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$', 'Two capital letters, such as NY.')])),
                ('number', models.CharField(blank=True, max_length=40)),
                ('authority', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('property', 'Property'), ('casualty', 'Casualty'), ('personal_lines', 'Personal lines'), ('life', 'Life'), ('ah', 'Accident and health'), ('variable', 'Variable life and annuity'), ('surety', 'Surety'), ('credit', 'Credit'), ('title', 'Title'), ('travel', 'Travel'), ('crop', 'Crop'), ('pet', 'Pet'), ('rental', 'Rental'), ('surplus', 'Surplus lines')], max_length=20), default=list, size=None)),
                ('effective', models.DateField()),
                ('expires', models.DateField()),
                ('resident', models.BooleanField(blank=True, help_text='Unknown: no home-state condition.', null=True)),
                ('active', models.BooleanField(default=True, help_text='Off: suspended or surrendered.')),
                ('source', models.CharField(blank=True, help_text="Where the record was taken from, such as the state's register or a copy of the license.", max_length=60)),
                ('verified_on', models.DateField(blank=True, help_text='When it was last held against that source.', null=True)),
                ('producer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='licenses', to='producers.producer')),
            ],
            options={
                'ordering': ['producer', 'state', 'effective'],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires__gte', models.F('effective'))), name='license_ends_after_it_begins'), models.UniqueConstraint(fields=('producer', 'state', 'number'), name='license_once')],
            },
        ),
        migrations.CreateModel(
            name='CapacityCap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(choices=[('open', 'Open leads'), ('day', 'Per day'), ('week', 'Per week'), ('month', 'Per month')], max_length=5)),
                ('family', models.CharField(blank=True, choices=[('personal', 'Personal'), ('commercial', 'Commercial'), ('life', 'Life'), ('health', 'Health'), ('medicare', 'Medicare')], db_default='', default='', help_text='Empty: leads of any family.', max_length=12)),
                ('tier', models.CharField(blank=True, choices=[('hot', 'Hot'), ('warm', 'Warm'), ('cold', 'Cold')], db_default='', default='', help_text='Empty: leads of any tier.', max_length=4)),
                ('limit', models.PositiveIntegerField()),
                ('producer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='caps', to='producers.producer')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('producer', 'period', 'family', 'tier'), name='cap_once_per_period_and_kind')],
            },
        ),
        migrations.CreateModel(
            name='Appointment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carrier', models.CharField(help_text='As it is written on policies; capitals do not matter.', max_length=120)),
                ('state', models.CharField(max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$', 'Two capital letters, such as NY.')])),
                ('effective', models.DateField()),
                ('expires', models.DateField(blank=True, null=True)),
                ('active', models.BooleanField(default=True, help_text='Off: taken back.')),
                ('producer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='appointments', to='producers.producer')),
            ],
            options={
                'ordering': ['producer', 'carrier', 'state'],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires__isnull', True), ('expires__gte', models.F('effective')), _connector='OR'), name='appointment_ends_after_it_begins'), models.UniqueConstraint(fields=('producer', 'carrier', 'state'), name='appointment_once')],
            },
        ),
        migrations.CreateModel(
            name='PerformanceDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('family', models.CharField(blank=True, max_length=12)),
                ('tier', models.CharField(blank=True, max_length=4)),
                ('received', models.PositiveIntegerField(default=0)),
                ('contacted', models.PositiveIntegerField(default=0)),
                ('quoted', models.PositiveIntegerField(default=0)),
                ('bound', models.PositiveIntegerField(default=0)),
                ('responses', models.PositiveIntegerField(default=0)),
                ('response_seconds', models.PositiveBigIntegerField(default=0)),
                ('producer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='performance', to='producers.producer')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('producer', 'day', 'family', 'tier'), name='performance_bucket_once')],
            },
        ),
        migrations.CreateModel(
            name='TimeOff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('note', models.CharField(blank=True, max_length=120)),
                ('producer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='time_off', to='producers.producer')),
            ],
            options={
                'verbose_name_plural': 'time off',
                'ordering': ['producer', 'starts_on'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='time_off_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='WorkingHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], validators=[django.core.validators.MaxValueValidator(6)])),
                ('opens', models.TimeField()),
                ('closes', models.TimeField()),
                ('producer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hours', to='producers.producer')),
            ],
            options={
                'verbose_name_plural': 'working hours',
                'ordering': ['producer', 'weekday', 'opens'],
                'constraints': [models.CheckConstraint(condition=models.Q(('closes__gt', models.F('opens'))), name='hours_close_after_they_open')],
            },
        ),
    ]
