"""No suppressed count reaches a model: were it another one, every byte of a release would be the same."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from havre.forecast.outlook import OutlookOptions
from havre.hidden_counts import without_hidden
from havre.months import add_months
from havre.panel.scope import scope_series
from havre.pipeline import PanelInput, explain_release, find_scopes, forecast_release, make_release, publish
from havre.record.disclosure import protect_history
from havre.record.draft import write_draft
from havre.release_tables import history_rows, unshown_rows
from tests.small_panel import FIRST, LAST, MONTHS, small_panel

FAST = OutlookOptions(horizons=2, draws=60, backtest_months=2, seed=5)
GERMANY = {"measure": "asylum_applications", "destination": "DEU"}


def with_counts(panel: pl.DataFrame, step: int, counts: dict[str, float]) -> pl.DataFrame:
    month = add_months(FIRST, step)
    for origin, count in counts.items():
        here = (pl.col("origin") == origin) & (pl.col("period") == month)
        panel = panel.with_columns(value=pl.when(here).then(count).otherwise("value"))
    return panel


def written(panel: pl.DataFrame, folder: Path) -> dict[str, bytes]:
    """Write a release; facts that name the panel's own hash are left alike."""
    given = PanelInput(panel, {"panel": "same"})
    release = make_release(given, find_scopes(panel, [GERMANY]), FAST, made_on=date(2019, 3, 1))
    named = replace(release, facts=replace(release.facts, id="same"))
    publish(named, folder)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


HIDDEN = (
    ({"ERI": 9.0, "TON": 8.0, "AFG": 131.0}, {"ERI": 8.0, "TON": 9.0, "AFG": 131.0}),
    # Here Afghanistan is hidden as well, so that the total gives the others not back.
    ({"ERI": 4.0, "TON": 3.0, "AFG": 30.0}, {"ERI": 6.0, "TON": 2.0, "AFG": 29.0}),
    ({"ERI": 4.0, "TON": 0.0, "AFG": 30.0}, {"ERI": 1.0, "TON": 0.0, "AFG": 33.0}),
)


@pytest.mark.parametrize("step", [MONTHS - 1, MONTHS - 7, 30])
@pytest.mark.parametrize(("ours", "theirs"), HIDDEN)
def test_other_hidden_counts_with_the_same_sum_change_no_byte(
    tmp_path: Path, step: int, ours: dict[str, float], theirs: dict[str, float]
) -> None:
    # Only what the hidden counts add up to is told by the total.
    one, other = with_counts(small_panel(), step, ours), with_counts(small_panel(), step, theirs)
    first, second = written(one, tmp_path / "one"), written(other, tmp_path / "other")
    assert {name for name in first if first[name] != second[name]} == set()


def test_a_larger_count_that_hides_a_small_one_stands_in_no_file(tmp_path: Path) -> None:
    # Afghanistan is hidden so that the total does not give Eritrea back: an unusual number that would be found.
    counts = {"ERI": 4.0, "TON": 0.0, "AFG": 831_729.0, "SYR": 997_331.0}
    panel = with_counts(small_panel(), MONTHS - 5, counts)
    made = forecast_release(PanelInput(panel), find_scopes(panel, [GERMANY]), FAST, made_on=date(2019, 3, 1))
    here = made.release.history.filter(pl.col("period") == add_months(FIRST, MONTHS - 5))
    assert set(here.filter("suppressed")["origin"]) == {"AFG", "ERI"}
    publish(made.release, tmp_path / "release")
    write_draft(made.release, tmp_path / "draft", explain_release(made))
    for path in tmp_path.rglob("*"):
        if path.suffix == ".parquet":
            whole = "".join(map(str, pl.read_parquet(path).iter_rows()))
        else:
            whole = path.read_text() if path.is_file() else ""
        assert "831729" not in re.sub(r"[\s,.\u202f\u00a0]", "", whole), path
    # What is visible beside it would be found.
    assert 997_331.0 in pl.read_parquet(tmp_path / "release" / "target-data" / "time-series.parquet")["observation"]


def test_a_visible_count_does_change_the_release(tmp_path: Path) -> None:
    one = with_counts(small_panel(), MONTHS - 1, {"AFG": 31.0})
    other = with_counts(small_panel(), MONTHS - 1, {"AFG": 94.0})
    first, second = written(one, tmp_path / "one"), written(other, tmp_path / "other")
    assert {name for name in first if first[name] != second[name]} > {"forecast.csv", "report.html"}


def test_a_total_stays_what_it_is_and_visible_counts_stay() -> None:
    panel = with_counts(small_panel(), 40, {"ERI": 9.0, "TON": 5.0, "AFG": 31.0})
    [scope] = find_scopes(panel, [GERMANY])
    series, _ = scope_series(panel, scope)
    history = protect_history(pl.concat([history_rows(scope, series), unshown_rows(panel, scope, series)]), 10)
    masked = without_hidden(panel, scope, history, 10)
    assert masked.drop("value").equals(panel.drop("value"))
    suppressed = history.filter(pl.col("suppressed") & (pl.col("origin") != "TOT"))
    assert suppressed.height > 0
    changed = masked.filter(masked["value"] != panel["value"])
    hidden = set(suppressed.select("origin", "period").iter_rows())
    assert set(changed.select("origin", "period").iter_rows()) <= hidden
    months = history.filter((pl.col("origin") == "TOT") & ~pl.col("suppressed"))["period"]
    shown = pl.col("period").is_in(months.to_list()) & (pl.col("measure") == "asylum_applications")
    before, after = (
        table.filter(shown).group_by("period", maintain_order=True).agg(pl.col("value").sum())["value"].to_list()
        for table in (panel, masked)
    )
    assert len(before) > 20
    assert before == after


def test_every_vintage_is_masked() -> None:
    panel = with_counts(small_panel(), 40, {"ERI": 4.0})
    later = panel.filter(pl.col("origin") == "ERI").with_columns(
        as_of=pl.lit(date(2019, 6, 1)), value=pl.col("value") + 1
    )
    both = pl.concat([panel, later])
    [scope] = find_scopes(both, [GERMANY])
    series, _ = scope_series(both, scope)
    history = protect_history(pl.concat([history_rows(scope, series), unshown_rows(both, scope, series)]), 10)
    month = add_months(FIRST, 40)
    assert history.filter(origin="ERI", period=month)["suppressed"].all()
    values = without_hidden(both, scope, history, 10).filter(origin="ERI", period=month)["value"]
    assert values.len() == 2
    assert values.n_unique() == 1


def test_nothing_hidden_nothing_changed() -> None:
    panel = small_panel()
    [scope] = find_scopes(panel, [GERMANY])
    series, _ = scope_series(panel, scope)
    history = protect_history(history_rows(scope, series), 0)
    assert without_hidden(panel, scope, history, 0).equals(panel)
    assert add_months(FIRST, MONTHS - 1) == LAST
