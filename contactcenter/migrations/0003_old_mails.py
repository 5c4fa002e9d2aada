from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contactcenter", "0002_sessions"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="outgoingmail",
            index=models.Index(
                condition=models.Q(("sent_at__isnull", False)), fields=["sent_at"], name="outgoingmail_sent"
            ),
        ),
    ]
