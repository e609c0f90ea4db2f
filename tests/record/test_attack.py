"""The attacker bounds what it can and nothing more, finds every leak, and finds none in what is protected."""

from collections.abc import Sequence
from datetime import date
from itertools import product

import numpy as np
import polars as pl
import pytest

from havre.errors import RecordError
from havre.months import add_months
from havre.record.attack import attack, refuse_leaks
from havre.record.disclosure import DEFAULT_THRESHOLD, protect_history
from havre.record.tables import HISTORY

JANUARY = date(2024, 1, 1)
ORIGINS, DESTINATIONS = ("AFG", "ERI", "IRQ", "SYR", "TUR"), ("AUT", "DEU", "FRA", "ITA")
WIDTH = float(DEFAULT_THRESHOLD)
Row = tuple[str, str, str, int, float | None]


def table(rows: Sequence[Row]) -> pl.DataFrame:
    """Make a history; ``None`` is a suppressed cell."""
    cells = [(s, s.split("/")[0], o, d, add_months(JANUARY, m), v, v is None) for s, o, d, m, v in rows]
    return pl.DataFrame(cells, schema=HISTORY, orient="row")


def month(values: Sequence[float | None], total: float | None, *, destination: str = "DEU", at: int = 0) -> list[Row]:
    scope = f"applications/office/{destination}/origin"
    rows: list[Row] = [(scope, o, destination, at, v) for o, v in zip(ORIGINS, values, strict=False)]
    return [*rows, (scope, "TOT", destination, at, total)]


def random_release(rng: np.random.Generator) -> pl.DataFrame:
    """Make corridors into four destinations with totals by destination, and a linked scope of destinations with theirs.

    Small cells are planted; the total of each destination stands in two scopes.
    """
    rows: list[Row] = []
    for at in range(2):
        counts = rng.poisson(rng.choice([0.7, 4, 25, 300], size=(len(DESTINATIONS), len(ORIGINS))))
        planted = rng.random(counts.shape) < 0.15
        counts = np.where(planted, rng.integers(1, DEFAULT_THRESHOLD, counts.shape), counts).astype(float)
        for number, destination in enumerate(DESTINATIONS):
            rows += month(counts[number].tolist(), float(counts[number].sum()), destination=destination, at=at)
        everywhere = "applications/office/all/destination"
        sums = counts.sum(axis=1)
        rows += [(everywhere, "TOT", d, at, float(v)) for d, v in zip(DESTINATIONS, sums, strict=True)]
        rows.append((everywhere, "TOT", "TOT", at, float(sums.sum())))
    return table(rows)


def only_small_hidden(history: pl.DataFrame) -> pl.DataFrame:
    """Protect as somebody would who has not heard of secondary suppression."""
    small = (pl.col("value") > 0) & (pl.col("value") < DEFAULT_THRESHOLD)
    return history.with_columns(suppressed=small, value=pl.when(~small).then("value"))


def test_on_200_random_releases_nothing_is_bounded_and_without_secondary_suppression_much_is() -> None:
    rng = np.random.default_rng(20_260_101)
    leaking, cells = 0, 0
    for _ in range(200):
        history = random_release(rng)
        safe = protect_history(history)
        assert attack(safe, WIDTH) == []
        hidden = safe.filter("suppressed")
        cells += hidden.height
        assert hidden.join(
            history.filter(pl.col("value") == 0), on=["scope", "origin", "destination", "period"]
        ).is_empty()
        leaks = attack(only_small_hidden(history), WIDTH)
        leaking += bool(leaks)
        truth = {
            (row["measure"], "office", row["origin"], row["destination"], row["period"]): row["value"]
            for row in history.iter_rows(named=True)
        }
        for leak in leaks:
            assert leak.low <= truth[leak.cell] <= leak.high
    assert cells > 2_000
    # Where a single small cell stands below a total, subtraction gives it back.
    assert leaking > 150


def test_bounds_are_those_of_trying_everything() -> None:
    # Three hidden cells in two sums that share one of them: the attacker may not know more or less than enumeration.
    first = month([None, None, 20.0], 27.0, destination="DEU")
    second = month([None, None, 4.0], 9.0, destination="FRA")
    leaks = {leak.cell[2:4]: (leak.low, leak.high) for leak in attack(table([*first, *second]), 1_000.0)}
    every = [(a, 7 - a, b, 5 - b) for a, b in product(range(1, 7), range(1, 5)) if 7 - a >= 1 and 5 - b >= 1]
    for number, cell in enumerate((("AFG", "DEU"), ("ERI", "DEU"), ("AFG", "FRA"), ("ERI", "FRA"))):
        values = [case[number] for case in every]
        assert leaks[cell] == (min(values), max(values))


def test_linked_sums_are_solved_together() -> None:
    # The hidden total of Germany is what the total of all leaves of the others, and gives its single hidden part.
    rows = month([None, 40.0, 60.0], None)
    everywhere = "applications/office/all/destination"
    rows += [
        (everywhere, "TOT", "DEU", 0, None),
        (everywhere, "TOT", "FRA", 0, 300.0),
        (everywhere, "TOT", "TOT", 0, 407.0),
    ]
    found = {leak.cell[2:4]: (leak.low, leak.high, leak.sums) for leak in attack(table(rows), WIDTH)}
    assert found == {("AFG", "DEU"): (7, 7, 2), ("TOT", "DEU"): (107, 107, 2)}


def test_a_hidden_total_of_visible_parts_is_their_sum() -> None:
    [leak] = attack(table(month([30.0, 40.0], None)), WIDTH)
    assert (leak.low, leak.high) == (70, 70)


def test_a_cell_in_no_sum_is_bounded_by_nothing() -> None:
    rows: list[Row] = [("applications/office/DEU/origin", "AFG", "DEU", 0, None)]
    assert attack(table(rows), 1e9) == []


def test_two_releases_with_other_requests_are_subtracted() -> None:
    # The first shows all but Afghanistan and their total; the second shows Afghanistan.
    first = table(month([None, None, 60.0], 90.0))
    second = table(month([7.0], None)[:1])
    leaks = {leak.cell[2]: (leak.low, leak.high) for leak in attack(first, WIDTH, [second])}
    assert leaks == {"AFG": (7.0, 7.0), "ERI": (23.0, 23.0)}


def test_what_an_earlier_release_hides_stays_hidden() -> None:
    earlier = table(month([None, None, 60.0], 95.0))
    # Now the office has revised its counts, and neither is small any more.
    safe = protect_history(table(month([12.0, 23.0, 60.0], 95.0)), earlier=[earlier])
    assert safe["suppressed"].to_list() == [True, True, False, False]
    alone = protect_history(table(month([12.0, 23.0, 60.0], 95.0)))
    assert not alone["suppressed"].any()


def test_a_release_that_cannot_be_protected_is_refused_and_names_the_cell() -> None:
    # An earlier release shows what this one would have to hide behind.
    earlier = table(month([None, 40.0, 60.0], None)[1:3])
    with pytest.raises(RecordError, match=r"AFG→DEU 2024-01.*between 7 and 7"):
        protect_history(table(month([7.0, 40.0, 60.0], 107.0)), earlier=[earlier, table(month([], 107.0))])


def test_leaks_are_refused_by_name_and_none_is_no_refusal() -> None:
    leaks = attack(table(month([None, 40.0], 47.0)), WIDTH)
    with pytest.raises(RecordError, match=r"applications office AFG→DEU 2024-01"):
        refuse_leaks(leaks, WIDTH)
    refuse_leaks([], WIDTH)


def test_a_wider_protection_hides_more() -> None:
    history = table(month([4.0, 9.0, 60.0, 300.0], 373.0))
    hidden = {width: protect_history(history, width=width)["suppressed"].sum() for width in (10.0, 60.0, 200.0)}
    assert hidden == {10.0: 2, 60.0: 3, 200.0: 4}


def test_a_total_that_holds_more_than_its_parts_is_no_contradiction() -> None:
    rows = month([None, None], 1.0)
    assert all(leak.low >= 1 for leak in attack(table(rows), WIDTH))
    everywhere = "applications/office/all/destination"
    linked = [*rows, (everywhere, "TOT", "DEU", 0, 1.0), (everywhere, "TOT", "TOT", 0, None)]
    attack(table(linked), WIDTH)


def test_who_is_asked_for_a_width_finds_exactly_the_cells_that_are_narrower() -> None:
    rng = np.random.default_rng(20_260_103)
    found = 0
    for _ in range(15):
        bare = only_small_hidden(random_release(rng))
        every = attack(bare, 1e9)
        for width in (3.0, 9.0, 10.0, 25.0):
            narrow = attack(bare, width)
            assert narrow == [leak for leak in every if leak.width < width]
            found += len(narrow)
    assert found > 100
