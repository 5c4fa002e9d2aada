"""Cells: safe in spreadsheets, and read back as what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.cells import DANGEROUS, harmless, joined_tags, quoted, split_tags, unquoted, visible
from contacts.cleaning import one_line, several_lines

pytestmark = pytest.mark.once

# Texts that begin like formulas come up often.
TEXTS = st.one_of(
    st.text(max_size=20),
    st.builds(str.__add__, st.sampled_from([*DANGEROUS, " ", "\u200b", "''", '"']), st.text(max_size=10)),
)


@given(TEXTS, st.sampled_from([one_line, several_lines]))
def test_a_cell_reads_back_as_what_was_written_and_begins_like_no_formula(text: str, tidy) -> None:
    cell = quoted(text, tidy)

    assert unquoted(cell, tidy) == visible(text)
    assert cell[:1] == "'" or cell[:1] not in DANGEROUS


@given(TEXTS)
def test_cells_of_others_are_handed_back_without_harm(cell: str) -> None:
    assert harmless(cell)[:1] not in DANGEROUS - {"'"}
    if one_line(cell) == cell and cell[:1] in DANGEROUS - {"'"}:
        assert unquoted(harmless(cell), one_line) == cell


@pytest.mark.parametrize("cell", ["'t Hooft", "O'Hara", "'", "'n'"])
def test_an_apostrophe_that_belongs_to_a_name_stays(cell: str) -> None:
    assert unquoted(cell, one_line) == cell


TAGS = st.lists(
    st.text(min_size=1, max_size=20).map(one_line).filter(bool).filter(lambda tag: tag == visible(tag)),
    max_size=5,
    unique=True,
)


@given(TAGS)
def test_tags_come_back_from_one_cell(tags: list[str]) -> None:
    assert split_tags(joined_tags(tags)) == tags


@pytest.mark.parametrize(
    ("cell", "tags"),
    [
        ("* myContacts ::: Friends ::: * starred", ["Friends"]),
        ("VIP; north; VIP", ["VIP", "north"]),
        ("VIP, north", ["VIP", "north"]),
        ("VIP\nnorth", ["VIP", "north"]),
        ('"Sales, north", VIP', ["Sales, north", "VIP"]),
        ('5" pipe', ['5" pipe']),
        ('"never closed', ["never closed"]),
        (" , ;", []),
    ],
)
def test_tags_of_others_are_told_apart(cell: str, tags: list[str]) -> None:
    assert split_tags(cell) == tags
