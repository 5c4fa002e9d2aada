"""An import of contacts from a file (CO3): what it consists of, and what may become of it."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Company
from files.models import StoredFile


class ContactImport(models.Model):
    """A file with contacts, on its way from upload to contacts, and perhaps back."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("to be configured")
        CONFIGURED = "configured", _("configured")
        VERIFYING = "verifying", _("being verified")
        VERIFIED = "verified", _("verified")
        IMPORTING = "importing", _("being imported")
        IMPORTED = "imported", _("imported")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        FAILED = "failed", _("failed")

    # What may become of an import in each of its states.
    MOVES: ClassVar[dict[str, frozenset[str]]] = {
        State.UPLOADED: frozenset({State.UPLOADED, State.CONFIGURED}),
        State.CONFIGURED: frozenset({State.CONFIGURED, State.UPLOADED, State.VERIFYING}),
        State.VERIFYING: frozenset({State.VERIFIED, State.FAILED, State.CONFIGURED}),
        State.VERIFIED: frozenset({State.IMPORTING, State.CONFIGURED, State.UPLOADED}),
        State.IMPORTING: frozenset({State.IMPORTED}),
        State.IMPORTED: frozenset({State.UNDOING}),
        State.UNDOING: frozenset({State.UNDONE}),
        State.UNDONE: frozenset(),
        State.FAILED: frozenset({State.CONFIGURED, State.UPLOADED}),
    }
    # Somebody works on it right now.
    RUNNING: ClassVar = frozenset({State.VERIFYING, State.IMPORTING, State.UNDOING})
    # Its format and mapping may be changed.
    OPEN: ClassVar = frozenset({State.UPLOADED, State.CONFIGURED, State.VERIFIED, State.FAILED})

    class Duplicates(models.TextChoices):
        """What becomes of a record whose address or number is known already."""

        SKIP = "skip", _("Skip them")
        UPDATE = "update", _("Update the contact")
        ADD = "add", _("Add them all the same")

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="contact_imports")
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(_("imported by"), max_length=120)
    # Until somebody deletes it from what the company has stored.
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    size = models.PositiveIntegerField(_("size"))
    # SHA-256 of the content, by which the same file is noticed.
    digest = models.CharField(max_length=64)

    # As it was recognised, and as it is read (contacts/imports/recognising.py).
    recognised = models.JSONField(default=dict)
    format = models.JSONField(default=dict)
    # One word for each column (contacts/imports/mapping.py).
    mapping = models.JSONField(default=list)
    headings = models.JSONField(default=list)
    # Repairs of what spreadsheets do to numbers, once somebody has agreed.
    adds_plus = models.BooleanField(default=False)
    adds_prefix = models.BooleanField(default=False)
    duplicates = models.CharField(max_length=6, choices=Duplicates, default=Duplicates.SKIP)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    # Where the running work stands: rows read, batches imported, or the contact last looked at.
    cursor = models.PositiveBigIntegerField(default=0)
    # Why it failed, in English (a text of the catalogue).
    failure = models.CharField(max_length=300, blank=True, default="")

    records = models.PositiveIntegerField(_("records"), default=0)
    # Counted by verification; `known` of the good ones have an address or number of a saved contact.
    good = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    # Counted by the import: of contacts added and changed, of records left out.
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    # By undoing it: what went back, and what stayed because it had been changed or used since.
    taken_back = models.PositiveIntegerField(default=0)
    stayed = models.PositiveIntegerField(default=0)
    # Tags that there were not before.
    made_tags = models.JSONField(default=list)

    created_at = models.DateTimeField(_("uploaded"))
    verified_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import of contacts")
        verbose_name_plural = _("imports of contacts")
        indexes = [
            models.Index(fields=["company", "-created_at", "-id"], name="contact_import_newest"),
            models.Index(fields=["company", "digest"], name="contact_import_digest"),
            models.Index(fields=["file"], name="contact_import_file"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_running(self) -> bool:
        return self.state in self.RUNNING

    @property
    def checked(self) -> int:
        """Records that verification has looked at."""
        return self.good + self.bad

    @property
    def done(self) -> int:
        """Records that the import has dealt with."""
        return self.created + self.updated + self.skipped

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_undoable(self) -> bool:
        """Imported, and anything came of it."""
        return self.state == self.State.IMPORTED and bool(self.created or self.updated)


class ImportBatch(models.Model):
    """Verified records on their way into contacts, as contacts/imports/checking.py writes them. Importing a batch and
    removing it are one transaction."""

    contact_import = models.ForeignKey(ContactImport, on_delete=models.CASCADE, related_name="batches")
    number = models.PositiveIntegerField()
    records: Any = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact_import", "number"], name="contact_import_batch_once")
        ]

    def __str__(self) -> str:
        return f"{self.contact_import_id}/{self.number}"


class ImportProblem(models.Model):
    """Why a record cannot be imported: the value in one of its columns, or the record itself."""

    contact_import = models.ForeignKey(ContactImport, on_delete=models.CASCADE, related_name="problems")
    # As spreadsheets count.
    row = models.PositiveIntegerField(_("row"))
    # Empty when it is about the whole record.
    column = models.PositiveSmallIntegerField(null=True)
    # Who the record is about, and the value; what is long is cut.
    name = models.CharField(max_length=80, blank=True, default="")
    value = models.CharField(_("value"), max_length=200, blank=True, default="")
    # In English (a text of the catalogue), and the number that belongs into it.
    reason = models.CharField(_("reason"), max_length=200)
    limit = models.PositiveIntegerField(null=True)

    class Meta:
        verbose_name = _("error in an import")
        indexes = [models.Index(fields=["contact_import", "id"], name="contact_import_problem")]

    def __str__(self) -> str:
        return f"{self.row}: {self.reason}"


class ImportChange(models.Model):
    """A contact that an import has updated, as it was before."""

    contact_import = models.ForeignKey(ContactImport, on_delete=models.CASCADE, related_name="changes")
    contact = models.ForeignKey("contacts.Contact", on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(default=dict)
    # When the import changed it: since then nobody else has, if it still says so.
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact_import", "contact"], name="contact_import_change_once")
        ]

    def __str__(self) -> str:
        return f"{self.contact_import_id}/{self.contact_id}"
