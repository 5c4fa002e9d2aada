"""Contacts that may be one person: they share an e-mail address or a number."""

from collections.abc import Iterable

from contacts.models import Contact, ContactEmail, ContactPhone

# An address that so many share is a company's, and says nothing of persons.
MOST = 5


def with_same_ways(
    company_id: int, *, emails: Iterable[str] = (), phones: Iterable[str] = (), but: int = 0
) -> list[Contact]:
    """The company's contacts with any of these addresses or numbers, a few at most; `but` is not among them."""
    of = {"company_id": company_id}
    by_email = ContactEmail.objects.filter(**of, address__in=[*emails]).exclude(contact_id=but)
    by_phone = ContactPhone.objects.filter(**of, number__in=[*phones]).exclude(contact_id=but)
    found = dict.fromkeys(
        [
            *by_email.order_by("contact_id").values_list("contact_id", flat=True)[:MOST],
            *by_phone.order_by("contact_id").values_list("contact_id", flat=True)[:MOST],
        ]
    )
    contacts = Contact.objects.of(company_id).filter(pk__in=[*found][:MOST])
    return list(contacts.prefetch_related("emails", "phones").order_by("sort_name", "pk"))


def duplicates_of(contact: Contact) -> list[Contact]:
    return with_same_ways(
        contact.company_id,
        emails=[email.address for email in contact.emails.all()],
        phones=[phone.number for phone in contact.phones.all()],
        but=contact.pk,
    )
