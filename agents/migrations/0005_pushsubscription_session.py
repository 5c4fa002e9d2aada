from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0004_second_factors_and_email_changes"),
        ("contactcenter", "0002_sessions"),
    ]

    operations = [
        # Nothing has filled the table yet, so no row needs the empty default.
        migrations.AddField(
            model_name="pushsubscription",
            name="session",
            field=models.ForeignKey(
                default="",
                on_delete=models.deletion.CASCADE,
                related_name="+",
                to="contactcenter.session",
            ),
            preserve_default=False,
        ),
    ]
