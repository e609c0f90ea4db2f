"""What was known on a day: laws that hold for every panel, and cases by hand."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from havre.panel.observations import KEY
from havre.panel.vintage import as_of, known_or_first, latest, only_news, revisions
from tests.panel.observation_samples import table

START = date(2021, 1, 1)
Row = tuple[str, int, int, float | None, str]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["SYR", "ERI"]),
        st.integers(1, 2),
        st.integers(0, 9),
        st.sampled_from([None, 0.0, 5.0, 7.0]),
        st.sampled_from(["provisional", "final"]),
    ),
    unique_by=lambda row: row[:3],
    max_size=12,
)
DAYS = st.integers(-1, 10).map(lambda days: START + timedelta(days))


def panel_of(rows: Sequence[Row]) -> pl.DataFrame:
    return table(
        *(
            {"origin": o, "period": date(2020, m, 1), "as_of": START + timedelta(d), "value": v, "status": s}
            for o, m, d, v, s in rows
        )
    )


@given(ROWS, DAYS)
def test_a_vintage_has_the_latest_known_row_of_every_key_and_nothing_later(rows: list[Row], day: date) -> None:
    panel = panel_of(rows)
    known = as_of(panel, day)
    assert (known["as_of"] <= day).all()
    assert not known.select(KEY).is_duplicated().any()
    assert known.join(panel, on=panel.columns, how="anti", nulls_equal=True).height == 0
    expected: dict[tuple[str, int], Row] = {}
    for row in sorted(rows, key=lambda row: row[2]):
        if START + timedelta(row[2]) <= day:
            expected[row[:2]] = row
    assert known.sort(known.columns).equals(panel_of([*expected.values()]).sort(known.columns))


@given(ROWS)
def test_the_vintage_of_a_late_day_is_the_latest_one(rows: list[Row]) -> None:
    panel = panel_of(rows)
    assert as_of(panel, START + timedelta(100)).equals(latest(panel))
    assert latest(panel).equals(latest(panel.reverse()))


@given(ROWS, st.integers(0, 9))
def test_a_later_revision_changes_no_earlier_vintage(rows: list[Row], cut: int) -> None:
    day = START + timedelta(cut)
    earlier = panel_of([row for row in rows if row[2] <= cut])
    assert as_of(panel_of(rows), day).equals(as_of(earlier, day))


@given(ROWS, DAYS)
def test_known_or_first_has_every_key_and_no_revision_after_the_day(rows: list[Row], day: date) -> None:
    panel = panel_of(rows)
    found = known_or_first(panel, day)
    assert found.select(KEY).sort(KEY).equals(panel.select(KEY).unique().sort(KEY))
    assert found.filter(pl.col("as_of") <= day).equals(as_of(panel, day))
    first = panel.sort("as_of").unique(list(KEY), keep="first")
    unseen = found.filter(pl.col("as_of") > day)
    assert unseen.join(first, on=panel.columns, how="anti", nulls_equal=True).height == 0


@given(ROWS, ROWS)
def test_appending_twice_adds_nothing(new: list[Row], known: list[Row]) -> None:
    taken = {row[:3] for row in known}
    table_new = panel_of([row for row in new if row[:3] not in taken])
    panel = panel_of(known)
    once = pl.concat([panel, only_news(table_new, panel)])
    assert only_news(table_new, once).height == 0
    assert only_news(once, once).height == 0


@given(ROWS, ROWS, DAYS)
def test_leaving_out_what_is_no_news_loses_no_vintage(new: list[Row], known: list[Row], day: date) -> None:
    said = ["origin", "period", "value", "status"]
    taken = {row[:3] for row in known}
    fresh = panel_of([row for row in new if row[:3] not in taken])
    panel = panel_of(known)
    kept = pl.concat([panel, only_news(fresh, panel)])
    assert as_of(kept, day).select(said).equals(as_of(pl.concat([panel, fresh]), day).select(said))


def test_only_what_changed_is_news() -> None:
    known = table({"as_of": date(2021, 1, 1)}, {"origin": "ERI", "value": None, "as_of": date(2021, 1, 1)})
    new = table(
        {"as_of": date(2021, 2, 1)},
        {"as_of": date(2021, 3, 1), "value": 12.0},
        {"as_of": date(2021, 4, 1), "value": 12.0},
        {"as_of": date(2021, 5, 1), "value": 12.0, "status": "provisional"},
        {"origin": "ERI", "value": None, "as_of": date(2021, 2, 1)},
        {"origin": "IRQ", "as_of": date(2021, 2, 1)},
    )
    news = only_news(new, known)
    assert sorted(zip(news["origin"], news["as_of"], strict=True)) == [
        ("IRQ", date(2021, 2, 1)),
        ("SYR", date(2021, 3, 1)),
        ("SYR", date(2021, 5, 1)),
    ]
    assert news.schema == new.schema


def test_revisions_tell_each_change_with_the_value_before() -> None:
    panel = table(
        {"as_of": date(2021, 3, 1), "value": None},
        {"as_of": date(2021, 1, 1), "value": 10.0},
        {"as_of": date(2021, 2, 1), "value": 10.0},
        {"as_of": date(2021, 4, 1), "value": 0.0},
        {"origin": "ERI"},
    )
    found = revisions(panel).select("origin", "as_of", "previous", "value").rows()
    assert found == [("SYR", date(2021, 3, 1), 10.0, None), ("SYR", date(2021, 4, 1), None, 0.0)]
