import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.errors import SourceError
from havre.sources.providers.records import envelope, parse_json, rows_of, text_table, whole_counts, years

SOURCE = "unhcr_population"


@given(st.lists(st.one_of(st.integers(0, 10**11), st.none()), min_size=1, max_size=20), st.data())
def test_counts_are_the_same_however_they_are_written(counts: list[int | None], data: st.DataObject) -> None:
    written = [
        data.draw(
            st.sampled_from([None, "-", " "] if count is None else [count, str(count), float(count), f" {count} "])
        )
        for count in counts
    ]
    column = text_table([{"n": cell} for cell in written], ["n"])["n"]
    assert whole_counts(column, "x", SOURCE).to_list() == counts


@pytest.mark.parametrize("cell", ["1,234", "1.234,5", "0.5", "-3", "NaN", "inf", "1e400", "*", "many"])
def test_what_is_no_count_is_told_with_its_row(cell: str) -> None:
    with pytest.raises(SourceError, match="x, row 2.*“n”") as caught:
        whole_counts(pl.Series("n", ["1", cell]), "x", SOURCE)
    assert cell in str(caught.value)


@pytest.mark.parametrize("cell", ["2024.5", "24", "", "year"])
def test_what_is_no_year_is_told(cell: str) -> None:
    with pytest.raises(SourceError, match="row 1"):
        years(pl.Series("year", [cell]), "x", SOURCE)


def test_lists_and_objects_in_a_cell_are_left_out() -> None:
    rows: list[dict[str, Any]] = [{"a": [1], "b": True, "c": "é "}, {"a": {"x": 1}, "b": None}]
    assert text_table(rows, ["a", "b", "c"]).rows() == [(None, "True", "é"), (None, None, None)]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe{}", b'{"a": "\xe9"}', b"[" * 100_000])
def test_what_is_no_json_is_refused(content: bytes) -> None:
    with pytest.raises(SourceError, match="x"):
        parse_json(content, "x")


def test_shapes_are_checked_before_anything_else() -> None:
    assert parse_json(b"\xef\xbb\xbf" + json.dumps({"a": "é"}).encode(), "x") == {"a": "é"}
    with pytest.raises(SourceError, match="list"):
        envelope([], ("data",), "x", SOURCE)
    with pytest.raises(SourceError, match="error"):
        envelope({"error": 1}, ("data",), "x", SOURCE)
    for found in (None, {"a": 1}, [1], [{"a": 1}, {"b": 1}]):
        with pytest.raises(SourceError, match="a"):
            rows_of(found, ("a",), "x", SOURCE)
