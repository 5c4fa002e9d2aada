"""Saved people, how to reach them, and the fields that a company adds to its forms."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Company

# Models of this room with a module of their own.
from contacts.imports.models import ContactImport as ContactImport
from contacts.imports.models import ImportBatch as ImportBatch
from contacts.imports.models import ImportChange as ImportChange
from contacts.imports.models import ImportProblem as ImportProblem


class CustomField(models.Model):
    """A field that a company adds to the forms of its contacts, its tasks or both (CO4). Values lie under its key in
    `custom` of contacts and tasks."""

    class Kind(models.TextChoices):
        SHORT = "short", _("Short text")
        LONG = "long", _("Long text")

    # How long a value may be.
    LONGEST: ClassVar = {Kind.SHORT: 200, Kind.LONG: 5_000}

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="custom_fields")
    name = models.CharField(_("name"), max_length=60)
    key = models.CharField(_("key"), max_length=40, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")])
    kind = models.CharField(_("type"), max_length=5, choices=Kind, default=Kind.SHORT)
    on_contacts = models.BooleanField(_("contacts"), default=False)
    on_tasks = models.BooleanField(_("tasks"), default=False)

    class Meta:
        verbose_name = _("custom field")
        verbose_name_plural = _("custom fields")
        constraints = [
            models.UniqueConstraint(fields=["company", "key"], name="custom_field_key_once"),
            models.CheckConstraint(
                condition=Q(on_contacts=True) | Q(on_tasks=True), name="custom_field_stands_somewhere"
            ),
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class ContactTag(models.Model):
    """A word by which a company sorts its contacts."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="contact_tags")
    name = models.CharField(_("name"), max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint("company", Lower("name"), name="contact_tag_once_per_company")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ContactQuerySet(QuerySet["Contact"]):
    def of(self, company_id: int) -> "ContactQuerySet":
        return self.filter(company_id=company_id)


class Contact(models.Model):
    """A person whom the company saved (CO1)."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="contacts")
    first_name = models.CharField(_("first name"), max_length=80, blank=True, default="")
    last_name = models.CharField(_("surname"), max_length=80, blank=True, default="")
    organisation = models.CharField(_("organisation"), max_length=160, blank=True, default="")
    address = models.CharField(_("address"), max_length=300, blank=True, default="")
    note = models.TextField(_("note"), blank=True, default="", max_length=5_000)
    # Values of the company's custom fields, by their keys.
    custom = models.JSONField(default=dict, blank=True)
    tags = models.ManyToManyField(ContactTag, related_name="contacts", blank=True)
    # The folded name as lists sort it: surname first, else organisation, else whatever there is.
    sort_name = models.CharField(max_length=200, blank=True, default="", editable=False)
    # Folded names, organisation, addresses and numbers, for searching.
    search_text = models.TextField(blank=True, default="", editable=False)
    created_at = models.DateTimeField(_("added"))
    # Moves with every change by people; an import is undone only while its contacts are as it made them.
    changed_at = models.DateTimeField(_("changed"))
    created_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    made_by_import = models.ForeignKey(
        ContactImport,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="contacts",
        db_index=False,
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            # the list in each of its orders; ascending and descending read the same index
            models.Index(fields=["company", "sort_name", "id"], name="contact_by_name"),
            models.Index(fields=["company", "created_at", "id"], name="contact_by_age"),
            models.Index(fields=["company", "changed_at", "id"], name="contact_by_change"),
            models.Index(
                fields=["made_by_import", "id"],
                condition=Q(made_by_import__isnull=False),
                name="contact_made_by_import",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.organisation


class ContactEmail(models.Model):
    """One of a contact's e-mail addresses; the first is the one to write to."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="emails")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    # As it was written, but for the case: addresses are compared in lower case.
    address = models.EmailField(_("e-mail"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "address"], name="contact_email_once")]
        indexes = [models.Index(fields=["company", "address"], name="contact_email_of_company")]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.address


class ContactPhone(models.Model):
    """One of a contact's numbers, in E.164; the first is the one to call."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="phones")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    number = models.CharField(_("phone"), max_length=16, validators=[RegexValidator(r"^\+[1-9][0-9]{5,14}$")])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "number"], name="contact_phone_once")]
        indexes = [models.Index(fields=["company", "number"], name="contact_phone_of_company")]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.number


class Deletion(models.Model):
    """Contacts that somebody deleted. They are gone from everywhere; what is kept here brings them back for a while
    (contacts/deletion.py)."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    kept = models.JSONField(default=list, encoder=DjangoJSONEncoder)

    def __str__(self) -> str:
        return f"{self.company_id} {self.at:%Y-%m-%d %H:%M}"
