"""Where the product's rooms and settings are. A new one adds its line here."""

from dataclasses import dataclass

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """A room in the main navigation."""

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
    Entry("/tasks/", _("Tasks"), "task"),
    Entry("/history/", _("History"), "history"),
    Entry("/files/", _("Files"), "folder"),
    Entry("/contacts/", _("Contacts"), "users"),
)


@dataclass(frozen=True)
class SettingsEntry:
    """A page of the settings."""

    path: str
    label: LazyText | str
    icon: str
    # Other addresses of the same page, and what is under them.
    also: tuple[str, ...] = ()

    def leads_to(self, path: str) -> bool:
        if path.startswith(self.also):
            return True
        return path.startswith(self.path) if self.path != "/settings/" else path == self.path


@dataclass(frozen=True)
class SettingsSection:
    label: LazyText | str
    entries: tuple[SettingsEntry, ...]
    # Decides over the whole company: agents with limited access do not see it (AG4, SE4).
    needs_full_access: bool = False


SETTINGS = (
    SettingsSection(
        _("Personal"),
        (
            SettingsEntry("/profile/", _("My profile"), "user"),
            SettingsEntry("/settings/shortcuts/", _("My shortcuts"), "template"),
            SettingsEntry("/settings/security/", _("Sign-in and security"), "lock"),
            SettingsEntry("/settings/notifications/", _("Notifications"), "bell"),
        ),
    ),
    SettingsSection(
        _("Company"),
        (
            SettingsEntry("/settings/", _("General"), "building"),
            SettingsEntry("/settings/users/", _("Users"), "users"),
            SettingsEntry("/settings/groups/", _("Groups"), "tag"),
            SettingsEntry("/settings/hours/", _("Working hours"), "clock"),
            SettingsEntry("/settings/fields/", _("Additional fields"), "table"),
        ),
        needs_full_access=True,
    ),
    SettingsSection(
        _("Channels"),
        (
            SettingsEntry("/settings/chat/", _("Chat"), "chat", ("/settings/channels/chat/",)),
            SettingsEntry("/settings/widget/", _("Look of the chat"), "image"),
            SettingsEntry("/settings/triggers/", _("Triggers"), "bell"),
            SettingsEntry("/settings/chatbot/", _("Chatbot"), "bolt"),
        ),
        needs_full_access=True,
    ),
)
