"""What an agent is told, and how."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Plan


class NotificationsForm(forms.ModelForm):
    """Only checks; agents.actions.choose_notifications saves."""

    class Meta:
        model = Agent
        fields = ["mails_offline", "mails_missed", "ringtone"]
        labels = {
            "mails_offline": _("E-mail about offline messages"),
            "mails_missed": _("E-mail about missed conversations"),
            "ringtone": _("Ringtone"),
        }
        help_texts = {
            "mails_offline": _(
                "Somebody wrote while nobody was online. It comes after two minutes, unless somebody came or read it."
            ),
            "mails_missed": _("Somebody wrote while you were online, and left before anybody joined."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("mails_offline", "mails_missed"):
            self.fields[name].widget.attrs |= {"class": "switch", "role": "switch"}
        company = self.instance.company
        # What was chosen is kept for the day the plan changes (NO3).
        self.fields["mails_missed"].disabled = company is not None and company.plan == Plan.FREE
