"""Files that were put on tasks from a computer. They stand in no folder, so nobody would find them once no task has
them any more: then they go."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from contactcenter.promises import keeps, make_promise
from files.models import StoredFile
from files.store import delete_files
from files.uses import Use, uses_of
from tasks.models import Task

# A form that was sent with a mistake in it keeps its files so long, waiting to be sent again.
WAITS_FOR_FORM = timedelta(days=1)
ATTACHED = _("Task “{title}”")


def await_form(files: Iterable[StoredFile]) -> None:
    """These came with a form. Should it never become a task, they go."""
    _promise((file.pk for file in files), WAITS_FOR_FORM)


def forget_unless_used(files: Iterable[int]) -> None:
    """These hang on a task no more; in the caller's transaction."""
    _promise(files, timedelta())


def _promise(files: Iterable[int], wait: timedelta) -> None:
    for number in files:
        make_promise("task.upload", key=str(number), due_at=timezone.now() + wait, file_id=number)


@keeps("task.upload")
def delete_upload_unless_used(*, file_id: int) -> None:
    """What stands on the shelf of Files stays there, whoever attached it."""
    file = StoredFile.objects.select_related("company").filter(pk=file_id, is_attachment=True).first()
    if file is None or file.deleted_at is not None:
        return
    # A deleted task may come back for a while.
    if not file.tasks.exists() and not uses_of(file.company_id, [file.pk]):
        delete_files(company=file.company, files=[file])


def uses_in_tasks(company_id: int, files: Sequence[int]) -> Iterable[tuple[int, Use]]:
    """Registered with files.uses: the tasks that have these files attached."""
    found = Task.objects.of(company_id).filter(attachments__in=files).order_by("-id")
    for file_id, number, title in found.values_list("attachments", "pk", "title"):
        if file_id in files:
            yield file_id, Use(format_lazy(ATTACHED, title=title), f"/tasks/{number}/", "task")
