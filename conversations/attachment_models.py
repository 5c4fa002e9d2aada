from django.db import models

from files.models import StoredFile


class Attachment(models.Model):
    """A file that was sent in a conversation. What it is called stands in the entry; this says who may have it."""

    conversation = models.ForeignKey(
        "conversations.Conversation", on_delete=models.CASCADE, related_name="attachments"
    )
    # The number of its entry.
    seq = models.PositiveIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="attachment_once_in_entry")
        ]

    def __str__(self) -> str:
        return f"{self.file} in {self.conversation}"
