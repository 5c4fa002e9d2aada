"""What was told to open screens, as tests see it."""

import json
from dataclasses import dataclass
from typing import Any

from contactcenter import events


@dataclass(frozen=True)
class Telling:
    """An event and the groups it was told to."""

    event: events.Event
    groups: tuple[str, ...]


class Published(list[events.Event]):
    """The events in the order in which they were told, comparable with a list of events."""

    def __init__(self) -> None:
        super().__init__()
        self.tellings: list[Telling] = []

    def to(self, group: str) -> list[events.Event]:
        """The events that this group was told."""
        return [telling.event for telling in self.tellings if group in telling.groups]

    def of(self, kind: type[events.Event]) -> list[events.Event]:
        return [event for event in self if isinstance(event, kind)]

    def clear(self) -> None:
        super().clear()
        self.tellings.clear()

    def record(self, groups: tuple[str, ...], frame: str) -> None:
        content = json.loads(frame)
        event = events_by_type()[content["type"]](**content["data"])
        self.append(event)
        self.tellings.append(Telling(event, tuple(groups)))


def events_by_type() -> dict[str, type[events.Event]]:
    """Every event of the catalogue by its name on the wire."""
    return {kind.type: kind for kind in vars(events).values() if _is_event(kind)}


def _is_event(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, events.Event) and value is not events.Event
