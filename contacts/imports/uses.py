"""Where files of imports are used, so that nobody takes one for a file that nothing has (files/uses.py)."""

from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils.text import capfirst

from contacts.imports.models import ContactImport
from files.uses import Use


def uses_in_imports(company_id: int, files: Sequence[int]) -> Iterable[tuple[int, Use]]:
    """Registered with files.uses: the imports of these files."""
    found = ContactImport.objects.filter(company_id=company_id, file__in=files).order_by("-pk")
    label = capfirst(str(ContactImport._meta.verbose_name))
    for file_id, number in found.values_list("file", "pk"):
        yield file_id, Use(label, reverse("contacts:import", args=[number]), "users")
