
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Policies, and the designs that were shown."""

    dependencies = [
        ('feedback', '0002_review'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='feedback',
            name='kind',
            field=models.CharField(choices=[('result', 'a result'), ('suggestion', 'a suggested design'), ('clause', 'one clause of a verdict'), ('clause_wrong', 'a clause that is wrong'), ('misread', 'a prompt that was misread')], default='result', max_length=12),
        ),
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.UUIDField(db_column='_id', default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(unique=True)),
                ('status', models.CharField(choices=[('candidate', 'candidate'), ('live', 'live'), ('retired', 'retired')], default='candidate', max_length=10)),
                ('content', models.TextField(help_text='Weights and votes, as JSON.')),
                ('digest', models.CharField(max_length=64)),
                ('votes', models.PositiveIntegerField(help_text='Accepted votes that it was trained on.')),
                ('trained_until', models.DateTimeField(help_text='Votes that came later are not in it.')),
                ('evidence', models.TextField(default='{}', help_text='What the log says of it beside the live one, as JSON.')),
                ('reason', models.CharField(blank=True, help_text='Why it was promoted, or brought back.', max_length=500)),
                ('live_since', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('signed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('promote_policy', 'Can promote a policy and take one back')],
            },
        ),
        migrations.CreateModel(
            name='Suggestion',
            fields=[
                ('id', models.UUIDField(db_column='_id', default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('request_id', models.CharField(db_index=True, max_length=100)),
                ('place', models.PositiveSmallIntegerField(help_text='Which of the designs of its request it is, from 1.')),
                ('context', models.TextField(help_text='Where it is wanted, as JSON.')),
                ('city', models.CharField(max_length=40)),
                ('building_use', models.CharField(max_length=20)),
                ('strategy', models.CharField(max_length=60)),
                ('probability', models.FloatField()),
                ('available', models.TextField(help_text='The strategies that were feasible, as JSON.')),
                ('design', models.TextField(help_text='The suggested values, as JSON.')),
                ('release_sha256', models.CharField(help_text='The release of the rulebook under which it complies.', max_length=64)),
                ('trace_id', models.CharField(max_length=100)),
                ('created_at', models.DateTimeField()),
                ('policy', models.ForeignKey(blank=True, help_text='Empty: the cold start.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='suggestions', to='feedback.policyversion')),
            ],
        ),
        migrations.AddField(
            model_name='feedback',
            name='suggestion',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='feedback', to='feedback.suggestion'),
        ),
        migrations.AddIndex(
            model_name='suggestion',
            index=models.Index(fields=['city', 'building_use', '-created_at'], name='suggestion_group_newest'),
        ),
        migrations.AddConstraint(
            model_name='suggestion',
            constraint=models.UniqueConstraint(fields=('request_id', 'place'), name='suggestion_once_per_place'),
        ),
    ]
