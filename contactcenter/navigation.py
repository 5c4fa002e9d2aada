"""The rooms that the main navigation leads to. A new room adds its line here."""

from dataclasses import dataclass

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    path: str
    label: LazyText | str
    icon: str
    # A template that shows a number beside the label.
    counter: str = ""
    # Other addresses of the same room.
    also: tuple[str, ...] = ()

    def leads_to(self, path: str) -> bool:
        """Whether a page at `path` belongs to this room."""
        if path == self.path or path.startswith(self.also):
            return True
        return self.path != "/" and path.startswith(self.path)


ENTRIES = (
    Entry("/", _("Conversations"), "chat", "conversations/includes/nav_count.html", ("/conversations/",)),
    Entry("/history/", _("History"), "history"),
)
