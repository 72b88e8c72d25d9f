import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


def queue_earlier_votes(apps, schema_editor):
    """Put the votes that came before the reviewers' queue into it, each with its voice."""
    feedback, review = apps.get_model('feedback', 'Feedback'), apps.get_model('feedback', 'Review')
    last = None
    while True:
        rows = feedback.objects.select_related('run').order_by('pk')
        page = list((rows.filter(pk__gt=last) if last else rows)[:500])
        if not page:
            return
        for vote in page:
            vote.voice = f'user:{vote.voter_id}' if vote.voter_id else f'session:{vote.session_id}'
            vote.save(update_fields=['voice'])
        review.objects.bulk_create([
            review(
                feedback=vote,
                created_at=vote.created_at,
                vote=vote.vote,
                context=f'{vote.run.city}, {vote.run.building_use}' if vote.run_id else '',
            )
            for vote in page
        ])
        last = page[-1].pk


class Migration(migrations.Migration):
    """What votes are about and why, and the reviewers' queue."""

    dependencies = [
        ('compliance', '0004_frozen_surfaces'),
        ('feedback', '0001_frozen_surfaces'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.UUIDField(db_column='_id', default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('status', models.CharField(choices=[('pending', 'waits'), ('accepted', 'accepted'), ('rejected', 'rejected')], default='pending', max_length=10)),
                ('note', models.CharField(blank=True, help_text='Why it was rejected, or opened again.', max_length=500)),
                ('at', models.DateTimeField(blank=True, null=True)),
                ('assigned_until', models.DateTimeField(blank=True, help_text='An assignment runs out, so that nothing lies about.', null=True)),
                ('flag', models.CharField(blank=True, help_text='Why it should be looked at with care.', max_length=200)),
                ('disagreement', models.FloatField(default=0.0, help_text='How far it is from the other votes on its target, 0 to 2.')),
                ('created_at', models.DateTimeField(help_text='When the vote came in.')),
                ('vote', models.SmallIntegerField(default=0)),
                ('context', models.CharField(blank=True, help_text='City and use that the vote would train; empty where it trains nothing.', max_length=80)),
            ],
            options={
                'permissions': [('review_feedback', 'Can accept, reject and reopen feedback')],
            },
        ),
        migrations.CreateModel(
            name='ReviewStep',
            fields=[
                ('id', models.UUIDField(db_column='_id', default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('batch', models.UUIDField(db_index=True)),
                ('action', models.CharField(choices=[('accept', 'accepted'), ('reject', 'rejected'), ('reopen', 'opened again'), ('undo', 'undone')], max_length=10)),
                ('before', models.CharField(choices=[('pending', 'waits'), ('accepted', 'accepted'), ('rejected', 'rejected')], max_length=10)),
                ('after', models.CharField(choices=[('pending', 'waits'), ('accepted', 'accepted'), ('rejected', 'rejected')], max_length=10)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.UUIDField(db_column='_id', default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60)),
                ('query', models.CharField(help_text="The address's query.", max_length=300)),
            ],
        ),
        migrations.AddField(
            model_name='feedback',
            name='clause_id',
            field=models.CharField(blank=True, help_text="The clause of the run's verdict that is meant.", max_length=60),
        ),
        migrations.AddField(
            model_name='feedback',
            name='comment',
            field=models.TextField(blank=True, help_text="The reason in the voter's own words."),
        ),
        migrations.AddField(
            model_name='feedback',
            name='corrections',
            field=models.TextField(default='[]', help_text='Values that were misread, as JSON: field, value (null: not stated at all), and what was read of which words.'),
        ),
        migrations.AddField(
            model_name='feedback',
            name='kind',
            field=models.CharField(choices=[('result', 'a result'), ('clause', 'one clause of a verdict'), ('clause_wrong', 'a clause that is wrong'), ('misread', 'a prompt that was misread')], default='result', max_length=12),
        ),
        migrations.AddField(
            model_name='feedback',
            name='reason',
            field=models.CharField(blank=True, choices=[('too_tall', 'too tall'), ('too_low', 'too low'), ('too_dense', 'too dense'), ('too_little_built', 'too little is built'), ('margins_too_narrow', 'margins too narrow'), ('margins_too_wide', 'margins too wide'), ('helpful', 'helpful'), ('unclear', 'unclear'), ('other', 'another reason')], max_length=20),
        ),
        migrations.AddField(
            model_name='feedback',
            name='source',
            field=models.CharField(blank=True, help_text='A keyed hash of the network address that it came from.', max_length=32),
        ),
        migrations.AddField(
            model_name='feedback',
            name='voice',
            field=models.CharField(blank=True, help_text="Whose voice it is: the token's user, else the session.", max_length=210),
        ),
        migrations.AlterField(
            model_name='feedback',
            name='route',
            field=models.CharField(choices=[('core', '/core/feedback'), ('mcp', '/api/mcp/feedback'), ('creator', '/api/mcp/creator_feedback'), ('legacy', 'taken over from 2.0'), ('native', '/api/v1/feedback/')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(fields=['source', '-created_at'], name='feedback_source_newest'),
        ),
        migrations.AddField(
            model_name='review',
            name='assigned_to',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='review',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='review',
            name='feedback',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review', to='feedback.feedback'),
        ),
        migrations.AddField(
            model_name='reviewstep',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reviewstep',
            name='review',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='feedback.review'),
        ),
        migrations.AddField(
            model_name='savedfilter',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['status', '-created_at'], name='review_status_newest'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['status', '-disagreement', '-created_at'], name='review_status_differs'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(fields=['status', 'context'], name='review_status_context'),
        ),
        migrations.AddConstraint(
            model_name='savedfilter',
            constraint=models.UniqueConstraint(fields=('person', 'name'), name='filter_once_per_person'),
        ),
        migrations.RunPython(queue_earlier_votes, migrations.RunPython.noop),
    ]
