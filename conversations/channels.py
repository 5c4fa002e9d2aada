"""What each channel brings along. A channel's room fills this registry when it starts (`AppConfig.ready`), so that
conversations know no channel."""

from typing import Protocol

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
