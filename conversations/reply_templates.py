"""Making, changing and finding templates (IN6, SE2; docs/templates.md)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from agents.models import Agent, Company
from contactcenter.folding import fold
from contactcenter.promises import keeps, make_promise
from conversations.models import Conversation, ReplyTemplate
from conversations.template_models import ReplyTemplateQuerySet

MOST_OF_COMPANY, MOST_OF_AGENT = 500, 100
# How long a deleted template can be had back.
KEPT = timedelta(hours=1)


class ShortcutTaken(Exception):
    """Another template of the same shelf has this shortcut."""


class TooMany(Exception):
    """The shelf is full."""


@dataclass(frozen=True)
class Shelf:
    """Where templates stand together: a company's, or one agent's own."""

    company: Company
    owner: Agent | None = None

    @property
    def templates(self) -> ReplyTemplateQuerySet:
        return ReplyTemplate.objects.of(self.company.pk, self.owner)

    @property
    def most(self) -> int:
        return MOST_OF_AGENT if self.owner else MOST_OF_COMPANY


@transaction.atomic
def add_template(*, shelf: Shelf, **facts: Any) -> ReplyTemplate:
    """Raises TooMany and ShortcutTaken."""
    _make_room(shelf)
    template = ReplyTemplate(company=shelf.company, owner=shelf.owner, **facts)
    _store(template)
    return template


def change_template(*, template: ReplyTemplate, **facts: Any) -> None:
    """Raises ShortcutTaken."""
    for name, fact in facts.items():
        setattr(template, name, fact)
    _store(template, [*facts])


@transaction.atomic
def delete_template(*, template: ReplyTemplate) -> None:
    template.deleted_at = timezone.now()
    template.save(update_fields=["deleted_at"])
    due_at = template.deleted_at + KEPT
    make_promise("template.forget", key=str(template.pk), due_at=due_at, template_id=template.pk)


@transaction.atomic
def restore_template(*, shelf: Shelf, template: ReplyTemplate) -> None:
    """Take a deletion back. Raises TooMany and ShortcutTaken: others may stand in its place."""
    if template.deleted_at is None:
        return
    _make_room(shelf)
    template.deleted_at = None
    _store(template, ["deleted_at"])


@keeps("template.forget")
def forget_deleted_template(*, template_id: int) -> None:
    ReplyTemplate.objects.filter(pk=template_id, deleted_at__lte=timezone.now() - KEPT).delete()


def forget_shortcuts_of(agent: Agent) -> None:
    """Registered with agents.actions: an agent was deleted, and the row of the agent stays."""
    ReplyTemplate.objects.filter(owner=agent).delete()


def templates_for(conversation: Conversation, agent: Agent) -> list[ReplyTemplate]:
    """What the agent may insert here: their own first, then the company's, each by title."""
    found = ReplyTemplate.objects.usable_by(agent)
    return by_title(template for template in found if template.serves(conversation.channel))


def by_title(templates: Iterable[ReplyTemplate]) -> list[ReplyTemplate]:
    return sorted(templates, key=lambda template: (template.owner_id is None, fold(template.title)))


def _make_room(shelf: Shelf) -> None:
    """Two who add at once must not both get the last place."""
    Company.objects.select_for_update(no_key=True).get(pk=shelf.company.pk)
    if shelf.templates.count() >= shelf.most:
        raise TooMany


def _store(template: ReplyTemplate, fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            template.save(update_fields=fields)
    except IntegrityError:
        raise ShortcutTaken from None
