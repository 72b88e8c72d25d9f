import uuid

import django.utils.timezone
from django.db import migrations, models


def begin_anew(apps, schema_editor):
    """Forget who had which undelivered event: every sink gets those once more, which "at least once" allows."""
    apps.get_model('telemetry', 'Delivery').objects.all().delete()


class Migration(migrations.Migration):
    """Each event says whether deliveries know more of it, instead of each sink keeping a position behind which it may have missed one."""

    dependencies = [
        ('telemetry', '0002_delivery'),
    ]

    operations = [
        migrations.RunPython(begin_anew, migrations.RunPython.noop),
        migrations.CreateModel(
            name='Pruning',
            fields=[
                ('id', models.UUIDField(db_column='_id', default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('pruned_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('before', models.DateTimeField()),
                ('events', models.PositiveIntegerField()),
            ],
        ),
        migrations.AlterField(
            model_name='event',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.AddField(
            model_name='event',
            name='queued',
            field=models.BooleanField(default=False, help_text='A sink has it or has refused it, and another has not got it: its deliveries say which.'),
        ),
        migrations.RemoveIndex(
            model_name='event',
            name='event_undelivered',
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['delivered_at', 'queued', 'created_at'], name='event_new'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='event_at',
            field=models.DateTimeField(default=django.utils.timezone.now, help_text='When the event was written.'),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='delivery',
            name='first_failed_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['run_id', 'sink', 'status'], name='delivery_of_run'),
        ),
        migrations.RemoveField(
            model_name='sinkstate',
            name='position_at',
        ),
        migrations.RemoveField(
            model_name='sinkstate',
            name='position_id',
        ),
        migrations.AddField(
            model_name='sinkstate',
            name='last_sent_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='sinkstate',
            name='sent',
            field=models.PositiveBigIntegerField(default=0, help_text='Events that it took, repeated ones too.'),
        ),
    ]
