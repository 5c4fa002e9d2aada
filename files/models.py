"""What a company has stored: folders, and files in them."""

from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Company


class FolderQuerySet(QuerySet["Folder"]):
    def of(self, company_id: int) -> "FolderQuerySet":
        """Everything of a company that is still there."""
        return self.filter(company_id=company_id, deleted_at=None)


class Folder(models.Model):
    """A place for files, perhaps inside another one."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="folders")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="folders"
    )
    name = models.CharField(_("name"), max_length=120)
    added_by = models.ForeignKey(
        Agent, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("added by")
    )
    search_text = models.TextField(blank=True, default="", editable=False)
    created_at = models.DateTimeField(_("added"))
    # Which deletion took it away: what went together comes back together.
    deletion = models.UUIDField(null=True, blank=True, editable=False, db_index=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = FolderQuerySet.as_manager()

    class Meta:
        verbose_name = _("folder")
        verbose_name_plural = _("folders")
        constraints = [
            models.UniqueConstraint(
                "company",
                "parent",
                Lower("name"),
                condition=~Q(parent=None) & Q(deleted_at=None),
                name="folder_name_once_in_parent",
            ),
            models.UniqueConstraint(
                "company",
                Lower("name"),
                condition=Q(parent=None, deleted_at=None),
                name="folder_name_once_at_top",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StoredFileQuerySet(QuerySet["StoredFile"]):
    def of(self, company_id: int) -> "StoredFileQuerySet":
        """Everything of a company that is still there."""
        return self.filter(company_id=company_id, deleted_at=None)

    def on_shelf(self) -> "StoredFileQuerySet":
        """What the room Files shows, unlike what only hangs on a message or a task."""
        return self.filter(is_attachment=False)


class StoredFile(models.Model):
    """A file of the company's. Its content lies under `key`, a name that nobody chose."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="files")
    folder = models.ForeignKey(
        Folder,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="files",
        verbose_name=_("folder"),
    )
    # Sent in a conversation or put on a task from a computer: it counts against the quota, but stands in no folder.
    is_attachment = models.BooleanField(default=False)
    # Where the storage keeps it. Never made of anything that somebody typed.
    key = models.CharField(max_length=80, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200)
    # What its content was recognised as; decides over the preview only, never over how it is served.
    content_type = models.CharField(_("type"), max_length=80)
    # In bytes.
    size = models.PositiveBigIntegerField(_("size"))
    # Who added it; nobody when a customer sent it.
    added_by = models.ForeignKey(
        Agent, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("added by")
    )
    added_by_name = models.CharField(_("added by"), max_length=120, blank=True, default="")
    search_text = models.TextField(blank=True, default="", editable=False)
    created_at = models.DateTimeField(_("added"))
    # Which deletion took it away: what went together comes back together.
    deletion = models.UUIDField(null=True, blank=True, editable=False, db_index=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        # A folder in each of its orders, and what a company has used of its storage.
        indexes = [
            *(
                models.Index(
                    fields=["company", "folder", order, "id"],
                    condition=Q(deleted_at=None, is_attachment=False),
                    name=f"file_by_{order}"[:30],
                )
                for order in ("search_text", "content_type", "added_by_name", "size", "created_at")
            ),
            models.Index(fields=["company", "size"], condition=Q(deleted_at=None), name="file_sizes"),
        ]

    def __str__(self) -> str:
        return self.name
