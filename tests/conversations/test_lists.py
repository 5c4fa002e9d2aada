"""The lists of the workspace, read while conversations go on."""

from typing import Any

import pytest

from agents.models import Company
from conversations import lists
from conversations.models import Conversation
from tests.factories import make_agent, make_conversation


def test_what_is_answered_between_two_queries_stands_once(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = make_agent(company, "Ada")
    conversation = make_conversation(company, led_by=ada)
    Conversation.objects.update(waiting_since=conversation.created_at)
    read = lists._section

    def and_meanwhile_ada_answers(*args: Any) -> lists.Section:
        section = read(*args)
        Conversation.objects.update(waiting_since=None)
        return section

    monkeypatch.setattr(lists, "_section", and_meanwhile_ada_answers)
    sections = lists.conversation_list(ada, lists.Tab.MINE, {}).sections
    assert [[row.pk for row in section.conversations] for section in sections] == [[], [conversation.pk]]
