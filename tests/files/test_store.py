"""Storing files: what is refused, what holds under pressure, and what becomes of what was deleted (FI1)."""

import errno
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import connections, transaction

from agents.models import Company
from contactcenter.models import Promise
from contactcenter.promises import sweep_promises
from files.models import StoredFile
from files.store import SWEEP_AFTER, UNDO_FOR, QuotaFull, Refused, delete_files, storage_used, store_file
from tests.clock import Clock
from tests.factories import make_company
from tests.files.conftest import contents

Keep = Callable[..., StoredFile]


class FullDisk(FileSystemStorage):
    """A disk on which half of what is written fits."""

    def _save(self, name: str, content: Any) -> str:
        super()._save(name, ContentFile(content.read(5)))
        raise OSError(errno.ENOSPC, "No space left on device")


class CutOff(FileSystemStorage):
    """A storage on another machine, which cannot be reached."""

    def _save(self, name: str, content: Any) -> str:
        raise ConnectionError("no route to host")


def storage_of(kind: type, settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": f"{kind.__module__}.{kind.__qualname__}"},
    }


def test_content_lies_under_a_name_that_nobody_chose(company: Company, keep: Keep, media: Path) -> None:
    file = keep("../../etc/passwd")

    assert file.name == "passwd"
    (path,) = (path for path in media.rglob("*") if path.is_file())
    assert path.relative_to(media).as_posix() == file.key
    assert "passwd" not in file.key


def test_an_empty_file_is_refused(keep: Keep, media: Path) -> None:
    with pytest.raises(Refused, match="is empty"):
        keep(content=b"")

    assert contents(media) == []


def test_a_file_that_is_too_large_is_refused(keep: Keep) -> None:
    with pytest.raises(Refused, match="larger than 1 MB"):
        keep(content=b"x" * 1_048_577, max_bytes=1_048_576)


def test_names_that_are_taken_get_a_number(keep: Keep) -> None:
    assert [keep("offer.pdf").name for _ in range(3)] == ["offer.pdf", "offer (2).pdf", "offer (3).pdf"]


def test_attachments_keep_their_names_and_stand_on_no_shelf(company: Company, keep: Keep) -> None:
    names = {keep("offer.pdf", is_attachment=True).name for _ in range(2)}

    assert names == {"offer.pdf"}
    assert not StoredFile.objects.of(company.pk).on_shelf().exists()
    assert storage_used(company) == 2 * len(b"Roses 9 PLN")


@pytest.mark.parametrize(
    ("storage", "reason"), [(FullDisk, "no space left"), (CutOff, "could not be stored right now")]
)
def test_a_storage_that_fails_leaves_nothing_behind(
    company: Company, keep: Keep, media: Path, settings: Any, storage: type, reason: str
) -> None:
    storage_of(storage, settings)

    with pytest.raises(Refused, match=reason):
        keep()

    assert contents(media) == []
    assert storage_used(company) == 0


# --- the quota ----------------------------------------------------------------------------------------------------


def test_what_does_not_fit_is_refused(company: Company, keep: Keep, media: Path) -> None:
    company.storage_limit = 20
    company.save()
    keep(content=b"eleven byte")

    with pytest.raises(QuotaFull, match="not enough storage"):
        keep(content=b"ten bytes!")

    assert contents(media) == [b"eleven byte"]


def test_without_a_limit_everything_fits(company: Company, keep: Keep) -> None:
    company.storage_limit = None
    company.save()

    assert keep().size == 11


def test_what_others_store_does_not_count(company: Company, keep: Keep) -> None:
    company.storage_limit = 11
    company.save()
    keep(company=make_company())

    assert keep().size == 11


@pytest.mark.django_db(transaction=True)
def test_twenty_uploads_at_once_keep_to_the_quota(transactional_db: None, media: Path) -> None:
    company = make_company(storage_limit=70)
    start, outcomes = Barrier(20), list[str]()

    def upload(number: int) -> None:
        start.wait(20)
        try:
            store_file(company=company, name=f"{number}.txt", content=ContentFile(b"ten bytes!"))
            outcomes.append("stored")
        except QuotaFull:
            outcomes.append("full")
        finally:
            connections.close_all()

    threads = [Thread(target=upload, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(outcomes) == ["full"] * 13 + ["stored"] * 7
    assert storage_used(company) == 70
    assert contents(media) == [b"ten bytes!"] * 7


# --- what goes ----------------------------------------------------------------------------------------------------


def test_content_goes_when_nobody_took_the_deletion_back(
    clock: Clock, company: Company, keep: Keep, media: Path
) -> None:
    file = keep()

    delete_files(company=company, files=[file])

    assert storage_used(company) == 0
    assert contents(media) == [b"Roses 9 PLN"]
    clock.move(seconds=UNDO_FOR.total_seconds() + 1)
    sweep_promises()
    sweep_promises()
    assert contents(media) == []
    assert not StoredFile.objects.exists()


def test_content_goes_with_its_company(clock: Clock, company: Company, keep: Keep, media: Path) -> None:
    other = keep(company=make_company(), content=b"theirs")
    keep()

    company.agents.all().delete()
    company.delete()
    sweep_promises()

    assert contents(media) == [b"theirs"]
    assert StoredFile.objects.get() == other


def test_an_upload_that_died_half_way_is_swept_away(
    clock: Clock, company: Company, keep: Keep, media: Path
) -> None:
    keep(content=b"this one stays")
    file = keep()
    # As if the process had died before the row, and what was written stayed.
    with transaction.atomic():
        StoredFile.objects.filter(pk=file.pk)._raw_delete("default")

    clock.move(seconds=SWEEP_AFTER.total_seconds() + 1)
    sweep_promises()

    assert contents(media) == [b"this one stays"]
    assert not Promise.objects.filter(kind="file.sweep").exists()


def test_a_large_deletion_goes_in_parts(
    clock: Clock, company: Company, keep: Keep, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("files.store.BATCH", 2)
    delete_files(company=company, files=[keep() for _ in range(5)])

    clock.move(seconds=UNDO_FOR.total_seconds())
    for _ in range(5):
        clock.move(seconds=2)
        sweep_promises()

    assert contents(media) == []
    assert not StoredFile.objects.exists()
