from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0002_search")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="opened_seq",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
    ]
