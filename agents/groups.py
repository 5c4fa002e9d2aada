"""What can be done to groups (AG7). A group narrows whom its widgets and conversations ask (ST4)."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from agents.duties import announce_duties
from agents.models import Agent, Company, Group
from contactcenter.events import GroupDeleted, publish
from contactcenter.realtime import widgets


class NameTaken(Exception):
    """The company has a group of this name, in whatever case."""


@transaction.atomic
def create_group(*, company: Company, name: str, members: Iterable[Agent] = ()) -> Group:
    """Raises NameTaken."""
    group = Group(company=company, name=name)
    _save(group)
    assign_members(group=group, members=members)
    return group


@transaction.atomic
def edit_group(*, group: Group, name: str, members: Iterable[Agent]) -> None:
    """Rename a group and choose who is in it. Raises NameTaken, and nothing is changed."""
    group.name = name
    _save(group)
    assign_members(group=group, members=members)


def _save(group: Group) -> None:
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError:
        raise NameTaken from None


@transaction.atomic
def assign_members(*, group: Group, members: Iterable[Agent]) -> None:
    """These agents of the company are in the group, and no others."""
    before = {agent.pk: agent for agent in group.agents.select_related("company")}
    after = {agent.pk: agent for agent in members if agent.company_id == group.company_id}
    group.agents.set(after.values())
    announce_duties(*((before | after)[pk] for pk in sorted(before.keys() ^ after.keys())))


@transaction.atomic
def delete_group(*, group: Group) -> None:
    """The group's agents and invitations lose it; its conversations and widgets become the whole company's, so
    everybody may be asked for more than before."""
    company, pk = group.company, group.pk
    group.delete()
    publish(GroupDeleted(), widgets(company.pk, pk))
    announce_duties(*Agent.objects.get_queryset().of(company.pk).select_related("company").order_by("pk"))
