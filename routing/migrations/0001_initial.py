import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('leads', '0001_initial'),
        ('producers', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Rotation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160, unique=True)),
                ('ledger', models.JSONField(default=dict)),
                ('updated_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='EscalationPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rungs', models.JSONField(default=list, help_text='[{"after": "5m", "action": "alert", "channels": [...], "to": "owner"}, ...]')),
                ('max_reassignments', models.PositiveSmallIntegerField(default=2)),
                ('backup_minimum_capacity_score', models.PositiveSmallIntegerField(default=6)),
                ('ends_on', models.CharField(choices=[('attempt', 'The first attempt'), ('contact', 'The first contact')], default='attempt', max_length=10)),
            ],
            options={
                'verbose_name_plural': 'escalation policy',
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='escalation_policy_is_one_row')],
            },
        ),
        migrations.CreateModel(
            name='RoutingDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('cause', models.CharField(help_text='Why the engine was asked: intake, decline, escalation, manual, ...', max_length=40)),
                ('outcome', models.CharField(choices=[('assigned', 'Assigned'), ('held', 'Held'), ('nurtured', 'Nurtured'), ('unplaced', 'Unplaced')], max_length=10)),
                ('rule', models.CharField(blank=True, max_length=160)),
                ('reason', models.TextField(help_text='One sentence a manager understands.')),
                ('facts', models.JSONField(help_text='The lead, the loads and the rotations as the engine saw them.')),
                ('trace', models.JSONField(help_text='Each rule tried and each person considered.')),
                ('by', models.ForeignKey(blank=True, help_text='Who asked; empty: the system by itself.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lead', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='leads.lead')),
                ('producer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='producers.producer')),
                ('roster', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='producers.rosterversion')),
            ],
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rotation', models.CharField(blank=True, help_text='The ledger whose turn it took, if any.', max_length=160)),
                ('family', models.CharField(blank=True, db_default='', default='', help_text='Of the lead, when it was assigned.', max_length=12)),
                ('tier', models.CharField(blank=True, db_default='', default='', help_text='Of the lead, when it was assigned.', max_length=4)),
                ('started_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(blank=True, null=True)),
                ('declined_at', models.DateTimeField(blank=True, null=True)),
                ('first_attempt_at', models.DateTimeField(blank=True, null=True)),
                ('contacted_at', models.DateTimeField(blank=True, null=True)),
                ('quoted_at', models.DateTimeField(blank=True, null=True)),
                ('bound_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('end_reason', models.CharField(blank=True, choices=[('declined', 'Declined'), ('escalated', 'Taken back for slowness'), ('reassigned', 'Reassigned by hand'), ('nurtured', 'Moved to nurture'), ('closed', 'Closed'), ('offboarded', 'Left the agency')], max_length=12)),
                ('end_note', models.CharField(blank=True, max_length=300)),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='leads.lead')),
                ('producer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='producers.producer')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='routing.routingdecision')),
            ],
        ),
        migrations.CreateModel(
            name='RuleSet',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(unique=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('archived', 'Archived')], default='draft', max_length=10)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('copied_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='copies', to='routing.ruleset')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-version'],
            },
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField(default=0)),
                ('name', models.CharField(max_length=160)),
                ('when', models.JSONField(blank=True, default=dict)),
                ('then', models.JSONField(default=dict)),
                ('ruleset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='routing.ruleset')),
            ],
            options={
                'ordering': ['ruleset', 'position'],
            },
        ),
        migrations.AddField(
            model_name='routingdecision',
            name='ruleset',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='routing.ruleset'),
        ),
        migrations.CreateModel(
            name='ReplayRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(help_text='Not included.')),
                ('state', models.CharField(choices=[('queued', 'Waiting to start'), ('running', 'Running'), ('done', 'Done'), ('cancelled', 'Canceled'), ('failed', 'Failed')], default='queued', max_length=10)),
                ('done', models.PositiveIntegerField(default=0, help_text='Decisions so far.')),
                ('total', models.PositiveIntegerField(default=0, help_text='Decisions in the period.')),
                ('result', models.JSONField(blank=True, null=True)),
                ('error', models.TextField(blank=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('leased_until', models.DateTimeField(blank=True, help_text='Whoever runs it gives a sign before this.', null=True)),
                ('created_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ruleset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replays', to='routing.ruleset')),
            ],
            options={
                'verbose_name': 'replay',
                'ordering': ['-created_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='LadderStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('due', 'Due'), ('in_flight', 'In flight'), ('waiting', 'Waiting for a person'), ('done', 'Done'), ('skipped', 'Skipped'), ('stuck', 'Stuck'), ('failed', 'Failed')], default='due', max_length=12)),
                ('due_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, help_text='What came of it, or why it was not done.', max_length=300)),
                ('rung', models.PositiveSmallIntegerField()),
                ('action', models.CharField(choices=[('alert', 'Alert'), ('warn', 'Warn'), ('reassign', 'Reassign')], max_length=10)),
                ('to', models.CharField(choices=[('owner', 'Owner'), ('backup', 'Backup'), ('manager', 'Manager')], max_length=10)),
                ('channels', models.JSONField(blank=True, default=list)),
                ('assignment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='ladder', to='routing.assignment')),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ladder', to='leads.lead')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'due')), fields=['due_at', 'id'], name='ladder_step_due'), models.Index(condition=models.Q(('state', 'due')), fields=['lead', 'due_at'], name='ladder_of_lead')],
                'constraints': [models.UniqueConstraint(fields=('assignment', 'rung'), name='ladder_rung_once')],
            },
        ),
        migrations.CreateModel(
            name='RotationCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.PositiveIntegerField(help_text='Millionths of a lead.')),
                ('reason', models.CharField(max_length=300)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('giver', models.ForeignKey(help_text='Who is owed less from now on.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='producers.producer')),
                ('rotation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='routing.rotation')),
                ('taker', models.ForeignKey(help_text='Who is owed more from now on.', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='producers.producer')),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='correction_moves_something'), models.CheckConstraint(condition=models.Q(('giver', models.F('taker')), _negated=True), name='correction_is_between_two')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('due', 'Due'), ('in_flight', 'In flight'), ('waiting', 'Waiting for a person'), ('done', 'Done'), ('skipped', 'Skipped'), ('stuck', 'Stuck'), ('failed', 'Failed')], default='due', max_length=12)),
                ('due_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, help_text='What came of it, or why it was not done.', max_length=300)),
                ('awaits', models.ForeignKey(blank=True, help_text='Who is worth the wait: as soon as they are free, the lead is decided again.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='producers.producer')),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holds', to='leads.lead')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holds', to='routing.routingdecision')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'due')), fields=['due_at', 'id'], name='hold_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'due')), fields=('lead',), name='lead_is_held_once')],
            },
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['producer', '-started_at'], name='assignment_of_producer'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['producer', 'family', 'tier'], name='assignment_open_by_kind'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('lead',), name='lead_has_one_owner'),
        ),
        migrations.AddConstraint(
            model_name='ruleset',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('state',), name='one_rule_set_is_in_force'),
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.UniqueConstraint(fields=('ruleset', 'name'), name='rule_name_once_per_set'),
        ),
        migrations.AddIndex(
            model_name='routingdecision',
            index=models.Index(fields=['lead', '-at'], name='decision_of_lead'),
        ),
        migrations.AddIndex(
            model_name='routingdecision',
            index=models.Index(fields=['at', 'id'], name='decision_by_time'),
        ),
        migrations.AddIndex(
            model_name='replayrun',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'running'])), fields=['id'], name='replay_to_run'),
        ),
        migrations.AddConstraint(
            model_name='replayrun',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='replay_ends_after_it_begins'),
        ),
    ]
