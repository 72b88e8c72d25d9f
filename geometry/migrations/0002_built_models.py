import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    """Models that are built, the kind of each file, and plots sent as polygons."""

    dependencies = [
        ('compliance', '0004_frozen_surfaces'),
        ('geometry', '0001_frozen_surfaces'),
    ]

    operations = [
        migrations.CreateModel(
            name='PlotOutline',
            fields=[
                ('id', models.UUIDField(db_column='_id', default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('geojson', models.TextField(help_text='As it was sent, as JSON.')),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='geometrymodel',
            name='figures',
            field=models.TextField(default='{}', help_text='What was measured from the solids of a built model, what cannot fit and what was assumed, as JSON.'),
        ),
        migrations.AddField(
            model_name='geometrymodel',
            name='format',
            field=models.CharField(blank=True, choices=[('glb', 'model (GLB)'), ('gltf', 'model (glTF)'), ('siteplan', 'site plan (SVG)'), ('section', 'section (SVG)'), ('thumbnail', 'picture (PNG)'), ('json', 'geometry data (JSON)'), ('', 'no file')], max_length=10),
        ),
        migrations.AlterField(
            model_name='geometrymodel',
            name='origin',
            field=models.CharField(choices=[('file', 'a GLB that a client sent'), ('data', 'geometry data that a client sent'), ('named', 'a file that a client named without sending it'), ('legacy', 'taken over from 2.0'), ('built', 'built from a run')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='geometrymodel',
            index=models.Index(fields=['path'], name='model_path'),
        ),
        migrations.AddField(
            model_name='plotoutline',
            name='run',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='plot_outline', to='compliance.run'),
        ),
    ]
