"""How fast humans decided: of a handful nothing is told, of their sum neither."""

import polars as pl
import pytest

from havre.audit.decisions.humans import departures, paces
from havre.audit.decisions.read import SHORT, Cube


def cube(agreed: int, departed: int) -> Cube:
    """Decisions in which the system flagged; each took from four seconds on (octave 8)."""
    rows = [(True, True, 8, agreed), (True, False, 8, departed)]
    names = {"automated": pl.Boolean(), "human": pl.Boolean(), "octave": pl.Int16(), "n": pl.Int64()}
    speeds = pl.DataFrame(rows, names, orient="row").with_columns(
        pl.when(limit > 4).then("n").otherwise(0).alias(f"under_{limit}") for limit in SHORT
    )
    return Cube(speeds, speeds, (), agreed + departed, (), frozenset(("automated", "human", "seconds")))


@pytest.mark.parametrize(("departed", "is_told"), [(9, False), (10, True)])
def test_of_fewer_than_the_threshold_neither_kind_is_told(departed: int, is_told: bool) -> None:  # noqa: FBT001
    found = {pace.kind: pace for pace in paces(cube(50, departed), 10)}
    assert [found[kind].decisions is not None for kind in ("all", "agreed", "departed")] == [True, is_told, is_told]
    assert found["all"].decisions == 50 + departed
    if is_told:
        assert (found["departed"].median, found["agreed"].under) == ((4.0, 2**2.25), dict.fromkeys(SHORT, 1.0))


@pytest.mark.parametrize(
    ("of", "that", "verdict"), [
        (100, 0, "never"), (100, 4, "between"), (100, 9, "between"), (10_000, 400, "rarely"), (10_000, 600, "departs"),
        (20, 1, "between"), (20, 8, "departs"),
    ],
)  # fmt: skip
def test_rare_or_notable_is_said_only_where_chance_alone_does_not_explain_it(of: int, that: int, verdict: str) -> None:
    row = {"measure": "departure", "hidden": False, "of": of, "that": that, "missing": 0}
    assert departures(pl.DataFrame([row])).verdict == verdict
