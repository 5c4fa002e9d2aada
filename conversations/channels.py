"""What each channel brings along. A channel's room fills this registry when it starts (`AppConfig.ready`), so that
conversations know no channel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from agents.models import Agent
from conversations.models import Conversation


class ChannelAdapter(Protocol):
    """How a channel carries an agent's words to the customer."""

    def deliver(self, conversation: Conversation, *, text: str, by: Agent) -> None:
        """Called in the transaction that stores a reply; what leaves the house must do so through a promise."""


_adapters: dict[str, ChannelAdapter] = {}


def register_channel(channel: str, adapter: ChannelAdapter) -> None:
    _adapters[channel] = adapter


def adapter_of(conversation: Conversation) -> ChannelAdapter:
    """Raises KeyError for a channel that nobody serves."""
    return _adapters[conversation.channel]


def carries_replies(channel: str) -> bool:
    """Whether somebody serves the channel; conversations of others can only be read."""
    return channel in _adapters


def carrying_channels() -> list[str]:
    """The channels in which agents can write."""
    return [*_adapters]


# --- what stands beside a conversation ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Section:
    """A piece of the pane beside a conversation: a template, and what it calls `section.facts`."""

    template: str
    facts: dict[str, Any]


# Answers with a constant number of queries; None when there is nothing to show.
Beside = Callable[[Conversation], Section | None]

_beside: dict[str, list[Beside]] = {}


def register_beside(channel: str, *sections: Beside) -> None:
    """What a channel knows of its customers (visited pages), in the order in which agents see it."""
    _beside.setdefault(channel, []).extend(sections)


def sections_beside(conversation: Conversation) -> list[Section]:
    found = [section(conversation) for section in _beside.get(conversation.channel, [])]
    return [section for section in found if section is not None]


# --- what can be done with a conversation -------------------------------------------------------------------------

_menu: list[str] = []


def register_menu_item(template: str) -> None:
    """Something that a room above does with conversations (a task): an item of the open conversation's menu."""
    _menu.append(template)


def menu_items() -> list[str]:
    return _menu
