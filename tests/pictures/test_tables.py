"""What is wrong with a table is named with its row and value."""

import polars as pl
import pytest

from havre.pictures.tables import check_columns, check_known, check_once, check_range

TABLE = pl.DataFrame({"name": ["a", "b", "a"], "people": [1.0, None, -2.0]})


def test_columns_and_doubles_are_named() -> None:
    check_columns(TABLE, ("name",))
    with pytest.raises(ValueError, match="kind"):
        check_columns(TABLE, ("name", "kind"))
    check_once(TABLE, ("name", "people"))
    with pytest.raises(ValueError, match=r"twice: \('a',\)"):
        check_once(TABLE, ("name",))
    check_once(TABLE.clear(), ("name",))


def test_values_outside_are_named_with_their_row() -> None:
    with pytest.raises(ValueError, match="row 2: people must lie between 0 and 10, not -2.0"):
        check_range(TABLE, "people", 0, 10, gaps=True)
    with pytest.raises(ValueError, match="row 1: people .* not None"):
        check_range(TABLE, "people", -5, 10)
    with pytest.raises(ValueError, match="nan"):
        check_range(pl.DataFrame({"people": [float("nan")]}), "people", -5, 10, gaps=True)
    check_known(TABLE, "name", ("a", "b"))
    with pytest.raises(ValueError, match=r"name must be one of \['b'\], not 'a'"):
        check_known(TABLE, "name", ("b",))
