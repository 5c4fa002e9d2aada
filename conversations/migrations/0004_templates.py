import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("agents", "0001_initial"), ("conversations", "0003_opened")]

    operations = [
        migrations.CreateModel(
            name="ReplyTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channels", models.JSONField(default=list)),
                ("title", models.CharField(max_length=80, verbose_name="title")),
                ("shortcut", models.CharField(max_length=30, verbose_name="shortcut")),
                ("language", models.CharField(blank=True, choices=[("pl", "Polski"), ("en", "English")], default="", max_length=2, verbose_name="language")),
                ("text", models.TextField(max_length=4000, verbose_name="text")),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                ("company", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="reply_templates", to="agents.company")),
                ("owner", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="reply_templates", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["company", "shortcut"],
                        condition=Q(deleted_at=None, owner=None),
                        name="template_shortcut_once_per_company",
                    ),
                    models.UniqueConstraint(
                        fields=["owner", "shortcut"],
                        condition=Q(deleted_at=None, owner__isnull=False),
                        name="template_shortcut_once_per_owner",
                    ),
                ],
            },
        ),
    ]
