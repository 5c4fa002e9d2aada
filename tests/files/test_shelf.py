"""The page Files as agents use it: folders, lists, search, names, places and deletion (FI1)."""

import errno
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.models import Agent, Company
from contactcenter.promises import sweep_promises
from files import actions, uses
from files.actions import Chosen
from files.models import Folder, StoredFile
from files.store import UNDO_FOR, Refused, store_file
from files.uses import Use, register_use
from tests.clock import Clock
from tests.factories import make_agent, make_company

Keep = Callable[..., StoredFile]


@pytest.fixture
def offers(signed_in: Client) -> Folder:
    return add(signed_in, "Offers")


def add(client: Client, name: str, inside: Folder | None = None) -> Folder:
    client.post("/files/folders/add/", {"name": name, "folder": inside.pk if inside else ""})
    return Folder.objects.get(name=name)


def upload(client: Client, *names: str, folder: Folder | None = None, **headers: str) -> Any:
    files = [SimpleUploadedFile(name, b"Roses 9 PLN") for name in names]
    data = {"file": files, "folder": folder.pk if folder else ""}
    return client.post("/files/upload/", data, headers=headers)


def titles(client: Client, path: str) -> list[str]:
    """The names in the list, from top to bottom."""
    page = client.get(path, headers={"hx-request": "true"}).content.decode()
    return re.findall(r'<span class="row__title"[^>]*>([^<]*)</span>', page)


def item(thing: Folder | StoredFile) -> str:
    return f"{'folder' if isinstance(thing, Folder) else 'file'}:{thing.pk}"


def undo_of(response: Any) -> str:
    return re.findall(r'"undo": "([^"]*)"', response["HX-Trigger"])[0]


def toast_of(response: Any) -> str:
    return response["HX-Trigger"].encode().decode("unicode_escape")


# --- uploading ----------------------------------------------------------------------------------------------------


def test_several_files_are_uploaded_at_once_without_the_script(signed_in: Client, offers: Folder) -> None:
    response = upload(signed_in, "a.txt", "b.txt", folder=offers)

    assert response["Location"] == f"/files/folders/{offers.pk}/"
    assert titles(signed_in, f"/files/folders/{offers.pk}/") == ["a.txt", "b.txt"]
    assert {file.added_by_name for file in StoredFile.objects.all()} == {"Ewa"}


def test_the_script_learns_why_a_file_is_refused(signed_in: Client, company: Company) -> None:
    company.storage_limit = 5
    company.save()

    response = upload(signed_in, "a.txt", accept="application/json")

    assert response.status_code == 422
    assert response.json()["error"].startswith("There is not enough storage left for this file.")


def test_a_body_without_a_file_is_refused(signed_in: Client) -> None:
    response = signed_in.post("/files/upload/", {"folder": ""}, headers={"accept": "application/json"})

    assert (response.status_code, response.json()) == (422, {"error": "Choose at least one file."})


# --- lists --------------------------------------------------------------------------------------------------------


def test_folders_come_first_and_each_column_sorts(signed_in: Client, offers: Folder, keep: Keep) -> None:
    keep("Żółw.txt", b"1")
    keep("alfa.csv", b"a;b;c")
    keep("Beta.txt", b"333")

    assert titles(signed_in, "/files/") == ["Offers", "alfa.csv", "Beta.txt", "Żółw.txt"]
    assert titles(signed_in, "/files/?sort=-name") == ["Offers", "Żółw.txt", "Beta.txt", "alfa.csv"]
    assert titles(signed_in, "/files/?sort=size") == ["Offers", "Żółw.txt", "Beta.txt", "alfa.csv"]
    assert titles(signed_in, "/files/?sort=type")[1] == "alfa.csv"
    assert titles(signed_in, "/files/?sort=-added")[1] == "Beta.txt"
    assert titles(signed_in, "/files/?sort=nonsense")[0] == "Offers"


@pytest.mark.parametrize("sort", ["name", "-name", "type", "-by", "-size", "added"])
def test_page_after_page_shows_everything_once(
    signed_in: Client, keep: Keep, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr("files.lists.PAGE", 3)
    folders = {add(signed_in, f"folder {number}").name for number in range(4)}
    files = {keep(f"{number % 2} file {number}.txt", b"x" * (1 + number % 2)).name for number in range(7)}
    path, found = f"/files/?sort={sort}", list[str]()
    for _ in range(6):
        page = signed_in.get(path, headers={"hx-request": "true"}).content.decode()
        found += re.findall(r'<span class="row__title"[^>]*>([^<]*)</span>', page)
        following = re.search(r'rel="next" href="([^"]*)"', page)
        if not following:
            break
        path = following[1].replace("&amp;", "&")

    assert len(found) == len(set(found)) == 11
    assert set(found) == folders | files
    assert set(found[:4]) == folders


def test_a_page_costs_the_same_however_much_there_is(signed_in: Client, offers: Folder, keep: Keep) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as counted:
            signed_in.get(path)
        return len(counted)

    paths = ["/files/", "/files/?q=rose", "/files/picker/", f"/files/folders/{offers.pk}/details/"]
    keep("rose.txt")
    before = [queries(path) for path in paths]
    for number in range(12):
        keep(f"rose {number}.txt", folder=offers if number % 2 else None)
        add(signed_in, f"rose {number}", offers if number % 2 else None)

    assert [queries(path) for path in paths] == before


def test_search_looks_into_every_folder_without_minding_accents(
    signed_in: Client, offers: Folder, keep: Keep
) -> None:
    keep("Cennik żółtych róż.pdf", folder=offers)
    keep("Cennik tulipanów.pdf")
    keep("gone.pdf", is_attachment=True)

    assert titles(signed_in, "/files/?q=cennik zolt") == ["Cennik żółtych róż.pdf"]
    assert titles(signed_in, "/files/?q=CEN") == ["Cennik tulipanów.pdf", "Cennik żółtych róż.pdf"]
    assert titles(signed_in, "/files/?q=offer") == ["Offers"]
    assert titles(signed_in, "/files/?q=gone") == []
    assert "Nothing found for “&quot;%_&#x27;”" in signed_in.get("/files/?q=\"%25_'").content.decode()


def test_search_knows_a_file_by_its_new_name_only(signed_in: Client, keep: Keep) -> None:
    file = keep("tulips.txt")

    signed_in.post(f"/files/{file.pk}/rename/", {"name": "roses.txt"})

    assert titles(signed_in, "/files/?q=tulips") == []
    assert titles(signed_in, "/files/?q=roses") == ["roses.txt"]


def test_the_page_says_how_much_is_used_and_warns_in_time(
    signed_in: Client, company: Company, keep: Keep
) -> None:
    keep(content=b"x" * 1024)
    assert "1\xa0KB of 17\xa0GB used" in signed_in.get("/files/").content.decode()

    company.storage_limit = 1100
    company.save()
    assert "The storage is nearly full." in signed_in.get("/files/").content.decode()


def test_an_empty_shelf_says_what_to_do(signed_in: Client, offers: Folder) -> None:
    assert (
        "Drag files here from your computer" in signed_in.get(f"/files/folders/{offers.pk}/").content.decode()
    )


# --- names and places ---------------------------------------------------------------------------------------------


def test_folders_of_one_place_have_different_names(signed_in: Client, offers: Folder) -> None:
    again = signed_in.post("/files/folders/add/", {"name": "OFFERS"})
    inside = signed_in.post("/files/folders/add/", {"name": "Offers", "folder": offers.pk})

    assert again.status_code == 422
    assert "There is a folder of this name here already." in again.content.decode()
    assert inside.status_code == 302


@pytest.mark.parametrize("name", ["", "   ", "../", "\u200b\u202e", "..."])
def test_a_name_that_nobody_could_read_is_refused(signed_in: Client, keep: Keep, name: str) -> None:
    file = keep()

    assert signed_in.post("/files/folders/add/", {"name": name}).status_code == 422
    assert signed_in.post(f"/files/{file.pk}/rename/", {"name": name}).status_code == 422
    file.refresh_from_db()
    assert file.name == "prices.txt"


def test_a_file_is_not_renamed_over_another(signed_in: Client, keep: Keep) -> None:
    keep("a.txt")
    file = keep("b.txt")

    assert signed_in.post(f"/files/{file.pk}/rename/", {"name": "a.txt"}).status_code == 422
    assert signed_in.post(f"/files/{file.pk}/rename/", {"name": "b.txt"}).status_code == 302


def test_things_move_together(signed_in: Client, offers: Folder, keep: Keep) -> None:
    photos, file = add(signed_in, "Photos"), keep("a.txt")
    keep("a.txt", folder=offers)

    signed_in.post("/files/move/", {"item": [item(photos), item(file)], "to": offers.pk})

    assert titles(signed_in, "/files/") == ["Offers"]
    assert titles(signed_in, f"/files/folders/{offers.pk}/") == ["Photos", "a (2).txt", "a.txt"]


def test_a_folder_never_moves_into_itself(signed_in: Client, offers: Folder) -> None:
    inner = add(signed_in, "Inner", offers)
    innermost = add(signed_in, "Innermost", inner)

    for to in (offers, inner, innermost):
        response = signed_in.post(
            "/files/move/", {"item": item(offers), "to": to.pk}, headers={"hx-request": "true"}
        )
        assert response.status_code == 422
        assert "cannot be moved into itself" in toast_of(response)
    offers.refresh_from_db()
    assert offers.parent is None


def test_of_what_cannot_move_together_nothing_moves(signed_in: Client, offers: Folder, keep: Keep) -> None:
    add(signed_in, "Photos", offers)
    twin = Folder.objects.create(
        company=offers.company, name="photos", search_text="photos", created_at=offers.created_at
    )
    file = keep("a.txt")

    response = signed_in.post("/files/move/", {"item": [item(file), item(twin)], "to": offers.pk})

    assert response.status_code == 422
    assert "There is a folder of the same name already." in response.content.decode()
    assert titles(signed_in, "/files/") == ["Offers", "photos", "a.txt"]


def test_folders_lie_in_one_another_to_a_limit(
    signed_in: Client, offers: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("files.actions.DEEPEST", 2)
    inner = add(signed_in, "Inner", offers)
    other = add(signed_in, "Other")

    assert signed_in.post("/files/folders/add/", {"name": "x", "folder": inner.pk}).status_code == 422
    assert signed_in.post("/files/move/", {"item": item(offers), "to": other.pk}).status_code == 422


# --- other companies ----------------------------------------------------------------------------------------------


@pytest.fixture
def theirs(db: None) -> tuple[Folder, StoredFile]:
    baker = make_company("Baker")
    eve = make_agent(baker, "Eve", access=Agent.Access.FULL)
    client = Client()
    client.force_login(eve, backend="django.contrib.auth.backends.ModelBackend")
    folder = add(client, "Ovens")
    upload(client, "secret.txt", folder=folder)
    return folder, StoredFile.objects.get()


def test_ids_of_another_company_in_a_body_are_not_found(
    signed_in: Client, offers: Folder, keep: Keep, theirs: tuple[Folder, StoredFile]
) -> None:
    (their_folder, their_file), mine = theirs, keep()

    def refuses(path: str, data: dict[str, Any]) -> bool:
        return signed_in.post(path, data).status_code == 404

    assert refuses("/files/move/", {"item": item(mine), "to": their_folder.pk})
    assert refuses("/files/move/", {"item": [item(mine), item(their_file)], "to": offers.pk})
    assert refuses("/files/move/", {"item": item(their_folder), "to": ""})
    assert refuses("/files/delete/", {"item": [item(mine), item(their_file)]})
    assert refuses("/files/delete/", {"item": [item(offers), item(their_folder)]})
    assert refuses("/files/folders/add/", {"name": "x", "folder": their_folder.pk})
    assert refuses("/files/upload/", {"folder": their_folder.pk})
    assert signed_in.get(f"/files/picker/?folder={their_folder.pk}").status_code == 404
    assert signed_in.get(f"/files/move/?item={item(their_file)}").status_code == 404
    assert titles(signed_in, "/files/") == ["Offers", "prices.txt"]
    assert titles(signed_in, "/files/?q=secret ovens") == []


@pytest.mark.parametrize(
    "value", ["", "file:", "file:x", "file:1 OR 1=1", "task:1", "file:99999999999999", "-1"]
)
def test_nonsense_in_a_body_is_not_found(signed_in: Client, value: str) -> None:
    assert signed_in.post("/files/delete/", {"item": value}).status_code == 404


# --- deletion -----------------------------------------------------------------------------------------------------


def test_a_folder_goes_and_comes_back_with_all_that_is_in_it(
    signed_in: Client, offers: Folder, keep: Keep
) -> None:
    inner = add(signed_in, "Inner", offers)
    keep("a.txt", folder=inner)
    response = signed_in.post("/files/delete/", {"item": item(offers)}, headers={"hx-request": "true"})

    assert "Offers" in toast_of(response)
    assert titles(signed_in, "/files/") == []
    assert titles(signed_in, "/files/?q=a") == []
    assert signed_in.get(f"/files/folders/{inner.pk}/").status_code == 404

    signed_in.post(undo_of(response))

    assert titles(signed_in, "/files/") == ["Offers"]
    assert titles(signed_in, f"/files/folders/{inner.pk}/") == ["a.txt"]


def test_a_deletion_cannot_be_taken_back_for_ever(clock: Clock, signed_in: Client, offers: Folder) -> None:
    response = signed_in.post("/files/delete/", {"item": item(offers)}, headers={"hx-request": "true"})
    clock.move(seconds=UNDO_FOR.total_seconds() + 1)
    sweep_promises()

    assert signed_in.post(undo_of(response)).status_code == 404
    assert not Folder.objects.exists()


def test_what_comes_back_makes_room_for_what_has_come_since(
    signed_in: Client, offers: Folder, keep: Keep
) -> None:
    file = keep("a.txt")
    response = signed_in.post(
        "/files/delete/", {"item": [item(offers), item(file)]}, headers={"hx-request": "true"}
    )
    signed_in.post("/files/folders/add/", {"name": "offers"})
    keep("a.txt")

    signed_in.post(undo_of(response))

    assert titles(signed_in, "/files/") == ["offers", "Offers (2)", "a (2).txt", "a.txt"]


def test_nothing_comes_back_past_the_quota(signed_in: Client, company: Company, keep: Keep) -> None:
    company.storage_limit = 20
    company.save()
    response = signed_in.post("/files/delete/", {"item": item(keep("a.txt"))}, headers={"hx-request": "true"})
    keep("b.txt")

    back = signed_in.post(undo_of(response), headers={"hx-request": "true"})

    assert "There is not enough storage left to bring it back." in toast_of(back)
    assert titles(signed_in, "/files/") == ["b.txt"]


def test_a_deletion_and_the_details_say_where_a_file_is_attached(
    signed_in: Client, company: Company, offers: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uses, "_finders", [])
    upload(signed_in, "a.txt", folder=offers)
    file = StoredFile.objects.get()

    def uses_in_tasks(company_id: int, files: Any) -> list[tuple[int, Use]]:
        assert company_id == company.pk
        return [(pk, Use("the task “Call Anna”", "/tasks/5/")) for pk in files]

    register_use(uses_in_tasks)

    assert '<a class="mini" href="/tasks/5/">' in signed_in.get(f"/files/{file.pk}/").content.decode()
    response = signed_in.post("/files/delete/", {"item": item(offers)}, headers={"hx-request": "true"})
    assert "Still attached to: the task" in toast_of(response)


def test_an_upload_into_a_folder_that_went_meanwhile_is_refused(
    signed_in: Client, company: Company, offers: Folder
) -> None:
    signed_in.post("/files/delete/", {"item": item(offers)})

    with pytest.raises(Refused, match="The folder is not there any more"):
        store_file(company=company, name="a.txt", content=ContentFile(b"a"), folder=offers)
    assert not StoredFile.objects.exists()


def test_nothing_goes_into_a_folder_that_went_meanwhile(
    signed_in: Client, company: Company, ewa: Agent, offers: Folder, keep: Keep
) -> None:
    """It would be gone with it, and for good ten minutes later."""
    file, letters = keep("prices.txt"), add(signed_in, "Letters")
    signed_in.post("/files/delete/", {"item": item(offers)})

    # As somebody does it whose request has found the folder just before.
    for late in (
        lambda: actions.move(company=company, chosen=Chosen(files=[file]), to=offers),
        lambda: actions.move(company=company, chosen=Chosen(folders=[letters]), to=offers),
        lambda: actions.create_folder(company=company, name="New", parent=offers, by=ewa),
        lambda: actions.rename_folder(folder=offers, name="Old offers"),
    ):
        with pytest.raises(Refused, match="The folder is not there any more"):
            late()
    assert titles(signed_in, "/files/") == ["Letters", "prices.txt"]


def test_what_went_meanwhile_is_neither_moved_nor_renamed(
    signed_in: Client, company: Company, offers: Folder, keep: Keep
) -> None:
    prices, plan = keep("prices.txt"), keep("plan.txt")
    signed_in.post("/files/delete/", {"item": item(prices)})

    actions.move(company=company, chosen=Chosen(files=[prices, plan]), to=offers)
    with pytest.raises(Refused, match="This is not there any more"):
        actions.rename_file(file=prices, name="old.txt")
    prices.refresh_from_db()
    assert (prices.folder, prices.name) == (None, "prices.txt")
    assert titles(signed_in, f"/files/folders/{offers.pk}/") == ["plan.txt"]


class NoRoom(MemoryFileUploadHandler):
    """A temporary folder on which nothing fits any more."""

    def handle_raw_input(self, *facts: Any, **more: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.once
def test_a_full_disk_is_no_mistake_of_the_page(signed_in: Client, settings: Any) -> None:
    settings.FILE_UPLOAD_HANDLERS = [f"{NoRoom.__module__}.{NoRoom.__qualname__}"]
    signed_in.raise_request_exception = False

    response = upload(signed_in, "a.txt", accept="application/json")

    assert response.status_code == 507
    assert "no space left" in response.content.decode()
    assert not StoredFile.objects.exists()
