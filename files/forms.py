"""Forms of the files room."""

from pathlib import PurePosixPath
from typing import Any

from django import forms

from agents.forms.parts import PointsToError, text_input
from files.names import LONGEST


class NameForm(PointsToError, forms.Form):
    """What something is called. Whether it may be is for `files.actions` to say."""

    name = forms.CharField(max_length=LONGEST, widget=text_input(autocomplete="off", autofocus=True))

    def __init__(self, data: Any = None, *, label: str, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["name"].label = label
        if initial:
            # What one usually changes is selected: all but the ending.
            self.fields["name"].widget.attrs["data-cc-stem"] = len(PurePosixPath(initial["name"]).stem)

    @property
    def typed(self) -> str:
        return str(self.cleaned_data["name"])
