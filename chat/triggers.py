"""What the widget says by itself (WI9): one text for each language, so many seconds after the visitor came."""

from django.db import transaction
from django.utils import timezone

from agents.models import Company
from chat.models import Trigger


class LanguageTaken(Exception):
    """There is another trigger in this language."""


def triggers_of(company: Company) -> dict[str, Trigger]:
    """What the company's widgets say, by language."""
    if not company.triggers_on:
        return {}
    return {trigger.language: trigger for trigger in company.triggers.filter(deleted_at=None)}


def said_before(company: Company, trigger: object) -> str:
    """The text that a visitor's first message answers, when their client says which trigger it was. Never words of the
    client's: nobody lets the company say what it did not."""
    if not isinstance(trigger, int) or isinstance(trigger, bool) or not 0 < trigger < 2**63:
        return ""
    found = Trigger.objects.filter(company=company, pk=trigger).first()
    return found.text if found else ""


@transaction.atomic
def save_trigger(
    *, company: Company, language: str, text: str, delay: int, trigger: Trigger | None = None
) -> Trigger:
    """A new one, or another text for it. Raises LanguageTaken."""
    _free(company, language, trigger)
    trigger = trigger or Trigger(company=company)
    trigger.language, trigger.text, trigger.delay = language, text, delay
    trigger.save()
    return trigger


@transaction.atomic
def delete_trigger(*, trigger: Trigger) -> None:
    """Those deleted before cannot come back any more."""
    Trigger.objects.filter(company=trigger.company_id, deleted_at__isnull=False).delete()
    trigger.deleted_at = timezone.now()
    trigger.save(update_fields=["deleted_at"])


@transaction.atomic
def restore_trigger(*, trigger: Trigger) -> None:
    """Take the deletion back. Raises LanguageTaken."""
    _free(trigger.company, trigger.language, trigger)
    trigger.deleted_at = None
    trigger.save(update_fields=["deleted_at"])


def _free(company: Company, language: str, trigger: Trigger | None) -> None:
    """The company's row is locked: two who add one at once find each other."""
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    others = Trigger.objects.filter(company=company, language=language, deleted_at=None)
    if trigger is not None and trigger.pk:
        others = others.exclude(pk=trigger.pk)
    if others.exists():
        raise LanguageTaken
