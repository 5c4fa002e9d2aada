"""Finding contacts in the list (CO1): the same answers on both databases."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from agents.models import Company
from contacts import lists, search
from contacts.actions import save_contact
from contacts.deletion import delete_contacts
from contacts.models import Contact, ContactTag
from contacts.rows import Facts, facts_of
from tests.factories import make_company

Save = Callable[..., Contact]


def shown(response: Any) -> list[str]:
    """The names in the list, from the top."""
    return re.findall(r'class="row__title" title="([^"]*)"', response.content.decode())


@pytest.fixture
def found(client: Client) -> Callable[..., list[str]]:
    return lambda q, **more: shown(client.get("/contacts/", {"q": q, **more}))


@pytest.fixture
def people(save: Save) -> None:
    save(
        "Łucja", "Żak", organisation="Kawiarnia Źródło", phones=["+48607214880"], address="ul. Długa 12, Łódź"
    )
    save("Anna", "Nowak", emails=["anna.nowak@firma.example"], phones=["+442079460958"])
    save("Ewa", "Daniel", emails=["ewa@wanda.example"], custom={"number": "K-1041"})


@pytest.mark.parametrize(
    "query",
    ["Łucja", "lucja", "LUC", "zak luc", "zrodlo", "kawiarnia ź", "dluga lodz", "Długa 12"],
)
def test_by_words_shortened_and_without_accents(people: None, found: Callable, query: str) -> None:
    assert found(query) == ["Łucja Żak"]


@pytest.mark.parametrize(
    "query",
    [
        "607 214 880",
        "607214",
        "+48 607",
        "0048607214",
        "48 607 214 880",
        "214 880",
        "4880",
        "+48\u00a0607-214",
    ],
)
def test_by_numbers_as_people_type_them(people: None, found: Callable, query: str) -> None:
    assert found(query) == ["Łucja Żak"]


@pytest.mark.parametrize(
    "query", ["anna.nowak@firma.example", "ANNA.NOWAK@fir", "@firma", "firma.example", "nowak"]
)
def test_by_addresses(people: None, found: Callable, query: str) -> None:
    assert found(query) == ["Anna Nowak"]


def test_by_a_field_of_the_companys_own(people: None, found: Callable) -> None:
    assert found("K-1041") == ["Ewa Daniel"]


def test_by_a_single_letter_that_names_begin_with(people: None, found: Callable) -> None:
    assert found("n") == ["Anna Nowak"]
    assert found("ż") == ["Łucja Żak"]


def test_characters_that_are_no_words_find_nobody_and_break_nothing(people: None, found: Callable) -> None:
    for query in (
        "()",
        '"',
        "* OR a:b",
        "' -- &|!",
        "\u0301",
        "𞤀𞤁",
    ):
        assert found(query) in ([], ["Łucja Żak"])


def test_every_word_has_to_be_found(people: None, found: Callable) -> None:
    assert found("anna zak") == []


def test_what_changes_is_found_by_its_new_words_only(save: Save, found: Callable, company: Company) -> None:
    contact = save("Anna", "Nowak")

    save_contact(company=company, by=None, facts=Facts(last_name="Kowalska"), contact=contact)

    assert found("kowalska") == ["Kowalska"]
    assert found("nowak") == []


def test_what_is_deleted_is_found_no_more(save: Save, found: Callable, company: Company) -> None:
    contact = save("Anna", "Nowak")

    delete_contacts(company=company, by=None, contacts=[contact.pk])

    assert found("nowak") == []


def test_another_companys_people_are_never_found(save: Save, found: Callable) -> None:
    save("Anna", "Nowak", phones=["+48607214880"], of=make_company("Baker"))

    assert found("nowak") == found("607") == found("n") == []


def test_search_within_a_tag(
    save: Save, found: Callable, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways: dict[str, Any] = {"emails": ["anna@firma.example"], "phones": ["+48607214880"]}
    save("Anna", "Nowak", tags=("VIP",), **ways)
    save("Anna", "Zając", **ways)
    tag = ContactTag.objects.get(company=company)
    queries = ("anna", "anna@firma.example", "@firma", "607 214", "4880", "+48607", "")

    assert {query: found(query, tag=tag.pk) for query in queries} == {
        query: ["Anna Nowak"] for query in queries
    }
    # as where a tag is on very many
    monkeypatch.setattr(lists, "MOST_GATHERED", 0)
    assert {query: found(query, tag=tag.pk) for query in queries} == {
        query: ["Anna Nowak"] for query in queries
    }


def test_of_very_many_tags_some_are_offered_and_the_chosen_one(
    save: Save, client: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_TAGS_OFFERED", 2)
    save("Anna", tags=("a", "b", "c", "d"))
    tag = ContactTag.objects.get(company=company, name="d")

    page = client.get("/contacts/", {"tag": tag.pk}).content.decode()
    assert re.findall(r'<option value="[0-9]+"(?: selected)?>(.)</option>', page) == ["a", "b", "d"]


def test_of_very_many_the_newest_are_found_and_the_page_says_so(
    save: Save, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (search, lists):
        monkeypatch.setattr(module, "MOST_FOUND", 2)
    monkeypatch.setattr(search, "MOST_SORTED", 2)
    for name in ("Anna", "Beata", "Celina", "Dorota"):
        save(name, "Nowak")

    response = client.get("/contacts/", {"q": "nowak"})

    assert shown(response) == ["Celina Nowak", "Dorota Nowak"]
    assert "More than 1 000 found, the newest of them: add a word" in response.content.decode()


def pages(client: Client, **asked: str) -> Iterator[list[str]]:
    address: str | None = "/contacts/?" + "&".join(f"{name}={value}" for name, value in asked.items())
    while address:
        response = client.get(address)
        yield shown(response)
        onward = re.search(r'rel="next" href="([^"]*)"', response.content.decode())
        address = onward[1].replace("&amp;", "&") if onward else None


@pytest.mark.parametrize("order", list(lists.Order))
def test_every_contact_stands_once_on_the_pages_of_every_order(
    save: Save, client: Client, monkeypatch: pytest.MonkeyPatch, order: lists.Order
) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    # Equal names, too: their numbers decide.
    made = [save("Anna", last) for last in ("Zając", "Ćwik", "Nowak", "Nowak", "Adamska")]
    save_again = made[0]
    save_contact(company=save_again.company, by=None, facts=facts_of(save_again), contact=save_again)

    found = [name for page in pages(client, sort=order.value) for name in page]

    by_name = ["Anna Adamska", "Anna Ćwik", "Anna Nowak", "Anna Nowak", "Anna Zając"]
    by_age = ["Anna Zając", "Anna Ćwik", "Anna Nowak", "Anna Nowak", "Anna Adamska"]
    expected = {"name": by_name, "added": by_age, "changed": [*by_age[1:], by_age[0]]}[
        order.value.lstrip("-")
    ]
    assert found == (expected[::-1] if order.is_descending else expected)


@pytest.mark.parametrize(
    "mark", ["x", "[]", '["a"]', '["a", -1]', '["a", 1e9]', '["\\u0000", 1]', "[" * 5000, "1"]
)
def test_a_place_in_the_list_that_is_none_is_the_beginning(save: Save, client: Client, mark: str) -> None:
    save("Anna", "Nowak")

    assert shown(client.get("/contacts/", {"after": mark})) == ["Anna Nowak"]
    assert shown(client.get("/contacts/", {"after": mark, "sort": "-added"})) == ["Anna Nowak"]


def test_a_filter_that_makes_no_sense_counts_as_none(save: Save, client: Client) -> None:
    contact = save("Anna", "Nowak")
    foreign = ContactTag.objects.create(company=make_company("Baker"), name="VIP")

    asked = {"tag": foreign.pk, "sort": "password", "q": "\0"}
    assert shown(client.get("/contacts/", asked)) == ["Anna Nowak"]
    assert shown(client.get(f"/contacts/{contact.pk}/", {"tag": "9" * 30})) == ["Anna Nowak"]


QUERIES = 14


def test_the_same_number_of_queries_for_few_and_for_many(
    save: Save, client: Client, django_assert_num_queries: Any
) -> None:
    for count in (1, 40):
        for number in range(count):
            save(
                "Anna",
                f"Nowak{number}",
                emails=[f"a{number}@mail.example"],
                phones=["+48607214880"],
                tags=("VIP",),
            )
        with django_assert_num_queries(QUERIES):
            client.get("/contacts/")
        with django_assert_num_queries(QUERIES + 1):
            client.get("/contacts/?q=nowak")
