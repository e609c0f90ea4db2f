"""No small cell is shown, and none comes out by subtraction."""

import time

import numpy as np
import polars as pl
from hypothesis import assume, example, given
from hypothesis import strategies as st

from havre.audit.decisions.calibration import calibration_table
from havre.audit.decisions.protection import bridges, hidden_cells, lines_of
from havre.audit.decisions.read import Cube
from havre.audit.decisions.tables import bin_table, group_tables


@given(sizes=st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_one_way(sizes: list[int]) -> None:
    cells = np.array(sizes)[:, None]
    hidden = hidden_cells(cells, [(str(k),) for k in range(len(sizes))], 10)
    assert not any(0 < size < 10 for size, hide in zip(sizes, hidden, strict=True) if not hide)
    filled = [size for size in sizes if size]
    together = [size for size, hide in zip(sizes, hidden, strict=True) if hide]
    if together:
        assert len(together) == len(filled) or (len(together) >= 2 and sum(together) >= 10)


@given(data=st.data(), rows=st.integers(1, 5), columns=st.integers(2, 5))
def test_two_way_no_line_gives_a_cell_back(data: st.DataObject, rows: int, columns: int) -> None:
    sizes = data.draw(st.lists(st.integers(0, 60), min_size=rows * columns, max_size=rows * columns))
    keys = [(f"a{i}", f"b{j}") for i in range(rows) for j in range(columns)]
    lines = lines_of(keys)
    hidden = hidden_cells(np.array(sizes)[:, None], keys, 10)
    for line in lines:
        inside = [size for size, hide, here in zip(sizes, hidden, line, strict=True) if hide and here]
        filled = [size for size, here in zip(sizes, line, strict=True) if here and size]
        assert not inside or len(inside) == len(filled) or (len(inside) >= 2 and sum(inside) >= 10)


def test_rates_that_share_decisions_are_hidden_together() -> None:
    sizes = np.array([[50, 4], [80, 40], [90, 60]])
    assert hidden_cells(sizes, [("a",), ("b",), ("c",)], 10).tolist() == [True, True, False]


def test_cells_of_a_hidden_margin_are_hidden() -> None:
    start = np.array([True, True, False, False])
    keys = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
    found = hidden_cells(np.array([[20], [20], [50], [60]]), keys, 10, start)
    assert found.tolist() == [True, True, True, True]
    # One cell alone would come out as the total less the others, however large it is.
    groups = hidden_cells(np.array([[50], [40], [60]]), [("a",), ("b",), ("c",)], 10, np.array([True, False, False]))
    assert groups.tolist() == [True, True, False]


def test_a_bridge_is_the_only_way_between_two_parts() -> None:
    ring = [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")]
    other = [("c", "z"), ("c", "w"), ("d", "z"), ("d", "w")]
    assert bridges(ring) == []
    assert bridges([*ring, ("a", "z"), *other]) == [4]


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=14))
def test_without_a_bridge_its_ends_are_apart(met: set[tuple[int, int]]) -> None:
    edges = [(f"a{one}", f"b{two}") for one, two in sorted(met)]
    found = bridges(edges)
    for place, (one, two) in enumerate(edges):
        reached = {one}
        others = [edge for other, edge in enumerate(edges) if other != place]
        for _ in edges:
            reached |= {end for edge in others if reached & set(edge) for end in edge}
        assert (two not in reached) is (place in found)


def test_bridges_of_thousands_of_cells_take_no_minutes() -> None:
    chain = [(f"a{place // 2}", f"b{(place + 1) // 2}") for place in range(4000)]
    began = time.process_time()
    assert bridges(chain) == list(range(4000))
    assert time.process_time() - began < 2


@given(data=st.data(), rows=st.integers(2, 4), columns=st.integers(2, 5))
def test_two_way_no_hidden_cell_follows_from_the_sums(data: st.DataObject, rows: int, columns: int) -> None:
    size = rows * columns
    sizes = data.draw(st.lists(st.integers(0, 40), min_size=size, max_size=size))
    keys = [(f"a{i}", f"b{j}") for i in range(rows) for j in range(columns)]
    hidden = hidden_cells(np.array(sizes)[:, None], keys, 10)
    filled = np.array(sizes) > 0
    unknown = np.flatnonzero(hidden)
    sums = np.array([line[unknown] for line in lines_of(keys)], dtype=float)
    if len(unknown) and not np.array_equal(hidden, filled):
        # A cell is known where the sums alone give it: where its unit vector lies in the space of their rows.
        rest = np.eye(len(unknown)) - np.linalg.pinv(sums) @ sums
        assert np.abs(rest).max(axis=1).min() > 1e-9


def test_a_hidden_bin_of_the_score_does_not_come_out_of_its_groups() -> None:
    # Of the whole, the bin of 5 is hidden, and that of 60 beside it; 30 women and 30 men would give the 60 back.
    cells = [("f", 0, 5), ("f", 1, 30), ("m", 1, 30), ("f", 2, 15), ("m", 2, 285)]
    rows = [(sex, place, truth, n * share) for sex, place, n in cells for truth, share in ((True, 0.4), (False, 0.6))]
    counts = pl.DataFrame(rows, ["group:sex", "bin", "truth", "n"], orient="row").with_columns(
        pl.col("n").round().cast(pl.Int64), pl.col("bin").cast(pl.Int8), score_sum=pl.col("n") * 0.5,
        square_sum=pl.col("n") * 0.25, automated=pl.lit(None, pl.Boolean), human=pl.lit(None, pl.Boolean),
    )  # fmt: skip
    cube = Cube(counts, counts.head(0), ("sex",), 365, (0.0, 1.0), frozenset(("score", "truth")))
    table = calibration_table(cube, 10, 0.95)
    hidden = table.filter("hidden").select("group", "bin").rows()
    assert {place for group, place in hidden if group is None} == {0, 1}
    assert {("f", 1), ("m", 1)} <= set(hidden)


ALL_DECISIONS = ("automated_flagged", "human_flagged", "departure", "automated_error", "human_error")
"""Rates that are about the same decisions where every outcome and truth is known."""
QUARTERS = st.tuples(*[st.integers(0, 40)] * 4)
"""Flagged and passed of a group, each with and without the trait."""


@example(groups=[(1, 1, 2, 1), (10, 10, 10, 10), (4, 4, 26, 26), (125, 125, 125, 125)])
@given(groups=st.lists(QUARTERS, min_size=2, max_size=6))
def test_no_group_comes_out_of_tables_of_the_same_decisions(groups: list[tuple[int, ...]]) -> None:
    kinds = [(flagged, truth) for flagged in (True, False) for truth in (True, False)]
    rows = [
        (f"g{place}", place, flagged, flagged, truth, n)
        for place, numbers in enumerate(groups)
        for (flagged, truth), n in zip(kinds, numbers, strict=True)
        if n
    ]
    assume(rows)
    sizes = {f"g{place}": sum(numbers) for place, numbers in enumerate(groups) if sum(numbers)}
    counts = pl.DataFrame(rows, ["group:g", "bin", "automated", "human", "truth", "n"], orient="row").with_columns(
        pl.col("bin").cast(pl.Int8), score_sum=pl.col("n") * 0.5, square_sum=pl.col("n") * 0.25
    )
    cube = Cube(counts, counts.head(0), ("g",), sum(sizes.values()), (0.0, 1.0), frozenset(("score", "truth")))
    calibration = calibration_table(cube, 10, 0.95).filter(~pl.col("hidden"))
    tables = {
        "group": (
            group_tables(cube, 10, 0.95),
            calibration.filter(pl.col("bin").is_null() & pl.col("group").is_not_null()),
        ),
        "bin": (
            bin_table(cube, 10, 0.95),
            calibration.filter(pl.col("attribute").is_null() & pl.col("bin").is_not_null()),
        ),
    }
    for key, (rates, scored) in tables.items():
        told = rates.filter(~pl.col("hidden") & pl.col("measure").is_in(ALL_DECISIONS))
        seen = {f"g{str(value).removeprefix('g')}" for value in (*told[key], *scored[key])}
        unseen = [size for name, size in sizes.items() if name not in seen]
        assert not unseen or len(unseen) == len(sizes) or (len(unseen) >= 2 and sum(unseen) >= 10), (key, unseen)


Cell = tuple[str, int | None, bool | None, bool | None, bool | None, int]


def made_cube(cells: list[Cell], *has: str) -> Cube:
    names = ("group:g", "bin", "automated", "human", "truth", "n")
    kinds = (pl.String(), pl.Int8(), pl.Boolean(), pl.Boolean(), pl.Boolean(), pl.Int64())
    counts = pl.DataFrame(cells, dict(zip(names, kinds, strict=True)), orient="row").with_columns(
        score_sum=pl.col("n") * 0.5, square_sum=pl.col("n") * 0.25
    )
    return Cube(counts, counts.head(0), ("g",), int(counts["n"].sum()), (0.0, 0.5, 1.0), frozenset(has))


def hidden_of(table: pl.DataFrame, key: str) -> set[str]:
    return set(table.filter("hidden")[key])


def test_errors_of_humans_are_hidden_where_those_of_the_system_are() -> None:
    # The system flagged few of a, the human decided otherwise of many: only one of their tables is small.
    few: list[Cell] = [
        ("a", 0, True, False, True, 5),
        ("a", 0, False, False, True, 40),
        ("a", 0, False, True, False, 30),
        ("a", 0, False, True, True, 20),
        ("a", 0, False, False, False, 20),
    ]
    many: list[Cell] = [
        (name, 0, flagged, decided, truth, 50)
        for name in "bcd"
        for flagged in (True, False)
        for decided in (True, False)
        for truth in (True, False)
    ]
    found = group_tables(made_cube(few + many, "automated", "human", "truth"), 10, 0.95)
    by_system, by_human = (
        hidden_of(found.filter(pl.col("measure") == f"{who}_error"), "group") for who in ("automated", "human")
    )
    assert "a" in by_system
    assert by_system <= by_human


def test_a_group_that_is_hidden_anywhere_has_no_calibration() -> None:
    # Of c fewer truths are known than of b: alone, calibration would hide c beside a, and the rates b.
    cells: list[Cell] = [("a", 0, True, None, True, 3), ("a", 0, True, None, False, 2)]
    for name, known, unknown in (("b", 40, 0), ("c", 20, 30), ("d", 300, 0)):
        halves = [(name, 0, True, None, truth, known // 2) for truth in (True, False)]
        cells += [*halves, (name, 0, False, None, None, unknown)] if unknown else halves
    cube = made_cube(cells, "automated", "truth", "score")
    rates = group_tables(cube, 10, 0.95).filter(pl.col("measure") == "automated_flagged")
    hidden = rates.filter("hidden")
    for name in ("of", "that", "rate", "low", "high", "missing", "least", "most"):
        assert hidden[name].null_count() == hidden.height, name
    whole = calibration_table(cube, 10, 0.95).filter(pl.col("bin").is_null() & pl.col("group").is_not_null())
    assert hidden_of(rates, "group") == {"a", "b"}
    assert {"a", "b"} <= hidden_of(whole, "group")


def test_the_groups_of_a_hidden_bin_are_hidden() -> None:
    # Bins 0 (8) and 1 (60) are hidden of the whole; of the groups the bin 2 would do, and leave 30 and 30 of bin 1.
    sizes = {
        ("f", 0): 4,
        ("m", 0): 4,
        ("f", 1): 30,
        ("m", 1): 30,
        ("f", 2): 16,
        ("m", 2): 16,
        ("x", 2): 285,
        ("x", 3): 300,
    }
    cells: list[Cell] = [
        (name, place, True, None, truth, n // 2) for (name, place), n in sizes.items() for truth in (True, False)
    ]
    table = calibration_table(made_cube(cells, "automated", "truth", "score"), 10, 0.95)
    hidden = table.filter("hidden").select("group", "bin").rows()
    assert {place for group, place in hidden if group is None} == {0, 1}
    assert {("f", 1), ("m", 1)} <= set(hidden)
